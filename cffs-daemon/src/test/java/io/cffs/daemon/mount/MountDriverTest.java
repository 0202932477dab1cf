package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.session.AttemptTicket;
import io.cffs.daemon.session.MountDriver;
import io.cffs.daemon.session.Operation;
import io.cffs.daemon.session.Patience;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.session.SessionState;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.Lookup;
import io.cffs.txn.ops.Mkdir;
import io.cffs.txn.port.BackendException;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A long-lived mount that goes on to the newest commit, without a kernel. */
@Timeout(60)
class MountDriverTest {
    private final MemoryVolume store = new MemoryVolume();
    private final TestSession parts = new TestSession(store, true);
    private final Session session = parts.session;
    private final ScheduledExecutorService controlThread = Executors.newSingleThreadScheduledExecutor();
    private final SplittableRandom dice = new SplittableRandom(3);
    private final MountDriver driver = new MountDriver(session, false, false, dice::nextLong, controlThread);

    @BeforeEach
    void aMountThatIsBehind() throws Exception {
        driver.start();
        try (TestSession other = new TestSession(store, false)) {
            AttemptTicket ticket = other.begin();
            other.session.perform(mkdir("news"));
            assertInstanceOf(CommitOutcome.Committed.class, other.session.commit(ticket));
        }
    }

    @AfterEach
    void close() {
        controlThread.shutdownNow();
        parts.close();
    }

    private static Operation<Inode> mkdir(String name) {
        return at -> Mkdir.run(at.transaction(), Credentials.ROOT, Ino.ROOT, Name.of(name), 0755);
    }

    private static Operation<Inode> lookup(String name) {
        return at -> Lookup.run(at.transaction(), Credentials.ROOT, Ino.ROOT, Name.of(name));
    }

    /** The error of an operation, null for none. It runs in a thread of its own. */
    private CompletableFuture<FsError> later(Operation<?> operation) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                session.perform(operation);
                return null;
            } catch (FsException e) {
                return e.error();
            }
        });
    }

    private static FsError errorOf(CompletableFuture<FsError> done) throws Exception {
        return done.get(10, TimeUnit.SECONDS);
    }

    /** Starts an operation that waits for the store, then the refresh, which waits for the operation. */
    private CompletableFuture<FsError> underWayWhileRefreshing(Operation<?> operation) throws Exception {
        CountDownLatch fetching = store.holdNextFetch();
        CompletableFuture<FsError> slow = later(operation);
        assertTrue(fetching.await(10, TimeUnit.SECONDS));
        CompletableFuture<Void> refresh = CompletableFuture.runAsync(driver::refreshIfStale);
        while (session.state() != SessionState.COMMITTING && !refresh.isDone()) {
            Thread.onSpinWait();
        }
        store.releaseFetch();
        refresh.get(10, TimeUnit.SECONDS);
        return slow;
    }

    @Test
    void aReadUnderWayIsAnsweredAndTheMountGoesOn() throws Exception {
        assertEquals(FsError.NOT_FOUND, errorOf(underWayWhileRefreshing(lookup("slow"))));
        assertNull(errorOf(later(lookup("news"))));
    }

    /** It looked unchanged when the refresh began. */
    @Test
    void aChangeUnderWayIsKept() throws Exception {
        assertNull(errorOf(underWayWhileRefreshing(mkdir("slow"))));
        assertNull(errorOf(later(lookup("slow"))));
        assertTrue(session.status().changed());
        driver.commitIfChanged();
        assertFalse(session.status().changed());
        assertNull(errorOf(later(lookup("news"))));
    }

    private void theBackendFailsOneRequest() throws Exception {
        store.readFailure = new BackendException(BackendException.Cause.UNREACHABLE, "away for a moment", null);
        assertEquals(FsError.ENVIRONMENT_FAILED, errorOf(later(lookup("news"))));
        store.readFailure = null;
        assertEquals(FsError.ENVIRONMENT_FAILED, errorOf(later(lookup("other"))), "the attempt is over");
    }

    /** Nothing is changed, so nothing is committed, and nobody else commits. */
    @Test
    void aBackendThatWasAwayForAMomentIsNoEndOfTheMount() throws Exception {
        driver.refreshIfStale();
        theBackendFailsOneRequest();
        driver.refreshIfStale();
        assertNull(errorOf(later(lookup("news"))));
    }

    @Test
    void anAttemptThatCannotCommitEndsThoughTheOneBeforeWasLost() throws Exception {
        assertNull(errorOf(later(mkdir("news"))));
        assertEquals(FsError.BUSY, assertThrows(FsException.class, driver::commit).error());
        assertEquals(FsError.BUSY, assertThrows(FsException.class, driver::commit).error());
        theBackendFailsOneRequest();
        assertEquals(FsError.ENVIRONMENT_FAILED, assertThrows(FsException.class, driver::commit).error());
        assertNull(errorOf(later(lookup("news"))));
    }

    /** Whoever writes the control file again when it closes it is not told that all is well. */
    @Test
    void aCommitThatHasFailedFailsAgainAsLongAsNothingIsChanged() throws Exception {
        assertNull(errorOf(later(mkdir("here"))));
        theBackendFailsOneRequest();
        assertEquals(FsError.ENVIRONMENT_FAILED, assertThrows(FsException.class, driver::commit).error());
        assertEquals(FsError.ENVIRONMENT_FAILED, assertThrows(FsException.class, driver::commit).error());
        assertTrue(driver.lastOutcome().startsWith("failed: "), driver.lastOutcome());
        driver.begin();
        driver.commit();
    }

    /** Nobody but the driver would open the next one. */
    @Test
    void anErrorOfOursIsTriedAgain() throws Exception {
        BrokenKernel kernel = new BrokenKernel();
        session.kernel(kernel, Patience.ENDLESS);
        kernel.breaks = true;
        assertThrows(IllegalStateException.class, driver::refreshIfStale);
        assertNull(errorOf(later(mkdir("here"))));
        assertThrows(IllegalStateException.class, driver::commit);
        kernel.breaks = false;
        assertNull(errorOf(later(lookup("news"))));
        assertEquals(FsError.NOT_FOUND, errorOf(later(lookup("here"))));
    }

    /** Programs know ENOSPC; the sentence is in the control file. */
    @Test
    void aCommitThatIsTooLargeHasNoSpace() throws Exception {
        MemoryVolume small = new MemoryVolume() {
            @Override
            public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
                return CompletableFuture.completedFuture(
                        new CommitOutcome.Refused(CommitOutcome.RefusalCause.TOO_LARGE, "it is too large"));
            }
        };
        try (TestSession own = new TestSession(small, true)) {
            MountDriver mount = new MountDriver(own.session, false, false, dice::nextLong, controlThread);
            mount.start();
            own.session.perform(mkdir("large"));
            assertEquals(FsError.NO_SPACE, assertThrows(FsException.class, mount::commit).error());
            assertEquals("refused: it is too large\n", mount.lastOutcome());
        }
    }
}
