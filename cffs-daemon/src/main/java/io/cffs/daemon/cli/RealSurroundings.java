package io.cffs.daemon.cli;

import io.cffs.txn.port.Entropy;
import io.cffs.txn.port.Ticker;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;

/** The composition root's clock, chance, waiting and streams: the real ones. */
final class RealSurroundings {
    private RealSurroundings() {}

    static Surroundings ofThisProcess() {
        return new Surroundings(
                System.getenv(),
                new PrintWriter(new PrintStream(new FileOutputStream(FileDescriptor.out)), true),
                new PrintWriter(new PrintStream(new FileOutputStream(FileDescriptor.err)), true),
                clock(),
                chance(),
                TimeUnit.NANOSECONDS::sleep);
    }

    private static Ticker clock() {
        return new Ticker() {
            @Override
            public long wallNanos() {
                var now = java.time.Instant.now();
                return now.getEpochSecond() * 1_000_000_000L + now.getNano();
            }

            @Override
            public long monotonicNanos() {
                return System.nanoTime();
            }
        };
    }

    /**
     * Straight from the kernel: transaction ids must differ between functions that start in the same instant, and the
     * JDK's own SecureRandom takes longer to load than everything else at the start.
     */
    private static Entropy chance() {
        return new Entropy() {
            private final ByteBuffer bytes = ByteBuffer.allocate(2048).limit(0);

            @Override
            public synchronized long nextLong() {
                if (!bytes.hasRemaining()) {
                    refill();
                }
                return bytes.getLong();
            }

            private void refill() {
                try (FileInputStream kernel = new FileInputStream("/dev/urandom")) {
                    if (kernel.readNBytes(bytes.array(), 0, bytes.capacity()) < bytes.capacity()) {
                        throw new IOException("/dev/urandom is too short");
                    }
                    bytes.clear();
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        };
    }
}
