package io.cffs.backend.wire;

import io.cffs.txn.codec.Pieces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/**
 * Frames on their way out, in order. Whoever finds nobody writing writes, its own frame and all that come while it
 * does; small ones that wait go out together. Safe for use by many threads. How much may wait is the caller's to bound.
 */
public final class Outbox {
    private static final int BATCH_BYTES = 64 * 1024;

    private final Duplex to;
    private final Consumer<IOException> onBroken;
    private final ConcurrentLinkedQueue<Outgoing> waiting = new ConcurrentLinkedQueue<>();
    private final AtomicInteger calls = new AtomicInteger();
    /** Owned by whoever writes; the count of calls hands it on. */
    private ByteBuffer batch;

    private record Outgoing(Pieces frame, Runnable written) {}

    /** @param onBroken told once for every failed write, by the thread that wrote */
    public Outbox(Duplex to, Consumer<IOException> onBroken) {
        this.to = to;
        this.onBroken = onBroken;
    }

    /**
     * Sends from this thread, which may have to wait for the peer.
     *
     * @param frame its content must stay until it has been written
     * @param written run when the frame has left or never will
     */
    public void send(Pieces frame, Runnable written) {
        if (enqueue(frame, written)) {
            drain();
        }
    }

    /** Sends from a thread of {@code executor} unless somebody is writing; never waits. */
    public void sendElsewhere(Pieces frame, Runnable written, Executor executor) {
        if (enqueue(frame, written)) {
            executor.execute(this::drain);
        }
    }

    private boolean enqueue(Pieces frame, Runnable written) {
        waiting.add(new Outgoing(frame, written));
        return calls.getAndIncrement() == 0;
    }

    private void drain() {
        int seen = 1;
        while (seen != 0) {
            try {
                writeWaiting();
            } catch (IOException e) {
                onBroken.accept(e);
                dropWaiting();
            }
            // Counts calls, not frames: frames that were taken before their call was counted do no harm.
            seen = calls.addAndGet(-seen);
        }
    }

    private void writeWaiting() throws IOException {
        for (Outgoing next = waiting.poll(); next != null; next = waiting.poll()) {
            if (batchIsEmpty() && waiting.peek() == null) {
                // Alone: straight to the socket.
                write(next);
            } else if (next.frame().length() > BATCH_BYTES / 4) {
                flush();
                write(next);
            } else {
                gather(next);
            }
        }
        flush();
    }

    private void write(Outgoing outgoing) throws IOException {
        try {
            if (outgoing.frame().isOne()) {
                to.write(outgoing.frame().asBuffer());
            } else {
                writePieces(outgoing.frame());
            }
        } finally {
            outgoing.written().run();
        }
    }

    /** Through off-heap memory of our own: the JDK would copy there what has been copied together first. */
    private void writePieces(Pieces frame) throws IOException {
        ByteBuffer part = SpareBuffers.take();
        try {
            int from = 0;
            while (from < frame.length()) {
                int count = Math.min(part.capacity(), frame.length() - from);
                frame.copyTo(from, count, part.clear());
                to.write(part.flip());
                from += count;
            }
        } finally {
            SpareBuffers.give(part);
        }
    }

    private boolean batchIsEmpty() {
        return batch == null || batch.position() == 0;
    }

    private void gather(Outgoing outgoing) throws IOException {
        if (batch == null) {
            batch = ByteBuffer.allocateDirect(BATCH_BYTES);
        }
        try {
            if (batch.remaining() < outgoing.frame().length()) {
                flush();
            }
            outgoing.frame().copyTo(batch);
        } finally {
            outgoing.written().run();
        }
    }

    private void flush() throws IOException {
        if (batchIsEmpty()) {
            return;
        }
        try {
            to.write(batch.flip());
        } finally {
            batch.clear();
        }
    }

    private void dropWaiting() {
        for (Outgoing next = waiting.poll(); next != null; next = waiting.poll()) {
            next.written().run();
        }
    }
}
