package io.cffs.fuse.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalInt;

/**
 * Finds the number of a mount's connection without touching the mount: a stat of it from here would wait for an answer
 * from here.
 */
public final class ConnectionId {
    private static final String FDINFO_KEY = "fuse_connection:";

    private ConnectionId() {}

    /** By what the kernel tells of the descriptor, else by the mount point if that is known. */
    public static OptionalInt of(MountedDevice device) {
        try {
            OptionalInt told = fromFdinfo(Files.readAllLines(Path.of("/proc/self/fdinfo/" + device.fd())));
            return told.isPresent() || device.mountPoint() == null ? told : of(device.mountPoint());
        } catch (IOException noProc) {
            return OptionalInt.empty();
        }
    }

    /** Of the topmost FUSE mount on a directory, by the table of mounts. */
    public static OptionalInt of(Path mountPoint) {
        try {
            byte[] mounts = Files.readAllBytes(Path.of("/proc/self/mountinfo"));
            return fromMountinfo(new String(mounts, StandardCharsets.ISO_8859_1), mountPoint.toString());
        } catch (IOException noProc) {
            return OptionalInt.empty();
        }
    }

    /** Linux 6.12 and newer tell it beside the descriptor. */
    static OptionalInt fromFdinfo(List<String> lines) {
        return lines.stream().filter(line -> line.startsWith(FDINFO_KEY))
                .mapToInt(line -> Integer.parseInt(line.substring(FDINFO_KEY.length()).strip())).findFirst();
    }

    /** The minor device number of the topmost mount there, which is the last line about it. */
    static OptionalInt fromMountinfo(String mountinfo, String mountPoint) {
        String wanted = escaped(mountPoint);
        OptionalInt found = OptionalInt.empty();
        for (String line : mountinfo.split("\n")) {
            String[] fields = line.split(" ");
            int dash = line.indexOf(" - fuse");
            if (fields.length > 4 && dash >= 0 && fields[4].equals(wanted)) {
                found = OptionalInt.of(Integer.parseInt(fields[2].substring(fields[2].indexOf(':') + 1)));
            }
        }
        return found;
    }

    /** As the kernel writes paths there: blanks, tabs, newlines and backslashes in octal, bytes as they are. */
    private static String escaped(String path) {
        String bytes = new String(path.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
        return bytes.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011").replace("\n", "\\012");
    }
}
