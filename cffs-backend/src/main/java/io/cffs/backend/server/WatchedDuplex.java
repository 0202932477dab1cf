package io.cffs.backend.server;

import io.cffs.backend.wire.Duplex;
import io.cffs.backend.wire.FrameReader;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A connection that knows what it waits for and since when, so that a watchdog can end it. The socket itself has no
 * time limits.
 */
final class WatchedDuplex implements Duplex, FrameReader.Progress {
    /** Writes are cut into pieces, so that a slow peer that does read is told from one that does not. */
    private static final int PIECE_BYTES = 256 * 1024;
    private static final long NOTHING = Long.MIN_VALUE;

    private final Duplex duplex;
    private final Ticker ticker;
    private final ServerLimits limits;
    private final RequestRoom room;
    /** Room that was taken for a frame which nobody has taken over yet; -1 for none. Owned by the reader. */
    private int heldBytes = -1;
    private volatile long greetingSince;
    private volatile long frameSince = NOTHING;
    private volatile long writeSince = NOTHING;

    WatchedDuplex(Duplex duplex, Ticker ticker, ServerLimits limits, RequestRoom room) {
        this.duplex = duplex;
        this.ticker = ticker;
        this.limits = limits;
        this.room = room;
        this.greetingSince = now();
    }

    private long now() {
        long nanos = ticker.monotonicNanos();
        return nanos == NOTHING ? nanos + 1 : nanos;
    }

    void greeted() {
        greetingSince = NOTHING;
    }

    /** The reader has handed the frame on; whoever has it gives the room back. */
    void frameHandedOn() {
        heldBytes = -1;
    }

    /** The reader ends: room of a frame that never became complete goes back. */
    void readerEnded() {
        if (heldBytes >= 0) {
            room.give(heldBytes);
            heldBytes = -1;
        }
    }

    /** Called by the watchdog: closes the connection when it has waited too long for its peer. */
    boolean closeIfLate() {
        long now = now();
        boolean late = late(greetingSince, limits.greetingNanos(), now)
                || late(frameSince, limits.frameNanos(), now)
                || late(writeSince, limits.writeNanos(), now);
        if (late) {
            close();
        }
        return late;
    }

    private static boolean late(long since, long limitNanos, long now) {
        return since != NOTHING && now - since > limitNanos;
    }

    @Override
    public void frameStarted(int rawBytes) throws IOException {
        // The wait for room is ours, not the peer's.
        room.take(rawBytes);
        heldBytes = rawBytes;
        frameSince = now();
    }

    @Override
    public void frameEnded() {
        frameSince = NOTHING;
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return duplex.read(target);
    }

    @Override
    public void write(ByteBuffer source) throws IOException {
        int end = source.limit();
        try {
            while (source.position() < end) {
                writeSince = now();
                source.limit(Math.min(end, source.position() + PIECE_BYTES));
                duplex.write(source);
            }
        } finally {
            writeSince = NOTHING;
            source.limit(end);
        }
    }

    @Override
    public String peer() {
        return duplex.peer();
    }

    @Override
    public boolean betweenHosts() {
        return duplex.betweenHosts();
    }

    @Override
    public void close() {
        duplex.close();
    }
}
