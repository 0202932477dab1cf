package io.cffs.backend.client;

/**
 * Limits for tests: generous where an answer is expected, so that a busy machine reaches none of them, and short where
 * none is.
 */
final class TestLimits {
    private static final long MILLI_NANOS = 1_000_000L;

    static final ClientLimits QUICK = new ClientLimits(
            20_000 * MILLI_NANOS, 5_000 * MILLI_NANOS, 30_000 * MILLI_NANOS, 30_000 * MILLI_NANOS,
            0, 20_000 * MILLI_NANOS, MILLI_NANOS, 20 * MILLI_NANOS, 64 * 1024 * 1024);

    /** A silent peer is given up soon, and so is a try to connect; calls are not. */
    static final ClientLimits SOON_SILENT = new ClientLimits(
            20_000 * MILLI_NANOS, 1_000 * MILLI_NANOS, 20_000 * MILLI_NANOS, 20_000 * MILLI_NANOS,
            0, 200 * MILLI_NANOS, MILLI_NANOS, 20 * MILLI_NANOS, 64 * 1024 * 1024);

    /** A commit gives up soon, but not a large one. */
    static final ClientLimits PATIENT_WITH_LARGE = new ClientLimits(
            20_000 * MILLI_NANOS, 5_000 * MILLI_NANOS, 30_000 * MILLI_NANOS, 1_000 * MILLI_NANOS,
            60_000 * MILLI_NANOS, 20_000 * MILLI_NANOS, MILLI_NANOS, 20 * MILLI_NANOS, 64 * 1024 * 1024);

    private TestLimits() {}
}
