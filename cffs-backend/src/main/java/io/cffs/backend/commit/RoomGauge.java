package io.cffs.backend.commit;

import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.Ticker;
import java.util.function.LongSupplier;

/** Looks at the room on the disk now and then, so that a full disk is met with some of it left. Any thread. */
public final class RoomGauge {
    /** Kept free for what is durable but not applied: memtables that must be flushed, and the log's own room. */
    public static final long RESERVE_BYTES = 64L * 1024 * 1024;
    private static final long PERIOD_NANOS = 100_000_000;

    private final LongSupplier usableBytes;
    private final Ticker ticker;
    private volatile long lookedNanos;
    private volatile BackendException shortage;

    RoomGauge(LongSupplier usableBytes, Ticker ticker) {
        this.usableBytes = usableBytes;
        this.ticker = ticker;
        look(ticker.monotonicNanos());
    }

    /** Null when there is room. */
    BackendException shortage() {
        long now = ticker.monotonicNanos();
        if (now - lookedNanos >= PERIOD_NANOS) {
            look(now);
        }
        return shortage;
    }

    private void look(long now) {
        lookedNanos = now;
        long bytes = usableBytes.getAsLong();
        shortage = bytes >= RESERVE_BYTES ? null : new BackendException(BackendException.Cause.NO_SPACE,
                "the disk of the store has less than " + RESERVE_BYTES / 1024 / 1024
                        + " MiB left, so the volume is read-only until there is more", null);
    }
}
