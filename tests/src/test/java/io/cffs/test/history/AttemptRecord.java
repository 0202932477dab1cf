package io.cffs.test.history;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import java.util.ArrayList;
import java.util.List;

/** One attempt as its client saw it. Filled in while it runs; one thread at a time. */
public final class AttemptRecord {
    /** A call and its answer. */
    public record Step(FsCall call, FsResult result) {}

    private final String client;
    private final TxnId txn;
    private final int attempt;
    private final String invocationId;
    private final long beginSentAt;
    private final CommitTs snapshot;
    private final List<Step> steps = new ArrayList<>();
    private CommitOutcome outcome;
    private long outcomeKnownAt = Long.MAX_VALUE;
    private boolean commitSent;

    /**
     * @param invocationId null when it has none
     * @param beginSentAt position in the order of all events of the history, as is {@code outcomeKnownAt}
     */
    public AttemptRecord(
            String client, TxnId txn, int attempt, String invocationId, long beginSentAt, CommitTs snapshot) {
        this.client = client;
        this.txn = txn;
        this.attempt = attempt;
        this.invocationId = invocationId;
        this.beginSentAt = beginSentAt;
        this.snapshot = snapshot;
    }

    public void step(FsCall call, FsResult result) {
        steps.add(new Step(call, result));
    }

    public void commitSent() {
        commitSent = true;
    }

    public void outcome(CommitOutcome known, long at) {
        outcome = known;
        outcomeKnownAt = at;
    }

    public String client() {
        return client;
    }

    public TxnId txn() {
        return txn;
    }

    public int attempt() {
        return attempt;
    }

    public String invocationId() {
        return invocationId;
    }

    public long beginSentAt() {
        return beginSentAt;
    }

    public CommitTs snapshot() {
        return snapshot;
    }

    public List<Step> steps() {
        return List.copyOf(steps);
    }

    public boolean wasCommitSent() {
        return commitSent;
    }

    /** The last thing the client was told; null when nothing (it crashed, or ended without a commit). */
    public CommitOutcome outcome() {
        return outcome;
    }

    public long outcomeKnownAt() {
        return outcomeKnownAt;
    }

    @Override
    public String toString() {
        return client + " txn " + txn.toString().substring(0, 8) + " attempt " + attempt + " at " + snapshot;
    }
}
