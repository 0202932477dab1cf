package io.cffs.fuse.mount;

import io.cffs.fuse.sys.CommandRing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The kernel's switch for FUSE over io_uring. Turned while this is open, for mounts that begin meanwhile. */
final class KernelRings implements AutoCloseable {
    private static final Path SWITCH = Path.of("/sys/module/fuse/parameters/enable_uring");

    private final String before;

    private KernelRings(boolean on) throws IOException {
        this.before = Files.readString(SWITCH).strip();
        write(on ? "Y" : "N");
    }

    static KernelRings on() throws IOException {
        return new KernelRings(true);
    }

    static KernelRings off() throws IOException {
        return new KernelRings(false);
    }

    /** Whether there is a switch, for us to turn, and this process may have rings. */
    static boolean canSwitch() {
        if (!Files.isWritable(SWITCH)) {
            return false;
        }
        try (CommandRing ring = CommandRing.open()) {
            return ring != null;
        }
    }

    private static void write(String value) throws IOException {
        Files.write(SWITCH, value.getBytes(StandardCharsets.US_ASCII), StandardOpenOption.WRITE);
    }

    @Override
    public void close() throws IOException {
        write(before);
    }
}
