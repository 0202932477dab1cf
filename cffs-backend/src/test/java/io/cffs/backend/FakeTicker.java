package io.cffs.backend;

import io.cffs.txn.port.Ticker;
import java.util.concurrent.atomic.AtomicLong;

/** A clock that moves when a test moves it. */
public final class FakeTicker implements Ticker {
    private final AtomicLong nanos = new AtomicLong(1_000_000_000_000L);

    public void advanceMillis(long millis) {
        nanos.addAndGet(millis * 1_000_000);
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
