package io.cffs.daemon.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The kernel's list of mounts, as this process sees it. Asking the mount itself could wait for a server that is gone.
 */
final class MountTable {
    private static final Path TABLE = Path.of("/proc/self/mountinfo");

    private static final String HOST_TYPE = "fuse.cffs-host";

    private MountTable() {}

    /** Whether a volume of ours is mounted there, alive or dead. */
    static boolean hasVolumeAt(Path directory) throws IOException {
        return mentions(Files.readAllLines(TABLE), directory);
    }

    /** The same, as that process sees it. */
    static boolean hasVolumeAt(Path directory, ProcessHandle process) throws IOException {
        return mentions(Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "mountinfo")), directory);
    }

    /** Whether the control directory of a host daemon is there, alive or dead. */
    static boolean hasHostAt(Path directory) throws IOException {
        return mentions(Files.readAllLines(TABLE), directory, HOST_TYPE);
    }

    /** Field 5 is the mount point with spaces and the like in octal; after the lonely dash comes the type. */
    static boolean mentions(List<String> table, Path directory) {
        return mentions(table, directory, "fuse.cffs");
    }

    private static boolean mentions(List<String> table, Path directory, String type) {
        return table.stream().anyMatch(line -> {
            String[] fields = line.split(" ");
            int dash = line.indexOf(" - ");
            return fields.length > 5 && dash > 0
                    && unescaped(fields[4]).equals(directory.toString())
                    && line.startsWith(type + " ", dash + 3);
        });
    }

    static String unescaped(String field) {
        StringBuilder text = new StringBuilder();
        for (int at = 0; at < field.length(); at++) {
            if (field.charAt(at) == '\\' && at + 3 < field.length()) {
                text.append((char) Integer.parseInt(field.substring(at + 1, at + 4), 8));
                at += 3;
            } else {
                text.append(field.charAt(at));
            }
        }
        return text.toString();
    }
}
