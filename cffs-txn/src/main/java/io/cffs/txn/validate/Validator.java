package io.cffs.txn.validate;

import io.cffs.model.CommitTs;
import io.cffs.txn.CommitOutcome.Witness;
import io.cffs.txn.ReadKey;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Decides whether what a transaction read at its snapshot is still right after every commit that was ordered before it
 * ({@code VALIDATED_AGAINST_ALL_EARLIER}). Pure functions.
 */
public final class Validator {
    /** Commits that are gathered before the reads are checked against them; bounds the memory of a long look back. */
    private static final int GATHERED_COMMITS_MAX = 4096;
    /** Changes that are gathered; see {@link #GATHERED_COMMITS_MAX}. */
    private static final int GATHERED_CHANGES_MAX = 100_000;

    private Validator() {}

    /**
     * The first of {@code reads} that a commit after {@code snapshot} has made wrong, with that commit; empty when the
     * transaction may commit.
     *
     * @param index must reach back to the snapshot
     * @throws IllegalArgumentException when it does not
     */
    public static Optional<Witness> firstStale(List<ReadKey> reads, CommitTs snapshot, VersionIndex index) {
        if (index.floor().isAfter(snapshot)) {
            throw new IllegalArgumentException("the index reaches back to " + index.floor() + ", not to " + snapshot);
        }
        for (ReadKey key : reads) {
            long collidedAt = index.collisionAfter(key, snapshot.value());
            if (collidedAt >= 0) {
                CommitTs at = new CommitTs(collidedAt);
                return Optional.of(new Witness(key, index.txnAt(at), at, null));
            }
        }
        return Optional.empty();
    }

    /**
     * The same for a snapshot below the floor of the index.
     *
     * @param older the footprints of all commits after {@code snapshot} up to the floor of the index (both that are
     *     missing and that are more do no harm only when they changed nothing), ascending; read once
     */
    public static Optional<Witness> firstStale(
            List<ReadKey> reads, CommitTs snapshot, VersionIndex index, Iterator<CommittedFootprint> older) {
        CommitTs reached = snapshot;
        while (older.hasNext()) {
            VersionIndex gathered = new VersionIndex(reached, Integer.MAX_VALUE, Long.MAX_VALUE);
            int commits = 0;
            while (older.hasNext() && commits < GATHERED_COMMITS_MAX && gathered.changeCount() < GATHERED_CHANGES_MAX) {
                CommittedFootprint next = older.next();
                if (next.at().isAfter(snapshot)) {
                    gathered.add(next);
                    commits++;
                }
            }
            Optional<Witness> stale = firstStale(reads, reached, gathered);
            if (stale.isPresent()) {
                return stale;
            }
            reached = gathered.last();
        }
        CommitTs from = index.floor().isAfter(snapshot) ? index.floor() : snapshot;
        return firstStale(reads, from, index);
    }
}
