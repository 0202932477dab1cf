package io.cffs.backend.commit;

import io.cffs.model.CommitTs;
import io.cffs.txn.validate.VersionIndex;

/**
 * How much a pipeline keeps in memory of what it has done, or is doing, so that it need not ask the store, or hold
 * others up. None of it decides what happens: with the smallest numbers a pipeline gives the same outcomes, slower.
 *
 * @param readsMax reads that a commit keeps once they have been found right; those of one with more are let go
 * @param indexCommitsMax commits that are validated against in memory, 1 and up; older ones are read from the store
 * @param indexChangesMax the same in changes; the newest commit is held whatever it has
 * @param changedKeysMax objects of which begin knows in which commit they changed
 * @param newsBytesMax bytes of what the most recent commits have made of objects
 * @param newsOfCommitBytesMax the same of one commit: of a larger one the blocks are left out, or all is forgotten
 * @param newsCommitsMax commits over which begin tells what has become of objects
 * @param latestBytesMax bytes of objects as the last ordered commit left them, beside those that are not applied
 * @param backlogBytesMax bytes of effects that are durable and not applied; while there are as many, nothing is ordered
 * @param groupEffectBytesMax bytes of effects after which a group is closed; one commit alone may have more
 */
public record MemoryLimits(
        int readsMax,
        int indexCommitsMax,
        long indexChangesMax,
        int changedKeysMax,
        long newsBytesMax,
        long newsOfCommitBytesMax,
        int newsCommitsMax,
        long latestBytesMax,
        long backlogBytesMax,
        long groupEffectBytesMax) {
    private static final long KIB = 1024;
    private static final long MIB = 1024 * KIB;

    /**
     * News: to fold more than 128 commits takes longer than to ask for what has changed. Backlog: with a group under
     * way it stays below a quarter of a heap of 512 MiB.
     */
    public static final MemoryLimits DEFAULT = new MemoryLimits(1000, VersionIndex.COMMITS_MAX,
            VersionIndex.CHANGES_MAX, 200_000, 8 * MIB, 256 * KIB, 128, 16 * MIB, 64 * MIB, 32 * MIB);

    VersionIndex index(CommitTs floor) {
        return new VersionIndex(floor, indexCommitsMax, indexChangesMax);
    }
}
