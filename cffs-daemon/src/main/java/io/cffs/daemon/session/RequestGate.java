package io.cffs.daemon.session;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.txn.port.Ticker;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The session's one lock, the state that it guards, and who waits for which state. Requests enter when an attempt is
 * open, wait while a commit decides, and are counted, so that a commit can wait for those under way.
 *
 * <p>The lock is the outermost of the daemon, and nothing is waited for while it is held but its own condition.
 */
final class RequestGate {
    private static final Logger LOG = LoggerFactory.getLogger(RequestGate.class);

    /** The kernel may be told later than that only where a request waits for something else. */
    private static final long LATE_NANOS_MAX = 100_000_000;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final SessionLimits limits;
    private final Ticker ticker;
    private SessionState state = SessionState.IDLE; // @GuardedBy("lock")
    private int running; // @GuardedBy("lock")
    private int waiting; // @GuardedBy("lock")
    private int openings; // @GuardedBy("lock")
    private int late; // @GuardedBy("lock"): how many of those that waited for the last opening are not over

    RequestGate(SessionLimits limits, Ticker ticker) {
        this.limits = limits;
        this.ticker = ticker;
    }

    Lock lock() {
        return lock;
    }

    /** With the lock held. */
    SessionState state() {
        return state;
    }

    /** Without the lock held. @throws IllegalStateException when the state is another one */
    void require(SessionState wanted) {
        lock.lock();
        try {
            if (state != wanted) {
                throw new IllegalStateException("the session is " + state + ", not " + wanted);
            }
        } finally {
            lock.unlock();
        }
    }

    /** With the lock held. */
    void become(SessionState next) {
        state = state.become(next);
        if (state == SessionState.OPEN) {
            openings++;
            late = waiting;
        }
        changed.signalAll();
    }

    /**
     * With the lock held: waits until an attempt is open and counts the request in.
     *
     * @return to be handed to {@link #leave}
     * @throws FsException STALE when there is no attempt and none is expected, ENVIRONMENT_FAILED when the wait was too
     *     long, INTERRUPTED when nobody waits for the request any more, BUSY when the calling thread was interrupted
     */
    int enter(Patience patience) throws FsException {
        int waitedFor = 0;
        if (state != SessionState.OPEN) {
            awaitOpen(patience.endsFor());
            waitedFor = openings;
        }
        running++;
        return waitedFor;
    }

    /** With the lock held: the request is over. */
    void leave(int waitedFor) {
        running--;
        boolean last = waitedFor == openings && --late == 0;
        if (last || running == 0 && state != SessionState.OPEN) {
            changed.signalAll();
        }
    }

    /**
     * Before the kernel is told to drop pages: waits, not for long, until the requests are over that were waiting when
     * the attempt was opened. The kernel has the bytes of a write in its pages before we have them. Were the pages
     * dropped first, somebody might read them anew, with the old bytes, and these would stay. Without the lock held.
     */
    void awaitLate() {
        lock.lock();
        try {
            await(() -> late <= 0 || state != SessionState.OPEN, LATE_NANOS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Stops admitting requests and waits for those under way. Without the lock held.
     *
     * @return false when some still are after the bound
     */
    boolean quiesce() {
        lock.lock();
        try {
            become(SessionState.COMMITTING);
            return await(() -> running == 0, limits.quiesceNanosMax());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** After {@link #quiesce}, when nothing has come of it: requests are admitted again. Without the lock held. */
    void reopen(Runnable firstUnderTheLock) {
        lock.lock();
        try {
            if (state == SessionState.COMMITTING) {
                firstUnderTheLock.run();
                become(SessionState.OPEN);
            }
        } finally {
            lock.unlock();
        }
    }

    /** With the lock held: the end, once. */
    void close() {
        if (state != SessionState.CLOSED) {
            become(SessionState.CLOSED);
        }
    }

    /** Waits while a commit decides. False when it still does after the bound. Without the lock held. */
    boolean awaitDecided() {
        lock.lock();
        try {
            return await(() -> state != SessionState.COMMITTING, limits.requestNanosMax());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** For tests: requests that wait for an attempt. */
    int waiting() {
        lock.lock();
        try {
            return waiting;
        } finally {
            lock.unlock();
        }
    }

    private void awaitOpen(CompletableFuture<?> givesUp) throws FsException {
        if (!isWorthWaiting() || waiting >= limits.waitersMax()) {
            throw new FsException(FsError.STALE);
        }
        waiting++;
        if (givesUp != null) {
            givesUp.thenRun(this::wakeAll);
        }
        BooleanSupplier gaveUp = () -> givesUp != null && givesUp.isDone();
        try {
            boolean decided = await(() -> state == SessionState.OPEN || !isWorthWaiting() || gaveUp.getAsBoolean(),
                    limits.requestNanosMax());
            if (!decided) {
                LOG.atWarn().setMessage("A file request waited in vain for the transaction before it to end, and was "
                        + "answered EIO: the backend does not answer. See whether its process runs or is stopped, and "
                        + "what \"cffs status\" says.").addKeyValue("state", state).log();
                throw new FsException(FsError.ENVIRONMENT_FAILED);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FsException(FsError.BUSY);
        } finally {
            waiting--;
        }
        if (state != SessionState.OPEN) {
            throw new FsException(gaveUp.getAsBoolean() ? FsError.INTERRUPTED : FsError.STALE);
        }
    }

    private void wakeAll() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private boolean isWorthWaiting() {
        return switch (state) {
            case COMMITTING, UNRESOLVED -> true;
            case IDLE -> limits.queuesWhileIdle();
            case OPEN, CLOSED -> false;
        };
    }

    private boolean await(BooleanSupplier condition, long nanosMax) throws InterruptedException {
        long start = ticker.monotonicNanos();
        while (!condition.getAsBoolean()) {
            long left = nanosMax - (ticker.monotonicNanos() - start);
            if (left <= 0) {
                return false;
            }
            if (!changed.await(left, TimeUnit.NANOSECONDS)) {
                return condition.getAsBoolean();
            }
        }
        return true;
    }
}
