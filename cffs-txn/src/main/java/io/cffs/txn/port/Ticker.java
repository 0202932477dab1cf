package io.cffs.txn.port;

/** The clocks. Safe for use by many threads. */
public interface Ticker {
    /** Wall clock, nanoseconds since 1970: for file times, never for durations. */
    long wallNanos();

    /** Monotonic, arbitrary origin: for durations and deadlines only. */
    long monotonicNanos();
}
