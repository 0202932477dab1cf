package io.cffs.test.history;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** Everything that clients observed in one run, and the order in which the backend committed. One thread at a time. */
public final class History {
    /** Which attempt a commit timestamp belongs to. */
    public record Commit(CommitTs at, TxnId txn, int attempt) {}

    private final List<AttemptRecord> attempts = new ArrayList<>();
    private final TreeMap<CommitTs, Commit> commits = new TreeMap<>();
    private long events;

    public void add(AttemptRecord attempt) {
        attempts.add(attempt);
    }

    /** The next position in the order of events. */
    public long nextEvent() {
        return events++;
    }

    /** States the truth about a timestamp. Stating another one later is itself a violation. */
    public void committed(Commit commit) {
        Commit before = commits.putIfAbsent(commit.at(), commit);
        if (before != null && !before.equals(commit)) {
            throw new HistoryViolation("a commit timestamp was given twice", before + " and " + commit);
        }
    }

    public List<AttemptRecord> attempts() {
        return List.copyOf(attempts);
    }

    public TreeMap<CommitTs, Commit> commits() {
        return commits;
    }
}
