package io.cffs.backend;

import io.cffs.backend.commit.CommitLog;
import io.cffs.backend.commit.MemoryCommitLog;
import io.cffs.backend.store.BlockStore;
import io.cffs.backend.store.MemoryBlockStore;
import io.cffs.backend.store.OrderedVersionedStore;
import io.cffs.backend.store.StagedObjects;
import io.cffs.backend.store.VersionedStore;
import java.util.UUID;
import java.util.function.LongSupplier;

/**
 * What one volume is made of. Whoever gets them owns and closes them.
 *
 * @param identity as {@code VolumeStatus} says it
 * @param usableBytes room left on the disk
 * @param totalBytes size of the disk
 */
public record VolumeParts(UUID identity, CommitLog log, VersionedStore store, BlockStore blocks,
        LongSupplier usableBytes, LongSupplier totalBytes) {
    /** The root directory of a new volume belongs to root; everybody may look into it. */
    public static final int ROOT_PERMISSIONS = 0755;

    /** On a disk that holds nothing else, as far as anybody knows. */
    public VolumeParts(UUID identity, CommitLog log, VersionedStore store, BlockStore blocks,
            LongSupplier usableBytes) {
        this(identity, log, store, blocks, usableBytes, usableBytes);
    }

    /** A volume in memory, for tests and the simulator. */
    public static VolumeParts inMemory(long wallNanos) {
        MemoryBlockStore blocks = new MemoryBlockStore();
        VersionedStore store = OrderedVersionedStore.openMemory(new StagedObjects(blocks),
                new VersionedStore.RootDirectory(ROOT_PERMISSIONS, 0, 0, wallNanos));
        return new VolumeParts(new UUID(0, wallNanos), new MemoryCommitLog(), store, blocks, () -> Long.MAX_VALUE / 2);
    }

    /** In memory: what the next process finds after this one has died. */
    public VolumeParts afterCrash() {
        ((MemoryCommitLog) log).reopen();
        return new VolumeParts(identity, log, ((OrderedVersionedStore) store).afterCrash(), blocks, usableBytes,
                totalBytes);
    }

    void close() {
        try (log; store; blocks) {
            // In reverse order, each even when another one fails.
        }
    }
}
