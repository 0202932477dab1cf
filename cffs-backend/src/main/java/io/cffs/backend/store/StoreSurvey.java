package io.cffs.backend.store;

import io.cffs.model.BlockPages;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject.DentryObject;
import io.cffs.txn.port.BackendException;

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

    /** Extended attributes without their values; those of inodes that died are left out. */
    void xattrs(XattrReader reader);

    /**
     * Whether a block's bytes are there and, when {@code readBytes}, whether they match their checksum.
     *
     * @return null when it is sound
     */
    Flaw flawOf(ObjectKey.BlockKey key, boolean readBytes);

    /** One sentence when a block's bytes are elsewhere and nothing keeps them there for it; null when it is sound. */
    String missingReference(ObjectKey.BlockKey key);

    /** Commits that the ledger remembers, up to the snapshot, ascending. */
    void commits(CommitReader reader);

    /** What the ledger says of each transaction id, in no order. */
    void outcomes(OutcomeReader reader);

    /** Every stored version of every object in key order, readable or not: whether their order is sound. */
    void versions(VersionReader reader);

    /** What is wrong with a block. */
    record Flaw(boolean missing, String sentence) {}

    /** Takes records whose bytes cannot be what was once written. */
    interface DamageReader {
        /**
         * @param ino of the object, or of the directory that holds the name
         * @param sentence what is damaged and how; a reader that does not override this ends its walk with it
         */
        default void damaged(CommitTs version, Ino ino, String sentence) {
            throw new BackendException(BackendException.Cause.STORE_FAILED, sentence, null);
        }
    }

    interface InodeReader extends DamageReader {
        void inode(CommitTs version, Inode inode);
    }

    interface DentryReader extends DamageReader {
        void dentry(CommitTs version, Ino parent, Name name, DentryObject dentry);
    }

    interface BlockReader extends DamageReader {
        /** @param pages those that hold data, as {@link BlockPages} has them */
        void block(CommitTs version, ObjectKey.BlockKey key, int rawBytes, int pages);
    }

    interface XattrReader extends DamageReader {
        void xattr(CommitTs version, Ino ino, Name name);
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
