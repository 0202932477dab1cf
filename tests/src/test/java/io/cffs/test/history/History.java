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

    /** The whole of it, for people: commits in their order, then attempts that did not commit. */
    public String describe() {
        StringBuilder text = new StringBuilder();
        for (Commit commit : commits.values()) {
            attempts.stream()
                    .filter(a -> a.txn().equals(commit.txn()) && a.attempt() == commit.attempt())
                    .forEach(a -> describe(commit.at().toString(), a, text));
        }
        attempts.stream()
                .filter(a -> commits.values().stream().noneMatch(
                        c -> c.txn().equals(a.txn()) && c.attempt() == a.attempt()))
                .forEach(a -> describe("not committed", a, text));
        return text.toString();
    }

    private static void describe(String place, AttemptRecord attempt, StringBuilder text) {
        text.append(place).append(": ").append(attempt).append(" told ").append(attempt.outcome()).append('\n');
        attempt.steps().forEach(step -> text.append("    ").append(step.call()).append(" -> ")
                .append(step.result()).append('\n'));
    }

    public List<AttemptRecord> attempts() {
        return List.copyOf(attempts);
    }

    public TreeMap<CommitTs, Commit> commits() {
        return commits;
    }
}
