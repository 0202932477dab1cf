package io.cffs.backend;

import static io.cffs.backend.Requests.VOLUME;
import static io.cffs.backend.Requests.absent;
import static io.cffs.backend.Requests.begin;
import static io.cffs.backend.Requests.commit;
import static io.cffs.backend.Requests.create;
import static io.cffs.backend.Requests.named;
import static io.cffs.backend.Requests.page;
import static io.cffs.backend.Requests.txn;
import static io.cffs.backend.Requests.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.commit.MemoryCommitLog;
import io.cffs.backend.store.OrderedVersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import io.cffs.txn.port.BackendPort.LedgerAnswer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What sessions see of one volume. */
final class VolumeTest extends VolumeBed {
    @Test
    void aCommitIsVisibleToWhoBeginsAfterIt() {
        Begun before = begun(txn(99));
        assertEquals(committed(1), created(10, "a", "hello"));
        Begun after = begun(txn(98));
        assertEquals(new CommitTs(1), after.snapshot());
        assertEquals("hello", content(after.snapshot(), 10));
        assertNull(content(before.snapshot(), 10));
        assertEquals(List.of("a"), backend.list(VOLUME, after.snapshot(), Ino.ROOT, null, 10).join().entries().stream()
                .map(entry -> entry.name().toString()).toList());
    }

    @Test
    void timestampsAreDenseOverGroupsAndRefusals() {
        List<CompletableFuture<CommitOutcome>> outcomes = new ArrayList<>();
        for (int i = 10; i < 60; i++) {
            List<ReadKey> reads = List.of(absent("n" + i % 25));
            outcomes.add(backend.commit(
                    commit(txn(i), begun(txn(i)), reads, create(i, "n" + i % 25, ""))));
        }
        run();
        for (int i = 0; i < 50; i++) {
            CommitOutcome outcome = outcomes.get(i).join();
            if (i < 25) {
                assertEquals(committed(i + 1), outcome);
            } else {
                CommitOutcome.Witness witness = assertInstanceOf(CommitOutcome.Conflicted.class, outcome).witness();
                assertEquals(absent("n" + (i + 10) % 25), witness.key());
                assertEquals(txn(outcomes.indexOf(outcomes.get(i)) - 25 + 10), witness.other());
            }
        }
    }

    @Test
    void aConflictNamesItsWitnessAndLeavesNoTrace() {
        created(10, "f", "0");
        Begun one = begun(txn(1));
        Begun two = begun(txn(2));
        assertEquals(committed(2), done(commit(txn(1), one, List.of(page(10)), List.of(write(10, 0, "1")))));
        CommitOutcome outcome = done(commit(txn(2), two, List.of(page(10)), List.of(write(10, 0, "2"))));
        var expected = new CommitOutcome.Witness(page(10), txn(1), new CommitTs(2), null);
        assertEquals(new CommitOutcome.Conflicted(expected), outcome);
        assertEquals("1", content(begun(txn(3)).snapshot(), 10));
    }

    /** What is not looked up for a commit, because its number is thought to be new, must not have been there. */
    @Test
    void aNumberIsUsedOnce() {
        CommitRequest first = commit(txn(1), begun(txn(1)), List.of(), create(10, "a", "1"));
        CommitRequest second = commit(txn(2), begun(txn(2)), List.of(), create(10, "b", "2"));
        CompletableFuture<CommitOutcome> ordered = backend.commit(first);
        CompletableFuture<CommitOutcome> refused = backend.commit(second);
        run();
        assertEquals(committed(1), ordered.join());
        assertMalformed(refused.join());
        for (int restarts = 0; restarts < 3; restarts++) {
            int number = 3 + restarts;
            assertMalformed(done(commit(txn(number), begun(txn(number)), List.of(), create(10, "b", "2"))));
            assertEquals("1", content(begun(txn(99)).snapshot(), 10));
            if (restarts == 1) {
                parts.store().checkpoint();
            }
            crash();
        }
        // Of another range, and smaller than one that was used.
        assertEquals(committed(2), created(30, "c", "3"));
        assertEquals(committed(3), created(20, "d", "4"));
        // Also when what was remembered of it had to make room.
        String large = "x".repeat(100_000);
        for (int i = 100; i < 300; i++) {
            created(i, "n" + i, large);
        }
        for (long ino : new long[] {10, 20, 30, 150}) {
            assertMalformed(done(commit(txn(ino + 500), begun(txn(ino + 500)), List.of(), create(ino, "e", "5"))));
        }
    }

