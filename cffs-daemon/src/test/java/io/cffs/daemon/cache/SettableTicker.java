package io.cffs.daemon.cache;

import io.cffs.txn.port.Ticker;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** Stands still unless told to move. */
public final class SettableTicker implements Ticker {
    private final AtomicLong nanos = new AtomicLong(TimeUnit.DAYS.toNanos(10_000));

    public void advanceMillis(long millis) {
        nanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    void advanceSeconds(long seconds) {
        nanos.addAndGet(TimeUnit.SECONDS.toNanos(seconds));
    }

    @Override
    public long wallNanos() {
        return nanos.get();
    }

    @Override
    public long monotonicNanos() {
        return nanos.get();
    }
}
