package io.cffs.fuse.mount;

import io.cffs.fuse.sys.Spawn;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The way by fusermount3, a small program with the privilege that we lack (set-user-id, or a shim that asks a
 * privileged service): it mounts and sends the descriptor through a socket whose number it finds in _FUSE_COMMFD.
 */
final class Fusermount {
    private static final String PROGRAM = "fusermount3";
    private static final String SOCKET_VARIABLE = "_FUSE_COMMFD";
    private static final int UNMOUNT_SECONDS_MAX = 10;
    private static final int NOT_FOUND = 127;

    private Fusermount() {}

    static OwnedDevice mount(MountOptions options) throws IOException {
        List<String> command = List.of(PROGRAM, "-o", optionsOf(options), "--", options.mountPoint().toString());
        Path errors = Files.createTempFile("fusermount3", ".err");
        try {
            Spawn.Result result = Spawn.forDescriptor(command, SOCKET_VARIABLE, errors.toString());
            if (result.fd() >= 0) {
                return new OwnedDevice(result.fd(), options.mountPoint(), Unmount::lazily);
            }
            throw new IOException(result.exitStatus() == NOT_FOUND
                    ? "fusermount3 is not installed (Debian package fuse3)"
                    : "fusermount3 ended with status " + result.exitStatus() + ": "
                            + oneLine(Files.readString(errors)));
        } finally {
            Files.delete(errors);
        }
    }

    private static String oneLine(String text) {
        return text.strip().replaceAll("\\s*\n\\s*", ", ");
    }

    private static String optionsOf(MountOptions options) {
        List<String> words = new ArrayList<>(options.accessWords());
        words.addAll(List.of("fsname=" + options.fsName(), "subtype=" + options.subtype(),
                "max_read=" + options.transferBytesMax()));
        return String.join(",", words);
    }

    /** Lazily. */
    static void unmount(Path mountPoint) throws IOException {
        Process process;
        try {
            process = new ProcessBuilder(PROGRAM, "-u", "-z", "--", mountPoint.toString())
                    .redirectErrorStream(true).start();
        } catch (IOException notFound) {
            throw new IOException("cannot unmount " + mountPoint + ": not permitted, and fusermount3 is not installed",
                    notFound);
        }
        String said = oneLine(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        try {
            if (!process.waitFor(UNMOUNT_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IOException("cannot unmount " + mountPoint + ": fusermount3 does not end");
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while unmounting " + mountPoint, interrupted);
        }
        if (process.exitValue() != 0) {
            throw new IOException("cannot unmount " + mountPoint + ": " + said);
        }
    }
}