    private static void assertMalformed(CommitOutcome outcome) {
        var refused = assertInstanceOf(CommitOutcome.Refused.class, outcome);
        assertEquals(CommitOutcome.RefusalCause.MALFORMED, refused.cause());
        assertTrue(refused.sentence().contains("creates an inode that exists"), refused.sentence());
    }

    @Test
    void aResentTransactionAndARedeliveredInvocationGetTheFirstOutcome() {
        CommitRequest request = named(
                commit(txn(1), begun(txn(1)), List.of(absent("a")), create(10, "a", "")), "call-1");
        CompletableFuture<CommitOutcome> first = backend.commit(request);
        CompletableFuture<CommitOutcome> resentAtOnce = backend.commit(request);
        run();
        assertEquals(committed(1), first.join());
        CommitOutcome again = new CommitOutcome.Committed(new CommitTs(1), true);
        assertEquals(again, resentAtOnce.join());
        assertEquals(again, done(request));
        CommitRequest redelivered = named(
                commit(txn(2), begun(txn(2)), List.of(absent("b")), create(11, "b", "")), "call-1");
        assertEquals(again, done(redelivered));
        crash();
        assertEquals(again, done(request));
        assertEquals(again, done(redelivered));
        var begin = new io.cffs.txn.port.BackendPort.BeginRequest(
                VOLUME, txn(3), 1, "call-1", CommitTs.ZERO, null, List.of(), false);
        assertEquals(new CommitTs(1), backend.begin(begin).join().alreadyCommitted());
    }

    @Test
    void aTransactionThatWasAskedForInVainNeverCommits() {
        CommitRequest late = commit(txn(1), begun(txn(1)), List.of(), create(10, "a", ""));
        CompletableFuture<LedgerAnswer> answer = backend.outcomeOf(VOLUME, txn(1));
        run();
        assertNull(answer.join().outcome());
        assertInstanceOf(CommitOutcome.Refused.class, done(late));
        crash();
        assertInstanceOf(CommitOutcome.Refused.class, done(late));
        assertEquals(committed(1), created(11, "b", ""));
        CompletableFuture<LedgerAnswer> known = backend.outcomeOf(VOLUME, txn(11));
        run();
        assertEquals(new CommitTs(1), known.join().outcome().at());
    }

    @Test
    void acknowledgedCommitsSurviveACrashBeforeTheyAreApplied() {
        for (int i = 10; i < 20; i++) {
            CompletableFuture<CommitOutcome> outcome = backend.commit(
                    commit(txn(i), begun(txn(i)), List.of(absent("n" + i)), create(i, "n" + i, "c" + i)));
            volume.sequence();
            assertEquals(committed(i - 9), outcome.join());
            if (i % 3 == 0) {
                volume.apply();
            }
        }
        crash();
        for (int i = 10; i < 20; i++) {
            assertEquals("c" + i, content(new CommitTs(10), i));
        }
        assertEquals(committed(11), created(30, "after", ""));
    }

    @Test
    void aFullDiskRefusesCleanlyAndRecovers() {
        created(10, "a", "0");
        MemoryCommitLog log = (MemoryCommitLog) parts.log();
        log.failNext(MemoryCommitLog.Failure.NO_SPACE);
        CommitRequest request = commit(txn(1), begun(txn(1)), List.of(page(10)), List.of(write(10, 0, "1")));
        CommitRequest resent = commit(txn(2), begun(txn(2)), List.of(page(10)), List.of(write(10, 0, "2")));
        CommitOutcome.Refused refused = assertInstanceOf(CommitOutcome.Refused.class, done(request));
        assertEquals(CommitOutcome.RefusalCause.NO_SPACE, refused.cause());
        assertEquals("0", content(begun(txn(3)).snapshot(), 10));
        // The refused commit has not happened, so it collides with nobody.
        assertEquals(committed(2), done(resent));
        assertEquals("2", content(begun(txn(4)).snapshot(), 10));
    }

