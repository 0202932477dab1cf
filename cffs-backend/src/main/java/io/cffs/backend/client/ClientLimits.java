package io.cffs.backend.client;

/**
 * How long a client waits, and for how much at once.
 *
 * @param connectNanos a call that could not be sent for want of a connection fails after this; a commit goes on
 * trying
 * @param attemptNanos one try to connect and greet
 * @param callNanos from a call to its answer
 * @param patientNanos the same for a begin, which may wait its turn, and for a commit, which then is Unknown; also how
 *     long a commit waits for a connection
 * @param itemNanos how much longer a commit waits for each of its reads and changes, as long as its backend shows that
 *     it is alive
 * @param silenceNanos a connection that owes an answer and has brought nothing for this long is given up; before that
 *     the backend is asked three times whether it is there
 * @param backoffNanosMin pause after the first round of addresses that failed; doubles each time
 * @param backoffNanosMax longest pause between rounds
 * @param bytesMax requests that are under way, in bytes; a caller beyond that waits
 */
public record ClientLimits(
        long connectNanos,
        long attemptNanos,
        long callNanos,
        long patientNanos,
        long itemNanos,
        long silenceNanos,
        long backoffNanosMin,
        long backoffNanosMax,
        int bytesMax) {
    private static final long MILLI_NANOS = 1_000_000L;

    /**
     * A lost connection costs a call at most 10 s of silence and 5 s of connecting, inside its 30 s. The largest
     * commits, of a million reads and 800,000 changes, wait for 10 minutes: 390,000 new files took 6 s on an idle
     * machine, more than 60 s on one with ten times as much to do as it has processors, and may wait for others.
     */
    public static final ClientLimits DEFAULT = new ClientLimits(
            5_000 * MILLI_NANOS, 2_000 * MILLI_NANOS, 30_000 * MILLI_NANOS, 60_000 * MILLI_NANOS,
            300_000, 10_000 * MILLI_NANOS, 5 * MILLI_NANOS, 500 * MILLI_NANOS, 64 * 1024 * 1024);
}
