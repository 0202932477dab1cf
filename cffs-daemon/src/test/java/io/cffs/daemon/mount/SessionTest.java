package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.session.AttemptHealth;
import io.cffs.daemon.session.AttemptTicket;
import io.cffs.daemon.session.Operation;
import io.cffs.daemon.session.Patience;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.session.SessionState;
import io.cffs.model.CommitTs;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.Getattr;
import io.cffs.txn.ops.Lookup;
import io.cffs.txn.ops.Mkdir;
import io.cffs.txn.port.BackendException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The session without a kernel: requests are operations, called directly. */
@Timeout(60)
class SessionTest {
    private final MemoryVolume store = new MemoryVolume();
    private final TestSession parts = new TestSession(store, false);
    private final Session session = parts.session;

    @AfterEach
    void close() {
        parts.close();
    }

    private static Operation<Inode> mkdir(String name) {
        return at -> Mkdir.run(at.transaction(), Credentials.ROOT, Ino.ROOT, Name.of(name), 0755);
    }

    private static Operation<Inode> lookup(String name) {
        return at -> Lookup.run(at.transaction(), Credentials.ROOT, Ino.ROOT, Name.of(name));
    }

    private void refused(FsError error, Operation<?> operation) {
        assertEquals(error, assertThrows(FsException.class, () -> session.perform(operation)).error());
    }

    private static BackendException failure(BackendException.Cause cause) {
        return new BackendException(cause, "the disk is gone", null);
    }

    @Test
    void nothingIsAnsweredWithoutAnAttempt() throws Exception {
        refused(FsError.STALE, lookup("a"));
        AttemptTicket ticket = parts.begin();
        session.perform(mkdir("a"));
        session.abort(ticket);
        refused(FsError.STALE, lookup("a"));
        parts.begin();
        refused(FsError.NOT_FOUND, lookup("a"));
    }

    @Test
    void whatOneAttemptCommitsTheNextSees() throws Exception {
        AttemptTicket ticket = parts.begin();
        Inode made = session.perform(mkdir("a"));
        assertEquals(new CommitOutcome.Committed(new CommitTs(1), false), session.commit(ticket));
        assertEquals(new CommitTs(1), parts.begin().snapshot());
        assertEquals(made.ino(), session.perform(lookup("a")).ino());
    }

    @Test
    void aReadOnlyAttemptSendsNothing() throws Exception {
        AttemptTicket ticket = parts.begin();
        session.perform(at -> Getattr.run(at.transaction(), Ino.ROOT));
        refused(FsError.NOT_FOUND, lookup("a"));
        assertEquals(new CommitOutcome.Committed(CommitTs.ZERO, false), session.commit(ticket));
        assertEquals(0, store.commits);
    }

    @Test
    void leasesEndOnceEach() throws Exception {
        session.abort(parts.begin());
        assertEquals(1, store.ends);
        session.commit(parts.begin());
        assertEquals(2, store.ends, "nothing was sent that could have ended it");
        AttemptTicket ticket = parts.begin();
        session.perform(mkdir("a"));
        session.commit(ticket);
        assertEquals(2, store.ends, "the commit has ended it");
    }

    @Test
    void inodeNumbersThatWereNotUsedAreUsedByTheNextAttempt() throws Exception {
        session.abort(parts.begin());
        AttemptTicket first = parts.begin();
        long made = session.perform(mkdir("a")).ino().value();
        session.abort(first);
        parts.begin();
        assertEquals(made + 1, session.perform(mkdir("a")).ino().value());
    }

    @Test
    void anAttemptThatCouldNotReadCannotCommit() throws Exception {
        AttemptTicket ticket = parts.begin();
        session.perform(mkdir("a"));
        store.readFailure = failure(BackendException.Cause.UNREACHABLE);
        refused(FsError.ENVIRONMENT_FAILED, lookup("b"));
        store.readFailure = null;
        refused(FsError.ENVIRONMENT_FAILED, lookup("a"));
        BackendException refused = assertThrows(BackendException.class, () -> session.commit(ticket));
        assertTrue(refused.getMessage().contains("the disk is gone"), refused.getMessage());
        assertEquals(0, store.commits);
        parts.begin();
        refused(FsError.NOT_FOUND, lookup("a"));
    }

