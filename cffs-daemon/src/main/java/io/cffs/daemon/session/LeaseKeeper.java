package io.cffs.daemon.session;

import io.cffs.model.VolumeName;
import io.cffs.txn.port.BackendPort;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the snapshot of an open attempt readable: renews its lease three times in each of its terms, so that two lost
 * renewals do no harm. A lease that could not be renewed is no failure yet: the snapshot may well still be there, and
 * when it is not, the next read or the commit says so.
 *
 * <p>Used by the thread that drives the session.
 */
final class LeaseKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseKeeper.class);
    private static final int RENEWALS_PER_TERM = 3;
    /** One round trip, behind uploads that are under way. */
    private static final long LAST_END_MILLIS_MAX = 2_000;

    private final BackendPort backend;
    private final VolumeName volume;
    private final ScheduledExecutorService timer;
    private ScheduledFuture<?> renewal;
    private CompletableFuture<Void> ending = CompletableFuture.completedFuture(null);

    LeaseKeeper(BackendPort backend, VolumeName volume, ScheduledExecutorService timer) {
        this.backend = backend;
        this.volume = volume;
        this.timer = timer;
    }

    void keep(long leaseId, long leaseMillis) {
        drop();
        long everyMillis = Math.max(1, leaseMillis / RENEWALS_PER_TERM);
        renewal = timer.scheduleWithFixedDelay(
                () -> renew(leaseId), everyMillis, everyMillis, TimeUnit.MILLISECONDS);
    }

    void drop() {
        if (renewal != null) {
            renewal.cancel(false);
            renewal = null;
        }
    }

    /** Ends the lease of an attempt, unless its commit has. Nobody waits for the answer before the next begin. */
    void end(Attempt ended) {
        if (!ended.leaseHasEnded()) {
            ending = backend.end(volume, ended.leaseId()).exceptionally(lost -> null);
        }
    }

    /** Before a begin: the end of an attempt that came after it would take away the turn that it has waited for. */
    void awaitEnd() {
        ending.join();
    }

    /** Before the process ends: a lease that nobody ended holds what was uploaded, and old versions, for its term. */
    void awaitEndBriefly() {
        try {
            ending.get(LAST_END_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.atDebug().setMessage("lease not ended").setCause(e).log();
        }
    }

    /** Throws nothing: the timer would not come again. */
    private void renew(long leaseId) {
        try {
            backend.renew(volume, leaseId).whenComplete((renewed, failure) -> {
                if (failure != null || !renewed) {
                    tellNotRenewed(leaseId, failure);
                }
            });
        } catch (RuntimeException | AssertionError failure) {
            tellNotRenewed(leaseId, failure);
        }
    }

    private static void tellNotRenewed(long leaseId, Throwable failure) {
        LOG.atDebug().setMessage("lease not renewed").addKeyValue("lease", leaseId).setCause(failure).log();
    }
}
