package io.cffs.daemon.session;

import io.cffs.txn.port.Entropy;

/**
 * How often and after what waits an invocation runs again.
 *
 * @param attemptsMax 1 and up
 * @param firstWaitNanosMax most time before the second attempt; doubles with each further one
 * @param waitNanosMax most time before any attempt
 * @param priorityFromAttempt attempts from this one on hand in their witnesses, so that the backend lets them win
 * @param ledgerWaitNanosMax most time spent on asking for an unknown outcome
 */
public record RetryPolicy(
        int attemptsMax,
        long firstWaitNanosMax,
        long waitNanosMax,
        int priorityFromAttempt,
        long ledgerWaitNanosMax) {

    /** Doubling ends here whatever the numbers are, so that the shift cannot overflow. */
    private static final int DOUBLINGS_MAX = 20;

    /**
     * 20 attempts with waits of at most 2 ms, 4 ms, ... 128 ms: 2 s in all. From the second attempt on the backend
     * queues an attempt behind others with the same witness, so the waits only spread what is not queued.
     */
    public static RetryPolicy standard() {
        return new RetryPolicy(20, 2_000_000L, 128_000_000L, 2, 30_000_000_000L);
    }

    public RetryPolicy withAttemptsMax(int attempts) {
        return new RetryPolicy(attempts, firstWaitNanosMax, waitNanosMax, priorityFromAttempt, ledgerWaitNanosMax);
    }

    /**
     * The wait after this many failures: uniform between nothing and the bound ("full jitter"), because whoever failed
     * together would otherwise come back together.
     */
    long waitNanosAfter(int failures, Entropy entropy) {
        int doublings = Math.min(failures - 1, DOUBLINGS_MAX);
        long bound = Math.min(waitNanosMax, firstWaitNanosMax << doublings);
        return bound <= 0 ? 0 : entropy.nextBelow(bound + 1);
    }
}
