package io.cffs.backend;

import io.cffs.backend.commit.PipelineLimits;
import java.time.Duration;

/**
 * What an operator may change.
 *
 * @param lease how long a snapshot stays readable without a renewal
 * @param retention how long a snapshot without a lease stays readable
 * @param ledgerRetention how long the ledger remembers outcomes; a resend after that could take effect twice
 * @param readWait how long a read waits for its snapshot to be applied
 * @param checkpointBytes log bytes after which the state is made durable
 * @param checkpointPeriod time after which it is, when anything has changed
 * @param pipeline bounds of the commit pipeline
 */
public record BackendSettings(
        Duration lease,
        Duration retention,
        Duration ledgerRetention,
        Duration readWait,
        long checkpointBytes,
        Duration checkpointPeriod,
        PipelineLimits pipeline) {
    public static final BackendSettings DEFAULT = new BackendSettings(Duration.ofSeconds(60), Duration.ofSeconds(30),
            Duration.ofDays(7), Duration.ofSeconds(30), 64L * 1024 * 1024, Duration.ofSeconds(30),
                    PipelineLimits.DEFAULT);

    /** The same for a process with so large a heap. */
    public BackendSettings withinHeap(long heapBytes) {
        return new BackendSettings(lease, retention, ledgerRetention, readWait, checkpointBytes, checkpointPeriod,
                pipeline.withinHeap(heapBytes));
    }
}
