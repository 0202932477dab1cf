package io.cffs.backend.commit;

/**
 * Everything in a pipeline that has a bound.
 *
 * @param queueMax requests that wait to be ordered; more are refused
 * @param groupMax requests that share one sync
 * @param groupBytesMax bytes of records after which a group is closed; one record may be larger
 * @param backlogMax commits that are durable but not applied; while there are as many, nothing is ordered
 * @param changesMax objects that begin may name as changed; beyond, it says "too much"
 * @param inoBatch inode numbers that one log record makes available: after a crash at most so many are lost
 * @param holdNanos how long keys are held for an attempt with priority
 * @param turnNanos how long an attempt waits for its turn before it begins without holding anything
 * @param commitWeightMax what one commit may weigh, see {@link CommitWeight}; a larger one is refused
 * @param memory what is kept for speed alone
 */
public record PipelineLimits(
        int queueMax,
        int groupMax,
        long groupBytesMax,
        int backlogMax,
        int changesMax,
        int inoBatch,
        long holdNanos,
        long turnNanos,
        long commitWeightMax,
        MemoryLimits memory) {
    /** Backlog: 8192 commits, at 20 us each applied in 0.2 s. Holds: 10 s, longer than most functions run. */
    public static final PipelineLimits DEFAULT = new PipelineLimits(
            65_536, 1024, 8L * 1024 * 1024, 8192, 10_000, 65_536, 10_000_000_000L, 30_000_000_000L, Long.MAX_VALUE,
            MemoryLimits.DEFAULT);

    /** Commits no larger than a heap of so many bytes can bear; the most that {@code -Xmx} allows. */
    public PipelineLimits withinHeap(long heapBytes) {
        return new PipelineLimits(queueMax, groupMax, groupBytesMax, backlogMax, changesMax, inoBatch, holdNanos,
                turnNanos, CommitWeight.maxWithin(heapBytes), memory);
    }
}
