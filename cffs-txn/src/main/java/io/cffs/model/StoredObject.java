package io.cffs.model;

/** The value of one version of an {@link ObjectKey}. */
public sealed interface StoredObject {
    record InodeObject(Inode inode) implements StoredObject {}

    record DentryObject(Ino ino, FileType type) implements StoredObject {}

    /**
     * A block's raw bytes, 1 to 128 KiB; bytes of the block beyond them are zeros. Compression and checksums belong to
     * the store and the wire, not to this value.
     */
    record BlockObject(Bytes raw) implements StoredObject {
        public BlockObject {
            if (raw.length() < 1 || raw.length() > Blocks.BLOCK_BYTES) {
                throw new IllegalArgumentException("a block has 1 to 131072 bytes: " + raw.length());
            }
        }
    }

    record XattrObject(Bytes value) implements StoredObject {}

    record QuotaObject(Quota quota) implements StoredObject {}
}
