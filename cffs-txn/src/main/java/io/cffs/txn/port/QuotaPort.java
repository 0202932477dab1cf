package io.cffs.txn.port;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Quota;
import io.cffs.model.VolumeName;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Which quotas a volume has. Setting them is what commits do ({@code Mutation.SetQuota}). Safe for use by many threads.
 * A future fails only with {@link BackendException}.
 */
public interface QuotaPort {
    /** Most quotas in one answer. */
    int QUOTAS_MAX = 1000;

    /**
     * Quotas at a snapshot, by the inode number of their directory; that of the volume stands under the root's.
     *
     * @param after only those of higher numbers; null for all
     * @param limit 1 to {@link #QUOTAS_MAX}; fewer in the answer are the last
     */
    CompletableFuture<List<TreeQuota>> quotas(VolumeName volume, CommitTs snapshot, Ino after, int limit);

    /** @param tree the top directory; the root for the volume */
    record TreeQuota(Ino tree, Quota quota) {}
}
