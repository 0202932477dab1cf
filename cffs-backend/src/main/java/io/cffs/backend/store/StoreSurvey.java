package io.cffs.backend.store;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject.DentryObject;
import io.cffs.txn.StagedId;

/**
 * Everything that one snapshot sees, table by table, in key order; memory does not grow with the volume. Any thread,
 * while the store is in use. When the horizon passes the snapshot a walk fails with BackendException {@code
 * SNAPSHOT_EXPIRED}: hold a lease.
 */
public interface StoreSurvey {
    void inodes(InodeReader reader);

    void dentries(DentryReader reader);

    /** Blocks without their bytes. */
    void blocks(BlockReader reader);

    /**
     * Reads a block's bytes and compares them with their checksum.
     *
     * @return null when it is sound, else one sentence
     */
    String verify(ObjectKey.BlockKey key);

    /** Commits that the ledger remembers, up to the snapshot, ascending. */
    void commits(CommitReader reader);

    /** What the ledger says of each transaction id, in no order. */
    void outcomes(OutcomeReader reader);

    /** Every stored version of every object in key order, readable or not: whether their order is sound. */
    void versions(VersionReader reader);

    interface InodeReader {
        void inode(CommitTs version, Inode inode);
    }

    interface DentryReader {
        void dentry(CommitTs version, Ino parent, Name name, DentryObject dentry);
    }

    interface BlockReader {
        /** @param staged the staged object that holds the bytes; null when the store has them itself */
        void block(CommitTs version, ObjectKey.BlockKey key, int rawBytes, StagedId staged);
    }

    interface CommitReader {
        void commit(CommitHeader header);
    }

    interface OutcomeReader {
        void outcome(VersionedStore.LedgerLine line);
    }

    interface VersionReader {
        /** @param present false for a deletion */
        void version(ObjectKey key, CommitTs version, boolean present);
    }
}
