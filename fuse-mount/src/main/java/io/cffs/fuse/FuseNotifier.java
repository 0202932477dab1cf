package io.cffs.fuse;

/**
 * Tells the kernel to forget what it caches. Safe for use by any number of threads, with two rules that keep the
 * kernel from deadlocking against us:
 *
 * <ul>
 *   <li>Never from inside a handler method, but for {@link #incEpoch} and, about the inode of the request, {@link
 *       #invalAttributes}: the request being served may hold the lock that the notification needs. A call from a thread
 *       that is serving a request throws {@link IllegalStateException} and sends nothing. From another thread, do not
 *       notify about an inode while a modifying request on it (or on its parent) waits for that thread.
 *   <li>Never once teardown has begun: every method then sends nothing and returns false.
 * </ul>
 *
 * Each method returns true when the kernel afterwards holds nothing stale of what was named, be it because it dropped
 * it or because it never had it; false when nothing was sent because the session is ending, or when the connection is
 * gone.
 */
public interface FuseNotifier {
    /**
     * Expires a name: the next use of it is a LOOKUP. Whoever has it open, or as its working directory, notices nothing
     * if that finds the same inode. Kernels before 6.2 drop the name instead, as {@link #incEpoch} does.
     */
    boolean expireEntry(long parentNodeId, byte[] name);

    /**
     * Drops a name and tells the watchers of the directory that it is gone. Only where the child is known to be
     * deleted.
     */
    boolean delete(long parentNodeId, long childNodeId, byte[] name);

    /**
     * Drops an inode's attributes: the next stat is a GETATTR. Pages stay. Takes no lock that the kernel holds during a
     * request, and waits only for inodes that it is about to forget: it may be called while a request about this very
     * inode is being served.
     */
    boolean invalAttributes(long nodeId);

    /**
     * Drops an inode's attributes and its pages in a range, pages mapped by programs included.
     *
     * @param offset first byte, 0 or more
     * @param length bytes; 0 or less means up to the end
     */
    boolean invalInode(long nodeId, long offset, long length);

    /** Whether {@link #incEpoch} is to be had (protocol 7.44). */
    boolean supportsEpoch();

    /**
     * Drops every name that the kernel holds for this mount, at its next use: it is looked up again then. Until that is
     * answered, it has no path: getcwd(2) in such a directory answers ENOENT, links of /proc/self/fd say "(deleted)",
     * and what was mounted on it is gone for good. Neither attributes nor pages go with it. Takes no lock in the
     * kernel, so it may be called while a request is being served. Returns false where {@link #supportsEpoch} does.
     */
    boolean incEpoch();

    /** Where files are registered that the kernel reads by itself. Not bound to the two rules above. */
    default BackingFiles backingFiles() {
        return BackingFiles.NONE;
    }
}
