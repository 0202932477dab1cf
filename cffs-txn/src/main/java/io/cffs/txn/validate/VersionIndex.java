package io.cffs.txn.validate;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.txn.ReadKey;
import io.cffs.txn.validate.WriteFootprint.Change;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;

/**
 * Which commit last changed what, for the most recent commits of one volume: answers in about a hash look-up what a
 * scan of their footprints would answer.
 *
 * <p>It reaches back to its {@link #floor()}. When a bound is passed the oldest commits leave, the floor rises to the
 * youngest that left, and everything that only they had changed is forgotten, so that the memory follows the changes in
 * the window. Validation of an older snapshot reads stored footprints ({@link Validator}).
 *
 * <p>Not safe for use by several threads: it belongs to the pipeline of its volume.
 */
public final class VersionIndex {
    /** Commits that a pipeline's index holds. At 20,000 commits a second the last three seconds. */
    public static final int COMMITS_MAX = 65_536;
    /** Changes that a pipeline's index holds; 160 to 360 bytes each were measured, so 90 MB at most. */
    public static final long CHANGES_MAX = 250_000;

    private final int commitsMax;
    private final long changesMax;
    private final ArrayDeque<CommittedFootprint> window = new ArrayDeque<>();
    private final Map<Ino, InodeChanges> inodes = new HashMap<>();
    private final Map<CommitTs, TxnId> txns = new HashMap<>();
    private CommitTs floor;
    private CommitTs last;
    private long changeCount;

    /**
     * @param floor the last commit that is not going to be added
     * @param commitsMax commits to hold, 1 and up
     * @param changesMax changes to hold; the newest commit is held whatever it has
     */
    public VersionIndex(CommitTs floor, int commitsMax, long changesMax) {
        if (commitsMax < 1) {
            throw new IllegalArgumentException("the window holds at least one commit: " + commitsMax);
        }
        this.floor = floor;
        this.last = floor;
        this.commitsMax = commitsMax;
        this.changesMax = changesMax;
    }

    /** Snapshots at and after this can be validated. */
    public CommitTs floor() {
        return floor;
    }

    /** The newest commit that was added; the floor when there is none. */
    public CommitTs last() {
        return last;
    }

    long changeCount() {
        return changeCount;
    }

    /**
     * @throws IllegalArgumentException when the commit is not after {@link #last()}
     */
    public void add(CommittedFootprint commit) {
        if (!commit.at().isAfter(last)) {
            throw new IllegalArgumentException("commits are added in order: " + commit.at() + " after " + last);
        }
        int count = commit.footprint().changes().size();
        // Before, so that a large commit does not stand beside what it is going to replace.
        while (!window.isEmpty() && (window.size() == commitsMax || changeCount + count > changesMax)) {
            evictOldest();
        }
        window.addLast(commit);
        txns.put(commit.at(), commit.txn());
        Long at = commit.at().value();
        for (Change change : commit.footprint().changes()) {
            inodes.computeIfAbsent(change.ino(), ino -> new InodeChanges()).add(change, at);
        }
        changeCount += count;
        last = commit.at();
    }

    private void evictOldest() {
        CommittedFootprint oldest = window.removeFirst();
        long at = oldest.at().value();
        for (Change change : oldest.footprint().changes()) {
            InodeChanges changes = inodes.get(change.ino());
            if (changes == null) {
                continue;
            }
            if (changes.newest() <= at) {
                inodes.remove(change.ino());
            } else {
                changes.forget(change, at);
            }
        }
        changeCount -= oldest.footprint().changes().size();
        txns.remove(oldest.at());
        floor = oldest.at();
    }

    /**
     * The timestamp of a commit after {@code snapshot} that collides with the key, -1 when there is none. The snapshot
     * must not be below the floor.
     */
    long collisionAfter(ReadKey key, long snapshot) {
        if (last.value() <= snapshot) {
            return -1;
        }
        if (key instanceof ReadKey.AnyChange) {
            return last.value();
        }
        InodeChanges changes = inodes.get(key.ino());
        return changes == null || changes.newest() <= snapshot ? -1 : changes.collisionAfter(key, snapshot);
    }

    /** Null when the commit is not in the window. */
    public TxnId txnAt(CommitTs at) {
        return txns.get(at);
    }

    /** For tests of the bound: everything that is held for all inodes. */
    long heldEntries() {
        return inodes.values().stream().mapToLong(InodeChanges::heldEntries).sum();
    }
}