    @Test
    void aFailedSyncMakesTheOutcomeUnknownAndTheLedgerKnowsLater() {
        for (MemoryCommitLog.Failure failure
                : List.of(MemoryCommitLog.Failure.LOST, MemoryCommitLog.Failure.STORED_BUT_FAILED)) {
            parts = VolumeParts.inMemory(5);
            backend = backend();
            volume = backend.volume(VOLUME);
            ((MemoryCommitLog) parts.log()).failNext(failure);
            CommitOutcome outcome = created(10, "a", "x");
            assertInstanceOf(CommitOutcome.Unknown.class, outcome);
            assertInstanceOf(CommitOutcome.Unknown.class, created(11, "b", "x"));
            assertEquals(CommitTs.ZERO, begun(txn(5)).snapshot());
            crash();
            CompletableFuture<LedgerAnswer> answer = backend.outcomeOf(VOLUME, txn(10));
            run();
            boolean stored = failure == MemoryCommitLog.Failure.STORED_BUT_FAILED;
            assertEquals(stored, answer.join().outcome() != null);
            assertEquals(stored ? "x" : null, content(begun(txn(6)).snapshot(), 10));
        }
    }

    @Test
    void readsOfASnapshotThatIsNotAppliedWait() {
        CompletableFuture<CommitOutcome> outcome = backend.commit(
                commit(txn(1), begun(txn(1)), List.of(absent("a")), create(10, "a", "x")));
        volume.sequence();
        assertTrue(outcome.isDone());
        FetchItem item = new FetchItem(new ObjectKey.DentryKey(Ino.ROOT, Name.of("a")), null);
        CompletableFuture<List<Fetched>> fetched = backend.fetch(VOLUME, new CommitTs(1), List.of(item));
        assertFalse(fetched.isDone());
        volume.apply();
        assertEquals(3, fetched.join().size(), "the name, its inode and its content");
        assertEquals(BackendException.Cause.REFUSED, failure(
                backend.fetch(VOLUME, new CommitTs(2), List.of(item))).kind());
        Fetched.Found found = (Fetched.Found) fetched.join().getFirst();
        FetchItem known = new FetchItem(item.key(), found.version());
        assertEquals(List.of(new Fetched.Unchanged(item.key(), found.version())),
                backend.fetch(VOLUME, new CommitTs(1), List.of(known)).join());
    }

    @Test
    void aReadThatWaitsTooLongFails() {
        ((OrderedVersionedStore) parts.store()).setFailing(true);
        backend.commit(commit(txn(1), begun(txn(1)), List.of(), create(10, "a", "x")));
        volume.sequence();
        assertFalse(volume.apply());
        CompletableFuture<?> listed = backend.list(VOLUME, new CommitTs(1), Ino.ROOT, null, 5);
        volume.keep();
        assertFalse(listed.isDone());
        ticker.advanceMillis(BackendSettings.DEFAULT.readWait().toMillis());
        volume.keep();
        assertEquals(BackendException.Cause.TIMED_OUT, failure(listed).kind());
        // What is durable but cannot be applied refuses new commits, and goes on when there is room.
        CommitOutcome refused = done(commit(txn(2), begun(txn(2)), List.of(), create(11, "b", "x")));
        assertEquals(CommitOutcome.RefusalCause.NO_SPACE,
                assertInstanceOf(CommitOutcome.Refused.class, refused).cause());
        ((OrderedVersionedStore) parts.store()).setFailing(false);
        run();
        assertEquals(committed(2), created(12, "c", ""));
    }

    @Test
    void beginNamesWhatHasChanged() {
        created(10, "a", "x");
        created(11, "b", "x");
        var request = new io.cffs.txn.port.BackendPort.BeginRequest(
                VOLUME, txn(5), 1, null, CommitTs.ZERO, new CommitTs(1), List.of(), false);
        List<ObjectKey> changes = backend.begin(request).join().changes();
        assertTrue(changes.contains(new ObjectKey.DentryKey(Ino.ROOT, Name.of("b"))), changes.toString());
        assertFalse(changes.contains(new ObjectKey.DentryKey(Ino.ROOT, Name.of("a"))), changes.toString());
        assertTrue(changes.contains(new ObjectKey.InodeKey(Ino.ROOT)), changes.toString());
        crash();
        assertNull(backend.begin(request).join().changes());
    }

    @Test
    void causalTokensFromNowhereAndWrongSnapshotsAreRefused() {
        var request = new io.cffs.txn.port.BackendPort.BeginRequest(
                VOLUME, txn(5), 1, null, new CommitTs(7), null, List.of(), false);
        assertEquals(BackendException.Cause.REFUSED, failure(backend.begin(request)).kind());
        Begun begun = new Begun(new CommitTs(9), 1, 1, null, null);
        assertInstanceOf(CommitOutcome.Refused.class, done(commit(txn(1), begun, List.of(), create(10, "a", ""))));
    }
}
