package io.cffs.fuse.dev;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The kernel's control files for FUSE connections. */
public final class Connections {
    private static final Path ROOT = Path.of("/sys/fs/fuse/connections");

    private Connections() {}

    /** Ends a connection at once. False when there is no such connection or we may not. */
    public static boolean abort(int connectionId) {
        try {
            Files.write(ROOT.resolve(connectionId + "/abort"), "1".getBytes(StandardCharsets.US_ASCII),
                    StandardOpenOption.WRITE);
            return true;
        } catch (IOException noAccess) {
            return false;
        }
    }

    /** Requests of the connection that have no answer yet; -1 when that cannot be read. */
    public static int waiting(int connectionId) {
        try {
            return Integer.parseInt(Files.readString(ROOT.resolve(connectionId + "/waiting")).strip());
        } catch (IOException | NumberFormatException noAccess) {
            return -1;
        }
    }
}
