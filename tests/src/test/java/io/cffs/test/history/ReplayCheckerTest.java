package io.cffs.test.history;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.ReadKey;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Histories that cannot be true are refused, each for its own reason; true ones are accepted. */
class ReplayCheckerTest {
    private static final CommitOutcome CONFLICTED = new CommitOutcome.Conflicted(
            new CommitOutcome.Witness(new ReadKey.Listing(Ino.ROOT), new TxnId(9, 9), new CommitTs(1), null));

    private final History history = new History();
    private int txns;

    @Test
    void acceptsTwoIncrementsInARow() {
        create("/n", "1");
        increment(1, 2, "1", "2");
        increment(2, 3, "2", "3");
        accept();
    }

    @Test
    void refusesALostUpdate() {
        create("/n", "1");
        increment(1, 2, "1", "2");
        increment(1, 3, "1", "2");
        refuse("a commit could have run at its place in the order");
    }

    @Test
    void refusesAPhantomName() {
        AttemptRecord first = attempt(0);
        first.step(new FsCall.Create("/a"), FsResult.DONE);
        commit(first, 1);
        AttemptRecord second = attempt(0);
        second.step(new FsCall.ListNames("/"), new FsResult.Names(List.of()));
        second.step(new FsCall.Create("/b"), FsResult.DONE);
        commit(second, 2);
        refuse("a commit could have run at its place in the order");
    }

    @Test
    void refusesATornViewInAnAttemptThatWasAborted() {
        create("/a", "1");
        AttemptRecord torn = attempt(0);
        torn.step(new FsCall.Exists("/a"), FsResult.DONE);
        refuse("an attempt sees its snapshot and nothing else");
    }

    @Test
    void refusesAnAcknowledgementOfNothing() {
        AttemptRecord attempt = attempt(0);
        attempt.step(new FsCall.Create("/a"), FsResult.DONE);
        attempt.commitSent();
        attempt.outcome(new CommitOutcome.Committed(new CommitTs(1), false), history.nextEvent());
        refuse("what was acknowledged has happened");
    }

    @Test
    void refusesAConflictThatHappened() {
        AttemptRecord attempt = attempt(0);
        attempt.step(new FsCall.Create("/a"), FsResult.DONE);
        commit(attempt, 1);
        attempt.outcome(CONFLICTED, history.nextEvent());
        refuse("what was refused has not happened");
    }

    @Test
    void refusesATransactionThatCommitsTwice() {
        AttemptRecord attempt = attempt(0);
        attempt.step(new FsCall.Mkdir("/a"), FsResult.DONE);
        attempt.step(new FsCall.Rmdir("/a"), FsResult.DONE);
        commit(attempt, 1);
        history.committed(new History.Commit(new CommitTs(2), attempt.txn(), 1));
        refuse("a transaction commits at most once");
    }

    @Test
    void refusesAStaleSnapshotAfterAnAcknowledgement() {
        create("/a", "1");
        AttemptRecord late = attempt(0);
        late.step(new FsCall.Exists("/a"), FsResult.refused(FsError.NOT_FOUND));
        refuse("who begins after an acknowledgement sees it");
    }

    @Test
    void refusesAHoleInTheTimestamps() {
        AttemptRecord attempt = attempt(0);
        attempt.step(new FsCall.Create("/a"), FsResult.DONE);
        commit(attempt, 2);
        refuse("commit timestamps are dense");
    }

    @Test
    void aDirectorysCountsAreReportedAtTheSnapshotAndNotValidated() {
        create("/a", "1");
        AttemptRecord attempt = attempt(0);
        attempt.step(new FsCall.Stat("/"), new FsResult.Stat(FileType.DIRECTORY, 0755, 2, 0));
        attempt.step(new FsCall.Create("/b"), FsResult.DONE);
        commitUnacknowledged(attempt, 2);
        assertDoesNotThrow(() -> new ReplayChecker(concurrent(), TreeModel.empty()).check());
    }

    /** The history with its second attempt begun before the first was acknowledged: no strictness between them. */
    private History concurrent() {
        History reordered = new History();
        for (AttemptRecord attempt : history.attempts()) {
            AttemptRecord copy = new AttemptRecord(attempt.client(), attempt.txn(), 1, null, 0, attempt.snapshot());
            attempt.steps().forEach(step -> copy.step(step.call(), step.result()));
            copy.commitSent();
            reordered.add(copy);
        }
        history.commits().values().forEach(reordered::committed);
        return reordered;
    }

    private void create(String path, String content) {
        AttemptRecord attempt = attempt(0);
        attempt.step(new FsCall.Create(path), FsResult.DONE);
        attempt.step(new FsCall.Write(path, 0, Bytes.ofUtf8(content)), FsResult.DONE);
        commit(attempt, 1);
    }

    private void increment(long snapshot, long at, String seen, String written) {
        AttemptRecord attempt = attempt(snapshot);
        attempt.step(new FsCall.Read("/n", 0, 10), new FsResult.Content(Bytes.ofUtf8(seen)));
        attempt.step(new FsCall.Write("/n", 0, Bytes.ofUtf8(written)), FsResult.DONE);
        commit(attempt, at);
    }

    private AttemptRecord attempt(long snapshot) {
        TxnId txn = new TxnId(0, ++txns);
        var attempt = new AttemptRecord("c", txn, 1, null, history.nextEvent(), new CommitTs(snapshot));
        history.add(attempt);
        return attempt;
    }

    private void commit(AttemptRecord attempt, long at) {
        commitUnacknowledged(attempt, at);
        attempt.outcome(new CommitOutcome.Committed(new CommitTs(at), false), history.nextEvent());
    }

    private void commitUnacknowledged(AttemptRecord attempt, long at) {
        attempt.commitSent();
        history.committed(new History.Commit(new CommitTs(at), attempt.txn(), 1));
    }

    private void accept() {
        assertDoesNotThrow(() -> new ReplayChecker(history, TreeModel.empty()).check());
    }

    private void refuse(String promise) {
        var checker = new ReplayChecker(history, TreeModel.empty());
        assertEquals(promise, assertThrows(HistoryViolation.class, checker::check).promise());
    }
}
