package io.cffs.model;

/** The value of one version of an {@link ObjectKey}. */
public sealed interface StoredObject {
    record InodeObject(Inode inode) implements StoredObject {}

    record DentryObject(Ino ino, FileType type) implements StoredObject {}

    /**
     * A block's raw bytes, 1 to 128 KiB; bytes of the block beyond them are zeros. Compression and checksums belong to
     * the store and the wire, not to this value.
     *
     * @param pages which pages hold data, as {@link BlockPages} has them; none beyond the bytes
     */
    record BlockObject(Bytes raw, int pages) implements StoredObject {
        /** One without holes. */
        public BlockObject(Bytes raw) {
            this(raw, BlockPages.covering(raw.length()));
        }

        public BlockObject {
            if ((pages & ~BlockPages.covering(raw.length())) != 0) {
                throw new IllegalArgumentException("data beyond " + raw.length() + " bytes of a block: " + pages);
            }
            if (raw.length() < 1 || raw.length() > Blocks.BLOCK_BYTES) {
                throw new IllegalArgumentException("a block has 1 to 131072 bytes: " + raw.length());
            }
        }
    }

    record XattrObject(Bytes value) implements StoredObject {}

    record QuotaObject(Quota quota) implements StoredObject {}
}