    @Test
    void anAttemptWhoseSnapshotExpiredRunsAgain() throws Exception {
        AttemptTicket ticket = parts.begin();
        session.perform(mkdir("a"));
        store.readFailure = failure(BackendException.Cause.SNAPSHOT_EXPIRED);
        refused(FsError.STALE, lookup("b"));
        store.readFailure = null;
        refused(FsError.STALE, lookup("a"));
        assertInstanceOf(CommitOutcome.SnapshotExpired.class, session.commit(ticket));
        AttemptTicket next = parts.begin();
        refused(FsError.NOT_FOUND, lookup("b"));
        assertEquals(AttemptHealth.SOUND, session.abort(next));
    }

    @Test
    void anErrorOfOursEndsTheAttempt() throws Exception {
        AttemptTicket ticket = parts.begin();
        assertThrows(AssertionError.class, () -> session.perform(at -> {
            throw new AssertionError("a bug");
        }));
        refused(FsError.ENVIRONMENT_FAILED, lookup("a"));
        assertThrows(BackendException.class, () -> session.commit(ticket));
        assertEquals(SessionState.IDLE, session.state());
    }

    @Test
    void aFunctionMayGiveItsTransactionUp() throws Exception {
        AttemptTicket ticket = parts.begin();
        session.perform(mkdir("a"));
        session.giveUp();
        session.perform(lookup("a"));
        assertEquals(AttemptHealth.GIVEN_UP, session.health(ticket));
        assertThrows(BackendException.class, () -> session.commit(ticket));
        assertEquals(0, store.commits);
    }

    @Test
    void nothingBeginsBeforeAnUnknownOutcomeIsKnown() throws Exception {
        AttemptTicket ticket = parts.begin();
        session.perform(mkdir("a"));
        store.loseNextCommitAnswer = true;
        assertInstanceOf(CommitOutcome.Unknown.class, session.commit(ticket));
        assertEquals(SessionState.UNRESOLVED, session.state());
        assertThrows(IllegalStateException.class, parts::begin);
        assertEquals(new CommitTs(1), session.askLedger(ticket));
        parts.begin();
        session.perform(lookup("a"));
    }

    @Test
    void aConflictNamesItsWitness() throws Exception {
        AttemptTicket ticket = parts.begin();
        session.perform(mkdir("a"));
        try (TestSession other = new TestSession(store, false)) {
            AttemptTicket theirs = other.begin();
            other.session.perform(mkdir("a"));
            assertInstanceOf(CommitOutcome.Committed.class, other.session.commit(theirs));
        }
        CommitOutcome.Conflicted conflict =
                assertInstanceOf(CommitOutcome.Conflicted.class, session.commit(ticket));
        assertEquals(Ino.ROOT, conflict.witness().key().ino());
    }

    @Test
    void aCommitWaitsForRequestsUnderWayAndNewOnesWaitForIt() throws Exception {
        AttemptTicket ticket = parts.begin();
        session.perform(mkdir("a"));
        CountDownLatch fetching = store.holdNextFetch();
        CompletableFuture<Void> slow = performLater(session, at -> lookup("slow").run(at));
        assertTrue(fetching.await(10, TimeUnit.SECONDS));
        CompletableFuture<CommitOutcome> commit = CompletableFuture.supplyAsync(() -> session.commit(ticket));
        awaitState(session, SessionState.COMMITTING);
        CompletableFuture<Void> late = performLater(session, mkdir("late"));
        assertEquals(0, store.commits);
        store.releaseFetch();
        assertInstanceOf(CommitOutcome.Committed.class, commit.get(10, TimeUnit.SECONDS));
        assertEquals(FsError.NOT_FOUND, errorOf(slow));
        assertEquals(FsError.STALE, errorOf(late), "the attempt it was for is over");
    }

    /** A file is closed, or forgotten by the kernel: the transaction is being read then, without the lock. */
    @Test
    void whatTheKernelLetsGoOfWhileACommitDecidesIsToldAfterwards() throws Exception {
        AttemptTicket ticket = parts.begin();
        session.perform(mkdir("a"));
        CountDownLatch came = store.holdCommits();
        CompletableFuture<CommitOutcome> commit = CompletableFuture.supplyAsync(() -> session.commit(ticket));
        assertTrue(came.await(10, TimeUnit.SECONDS));
        AtomicInteger told = new AtomicInteger();
        session.locked(() -> {
            session.tell(transaction -> told.incrementAndGet());
            return null;
        });
        assertEquals(0, told.get());
        store.releaseCommit();
        assertInstanceOf(CommitOutcome.Committed.class, commit.get(10, TimeUnit.SECONDS));
        assertEquals(1, told.get());
    }

