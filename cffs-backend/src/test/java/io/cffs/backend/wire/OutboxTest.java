package io.cffs.backend.wire;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Bytes;
import io.cffs.txn.codec.ByteWriter;
import io.cffs.txn.codec.Pieces;
import io.cffs.backend.Seeded;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class OutboxTest {
    /** Keeps what is written; notices two writers at once. */
    private static class Sink implements Duplex {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final AtomicInteger writers = new AtomicInteger();
        volatile boolean overlapped;
        volatile boolean broken;

        @Override
        public int read(ByteBuffer target) {
            return -1;
        }

        @Override
        public void write(ByteBuffer source) throws IOException {
            overlapped |= writers.incrementAndGet() != 1;
            byte[] taken = new byte[source.remaining()];
            source.get(taken);
            if (!broken) {
                bytes.writeBytes(taken);
            }
            writers.decrementAndGet();
            if (broken) {
                throw new IOException("broken");
            }
        }

        @Override
        public String peer() {
            return "sink";
        }

        @Override
        public boolean betweenHosts() {
            return false;
        }

        @Override
        public void close() {}
    }

    private static Pieces numbered(int thread, int number, int lengthBytes) {
        ByteBuffer frame = ByteBuffer.allocate(12 + lengthBytes);
        frame.putInt(thread).putInt(number).putInt(lengthBytes);
        return Pieces.owning(frame.array());
    }

    @Test
    void everyFrameLeavesOnceInTheOrderOfItsSenderWithOneWriterAtATime() throws Exception {
        Sink sink = new Sink();
        AtomicInteger written = new AtomicInteger();
        Outbox outbox = new Outbox(sink, broken -> { });
        int threads = 4;
        int frames = 20_000;
        CountDownLatch done = new CountDownLatch(threads);
        for (int t = 0; t < threads; t++) {
            int thread = t;
            Thread.ofPlatform().daemon().start(() -> {
                for (int i = 0; i < frames; i++) {
                    int length = i % 1000 == 0 ? 20_000 : i % 50;
                    outbox.send(numbered(thread, i, length), written::incrementAndGet);
                }
                done.countDown();
            });
        }
        assertTrue(done.await(60, TimeUnit.SECONDS), "senders hang");
        assertEquals(threads * frames, written.get());
        assertEquals(false, sink.overlapped);
        ByteBuffer bytes = ByteBuffer.wrap(sink.bytes.toByteArray());
        List<Integer> next = new ArrayList<>(List.of(0, 0, 0, 0));
        while (bytes.hasRemaining()) {
            int thread = bytes.getInt();
            assertEquals(next.get(thread), bytes.getInt());
            next.set(thread, next.get(thread) + 1);
            bytes.position(bytes.position() + 4 + bytes.getInt(bytes.position()));
        }
        assertEquals(List.of(frames, frames, frames, frames), next);
    }

    /** Longer than the room that pieces meet in. */
    @Test
    void piecesLeaveAsOneFrame() {
        Sink sink = new Sink();
        Outbox outbox = new Outbox(sink, broken -> { });
        AtomicInteger written = new AtomicInteger();
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        for (int length : new int[] {3000, 100_000, 290_000, 1_000_000, 3000}) {
            ByteWriter to = ByteWriter.gathering(16);
            to.putFixed(length);
            to.putRun(Bytes.owning(new Seeded(length).bytes(length)));
            to.putFixed(-length);
            expected.writeBytes(to.toArray());
            outbox.send(to.pieces(), written::incrementAndGet);
        }
        assertEquals(5, written.get());
        assertArrayEquals(expected.toByteArray(), sink.bytes.toByteArray());
    }

    @Test
    void aBrokenConnectionLetsGoOfEveryFrame() {
        Sink sink = new Sink();
        sink.broken = true;
        AtomicInteger broken = new AtomicInteger();
        AtomicInteger written = new AtomicInteger();
        Outbox outbox = new Outbox(sink, e -> broken.incrementAndGet());
        for (int i = 0; i < 10; i++) {
            outbox.sendElsewhere(numbered(0, i, 5), written::incrementAndGet, Runnable::run);
        }
        assertEquals(10, written.get());
        assertEquals(10, broken.get());
    }
}
