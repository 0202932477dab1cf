package io.cffs.daemon.session;

/**
 * How long and how much a session waits.
 *
 * @param requestNanosMax most time one request may wait for the gate and for the backend, each
 * @param quiesceNanosMax most time a commit waits for requests under way
 * @param waitersMax most requests that wait at the gate; more are answered with STALE
 * @param queuesWhileIdle between two attempts, requests wait for the next one instead of being answered with STALE:
 *     for a mount that opens the next attempt by itself
 * @param keepsOrphans what programs have open and no name leads to stays theirs from one attempt to the next
 */
public record SessionLimits(
        long requestNanosMax,
        long quiesceNanosMax,
        int waitersMax,
        boolean queuesWhileIdle,
        boolean keepsOrphans) {
    /** For a mount that serves one invocation: half a minute for a request, ten seconds for a commit to start. */
    public static SessionLimits forInvocations() {
        return new SessionLimits(30_000_000_000L, 10_000_000_000L, 4096, false, false);
    }

    /** For a long-lived mount, which always has an attempt open but for moments. */
    public static SessionLimits forMount() {
        return new SessionLimits(30_000_000_000L, 10_000_000_000L, 4096, true, true);
    }
}
