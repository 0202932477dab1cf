package io.cffs.daemon.cache;

import io.cffs.txn.port.Ticker;

/** The machine's clocks. */
public final class RealTicker implements Ticker {
    @Override
    public long wallNanos() {
        return System.currentTimeMillis() * 1_000_000;
    }

    @Override
    public long monotonicNanos() {
        return System.nanoTime();
    }
}
