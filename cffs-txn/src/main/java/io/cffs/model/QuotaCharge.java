package io.cffs.model;

/**
 * What quotas count of an inode: one inode, and of a regular file its length in bytes. Directories, symlinks and their
 * like cost no bytes.
 */
public final class QuotaCharge {
    private QuotaCharge() {}

    /** In bytes. */
    public static long bytesOf(Inode inode) {
        return inode.type() == FileType.REGULAR ? inode.sizeBytes() : 0;
    }
}
