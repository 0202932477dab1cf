package io.cffs.fuse.dev;

import io.cffs.fuse.sys.Processors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that are to serve a connection through io_uring (Linux 6.14 and newer), each with its ring. They are
 * opened before the kernel is told that there are rings: once told, it lets nobody ask anything before the queue of
 * every processor has a place registered.
 */
public final class Rings {
    private static final Logger log = LoggerFactory.getLogger(Rings.class);
    private static final Path PARAMETER = Path.of("/sys/module/fuse/parameters/enable_uring");
    /** With those that are added while others wait, fewer than the interrupts that are remembered. */
    private static final int THREADS_MAX = 128;
    /** The longest request beside READ and WRITE is SETXATTR: 64 KiB and two names. */
    private static final int PAYLOAD_BYTES_MIN = 128 << 10;

    private final List<RingThread> threads;

    private Rings(List<RingThread> threads) {
        this.threads = threads;
    }

    /**
     * Rings for a mount, or null, with a warning, when it is to read the device.
     *
     * @param transferBytesMax largest READ and WRITE
     * @param readers threads in all, if there are fewer processors
     */
    public static Rings open(int transferBytesMax, int readers) {
        int queues = Processors.possible();
        if (!isOffered() || queues == 0 || queues > THREADS_MAX || transferBytesMax < PAYLOAD_BYTES_MIN) {
            return none("the kernel does not offer it (see " + PARAMETER + "), or not for this mount");
        }
        Rings rings = new Rings(start(queues, (readers + queues - 1) / queues, transferBytesMax));
        if (rings.threads.stream().allMatch(thread -> thread.opened().join())) {
            return rings;
        }
        rings.refuse();
        return none("this process may have no ring, or not as many as there are processors");
    }

    private static Rings none(String why) {
        log.warn("io_uring is not used: {}", why);
        return null;
    }

    /** Whether the kernel has it switched on. */
    static boolean isOffered() {
        try {
            return Files.readString(PARAMETER).startsWith("Y");
        } catch (IOException notThere) {
            return false;
        }
    }

    private static List<RingThread> start(int queues, int each, int payloadBytesMax) {
        List<RingThread> threads = new ArrayList<>();
        for (int i = 0; i < queues * each; i++) {
            RingThread thread = new RingThread(i % queues, payloadBytesMax);
            threads.add(thread);
            thread.start();
        }
        return threads;
    }

    /** In the order of their queues, then again. */
    List<RingThread> threads() {
        return threads;
    }

    /** They are not needed. Has no effect on those that serve. */
    void refuse() {
        threads.forEach(thread -> thread.begin(null));
    }
}
