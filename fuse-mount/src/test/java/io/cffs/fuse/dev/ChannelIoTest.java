package io.cffs.fuse.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.fuse.Errno;
import io.cffs.fuse.sys.Libc;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whoever reads by channels can be woken, whatever happened to it before; the device is a directory, always wrong. */
class ChannelIoTest {
    private final AtomicInteger wakes = new AtomicInteger();
    private int fd;
    private ChannelIo io;

    private final class Fallback implements DeviceIo {
        @Override
        public int read(ByteBuffer frame) {
            return -Errno.EISDIR;
        }

        @Override
        public int write(ByteBuffer head, ByteBuffer payload) {
            return head.remaining();
        }

        @Override
        public int writePieces(ByteBuffer head, ByteBuffer[] pieces) {
            return head.remaining();
        }

        @Override
        public void wake() {
            wakes.incrementAndGet();
        }
    }

    @BeforeEach
    void open() {
        fd = Libc.open("/", Libc.O_RDONLY | Libc.O_CLOEXEC);
        assertTrue(fd >= 0);
        io = ChannelIo.on(fd, Fallback::new);
        assumeTrue(io != null, "java.io is not open to us");
    }

    @AfterEach
    void close() {
        Libc.close(fd);
    }

    private static ByteBuffer frame() {
        return ByteBuffer.allocateDirect(64);
    }

    @Test
    void oneThatHasGoneOnAfterAnErrorIsWokenWhereItIs() {
        assertEquals(-Errno.EISDIR, io.read(frame()));
        io.wake();
        io.wake();
        assertEquals(2, wakes.get());
    }

    /** The session is closed while a reader is in the middle of a request: its answer leaves, and then it reads. */
    @Test
    void oneThatIsAnsweringWhenItIsWokenIsWokenAgainAfterwards() {
        io.wake();
        assertEquals(16, io.write(frame().limit(16), null));
        assertEquals(-Errno.EISDIR, io.read(frame()));
        io.wake();
        assertEquals(1, wakes.get());
    }

    @Test
    void oneThatReadsAfterItWasWokenReturns() {
        io.wake();
        assertEquals(-Errno.EINTR, io.read(frame()));
    }
}
