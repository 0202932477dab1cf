package io.cffs.test.history;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Proves isolation from what clients observed. The commits are replayed in timestamp order on a model; every result of
 * every attempt has to come out again at its snapshot, and for a committed one also at its place in the order; clients
 * were told the truth; and whoever began after an acknowledgement sees it.
 */
public final class ReplayChecker {
    private final History history;
    private final TreeMap<CommitTs, TreeModel> states = new TreeMap<>();

    public ReplayChecker(History history, TreeModel initial) {
        this.history = history;
        states.put(CommitTs.ZERO, initial);
    }

    /** @throws HistoryViolation at the first promise that is found broken */
    public void check() {
        replayCommits();
        for (AttemptRecord attempt : history.attempts()) {
            checkAtSnapshot(attempt);
            checkOutcome(attempt);
        }
        checkOnceOnly();
        checkStrictness();
    }

    /** The tree after this commit. Only after {@link #check}, and for timestamps that were committed. */
    public TreeModel stateAt(CommitTs at) {
        return states.get(at);
    }

    private void replayCommits() {
        Map<List<Object>, AttemptRecord> attempts = new HashMap<>();
        history.attempts().forEach(attempt -> attempts.put(List.of(attempt.txn(), attempt.attempt()), attempt));
        CommitTs last = CommitTs.ZERO;
        for (History.Commit commit : history.commits().values()) {
            if (!commit.at().equals(last.next())) {
                throw new HistoryViolation("commit timestamps are dense", last + " is followed by " + commit.at());
            }
            AttemptRecord attempt = attempts.get(List.of(commit.txn(), commit.attempt()));
            if (attempt == null || !attempt.wasCommitSent()) {
                throw new HistoryViolation("only what was asked for commits", commit.toString());
            }
            states.put(commit.at(), replay(attempt, states.get(last), commit.at()));
            last = commit.at();
        }
    }

    private static TreeModel replay(AttemptRecord attempt, TreeModel before, CommitTs at) {
        ModelRun run = new ModelRun(before.copy());
        for (AttemptRecord.Step step : attempt.steps()) {
            FsResult expected = run.call(step.call());
            if (!validated(expected).equals(validated(step.result()))) {
                throw new HistoryViolation("a commit could have run at its place in the order",
                        attempt + " committed at " + at + ": " + step.call() + " answered " + step.result()
                                + " but there it would have been " + expected);
            }
        }
        return run.finish();
    }

    private static FsResult validated(FsResult result) {
        return result instanceof FsResult.Stat stat ? stat.validated() : result;
    }

    private void checkAtSnapshot(AttemptRecord attempt) {
        TreeModel state = states.get(attempt.snapshot());
        if (state == null) {
            throw new HistoryViolation("a snapshot is a committed state", attempt.toString());
        }
        ModelRun run = new ModelRun(state.copy());
        for (AttemptRecord.Step step : attempt.steps()) {
            FsResult expected = run.call(step.call());
            if (!expected.equals(step.result())) {
                throw new HistoryViolation("an attempt sees its snapshot and nothing else",
                        attempt + ": " + step.call() + " answered " + step.result() + " but the snapshot says "
                                + expected);
            }
        }
    }

    private void checkOutcome(AttemptRecord attempt) {
        History.Commit own = history.commits().values().stream()
                .filter(commit -> commit.txn().equals(attempt.txn()))
                .filter(commit -> commit.attempt() == attempt.attempt())
                .findFirst()
                .orElse(null);
        switch (attempt.outcome()) {
            case null -> {}
            case CommitOutcome.Committed committed -> checkCommitted(attempt, committed);
            case CommitOutcome.Unknown unknown -> {}
            case CommitOutcome.Conflicted conflicted -> checkNothingHappened(attempt, own);
            case CommitOutcome.SnapshotExpired expired -> checkNothingHappened(attempt, own);
            case CommitOutcome.Refused refused -> checkNothingHappened(attempt, own);
        }
    }

    private void checkCommitted(AttemptRecord attempt, CommitOutcome.Committed outcome) {
        History.Commit there = history.commits().get(outcome.at());
        boolean readOnly = !attempt.wasCommitSent();
        if (readOnly) {
            return;
        }
        if (there == null) {
            throw new HistoryViolation("what was acknowledged has happened", attempt + " was told " + outcome);
        }
        boolean same = there.txn().equals(attempt.txn());
        if (!same && !sameInvocation(there.txn(), attempt)) {
            throw new HistoryViolation("what was acknowledged has happened", attempt + " was told " + outcome
                    + " but that is " + there);
        }
    }

    private boolean sameInvocation(TxnId other, AttemptRecord attempt) {
        return attempt.invocationId() != null && history.attempts().stream()
                .filter(candidate -> candidate.txn().equals(other))
                .anyMatch(candidate -> attempt.invocationId().equals(candidate.invocationId()));
    }

    private static void checkNothingHappened(AttemptRecord attempt, History.Commit own) {
        if (own != null) {
            throw new HistoryViolation("what was refused has not happened",
                    attempt + " was told " + attempt.outcome() + " but committed at " + own.at());
        }
    }

    private void checkOnceOnly() {
        Set<TxnId> txns = new HashSet<>();
        Set<String> invocations = new HashSet<>();
        Map<TxnId, String> invocationByTxn = new HashMap<>();
        history.attempts().forEach(attempt -> invocationByTxn.put(attempt.txn(), attempt.invocationId()));
        for (History.Commit commit : history.commits().values()) {
            if (!txns.add(commit.txn())) {
                throw new HistoryViolation("a transaction commits at most once", commit.toString());
            }
            String invocation = invocationByTxn.get(commit.txn());
            if (invocation != null && !invocations.add(invocation)) {
                throw new HistoryViolation("an invocation commits at most once", invocation + " again as " + commit);
            }
        }
    }

    private void checkStrictness() {
        TreeMap<Long, CommitTs> acknowledged = new TreeMap<>();
        for (AttemptRecord attempt : history.attempts()) {
            if (attempt.outcome() instanceof CommitOutcome.Committed committed) {
                acknowledged.merge(attempt.outcomeKnownAt(), committed.at(),
                        (a, b) -> a.isAfter(b) ? a : b);
            }
        }
        for (AttemptRecord attempt : history.attempts()) {
            for (Map.Entry<Long, CommitTs> ack : acknowledged.headMap(attempt.beginSentAt()).entrySet()) {
                if (ack.getValue().isAfter(attempt.snapshot())) {
                    throw new HistoryViolation("who begins after an acknowledgement sees it",
                            attempt + " began after " + ack.getValue() + " was acknowledged");
                }
            }
        }
    }
}
