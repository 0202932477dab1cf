package io.cffs.model;

/**
 * What quotas count of an inode: one inode, and of a regular file the pages that hold data, in bytes: what du(1) adds
 * up. Holes, directories, symlinks and their like cost no bytes.
 */
public final class QuotaCharge {
    private QuotaCharge() {}

    /** In bytes. */
    public static long bytesOf(Inode inode) {
        return inode.allocatedBytes();
    }
}