    /** Whether the request had been sent nobody can tell but the ledger; the session goes on. */
    @Test
    void anErrorOfOursInACommitLeavesItsOutcomeUnknown() throws Exception {
        MemoryVolume odd = new MemoryVolume() {
            private boolean well;

            @Override
            public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
                if (!well) {
                    well = true;
                    throw new IllegalStateException("a bug");
                }
                return super.commit(request);
            }
        };
        try (TestSession mount = new TestSession(odd, false)) {
            AttemptTicket ticket = mount.begin();
            mount.session.perform(mkdir("a"));
            assertInstanceOf(CommitOutcome.Unknown.class, mount.session.commit(ticket));
            assertNull(mount.session.askLedger(ticket));
            AttemptTicket next = mount.begin();
            mount.session.perform(mkdir("a"));
            assertInstanceOf(CommitOutcome.Committed.class, mount.session.commit(next));
        }
    }

    /** Wherever an attempt begins or ends; the next one begins. */
    @Test
    void anErrorOfOursOnTheWayLeavesNothingStuck() throws Exception {
        BrokenKernel kernel = new BrokenKernel();
        session.kernel(kernel, Patience.ENDLESS);
        kernel.breaks = true;
        assertThrows(IllegalStateException.class, parts::begin);
        assertEquals(SessionState.IDLE, session.state());
        kernel.breaks = false;
        AttemptTicket ticket = parts.begin();
        session.perform(mkdir("a"));
        kernel.breaks = true;
        assertThrows(IllegalStateException.class, () -> session.commit(ticket));
        assertEquals(SessionState.IDLE, session.state());
        kernel.breaks = false;
        parts.begin();
        refused(FsError.NOT_FOUND, lookup("a"));
        session.perform(mkdir("a"));
    }

    @Test
    void aLongLivedMountsRequestsWaitForTheNextAttempt() throws Exception {
        try (TestSession mount = new TestSession(store, true)) {
            AttemptTicket ticket = mount.begin();
            mount.session.perform(mkdir("a"));
            CompletableFuture<CommitOutcome> commit = CompletableFuture.supplyAsync(() -> mount.session.commit(ticket));
            assertInstanceOf(CommitOutcome.Committed.class, commit.get(10, TimeUnit.SECONDS));
            CompletableFuture<Void> waiting = performLater(mount.session, mkdir("late"));
            AttemptTicket next = mount.begin();
            waiting.get(10, TimeUnit.SECONDS);
            assertInstanceOf(CommitOutcome.Committed.class, mount.session.commit(next));
        }
    }

    @Test
    void anAbortDoesNotWaitAndWhatWasUnderWayIsStale() throws Exception {
        AttemptTicket ticket = parts.begin();
        CountDownLatch fetching = store.holdNextFetch();
        CompletableFuture<Void> slow = performLater(session, at -> lookup("slow").run(at));
        assertTrue(fetching.await(10, TimeUnit.SECONDS));
        session.abort(ticket);
        parts.begin();
        store.releaseFetch();
        assertEquals(FsError.STALE, errorOf(slow));
    }

    private static CompletableFuture<Void> performLater(Session session, Operation<?> operation) {
        CompletableFuture<Void> done = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                session.perform(operation);
                done.complete(null);
            } catch (FsException | RuntimeException e) {
                done.completeExceptionally(e);
            }
        });
        return done;
    }

    private static FsError errorOf(CompletableFuture<Void> request) throws Exception {
        AtomicReference<Throwable> failed = new AtomicReference<>();
        request.handle((done, failure) -> {
            failed.set(failure);
            return null;
        }).get(10, TimeUnit.SECONDS);
        return assertInstanceOf(FsException.class, failed.get()).error();
    }

    private static void awaitState(Session session, SessionState wanted) {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (session.state() != wanted) {
            assertTrue(System.nanoTime() < deadline, "never became " + wanted);
            Thread.onSpinWait();
        }
    }
}
