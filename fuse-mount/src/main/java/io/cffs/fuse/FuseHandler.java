package io.cffs.fuse;

/**
 * A file system, spoken to in inodes: one method per operation of the kernel's protocol. Several reader threads call
 * it at the same time.
 *
 * <p>The request is valid until the method returns; what is needed longer must be copied out. Each method answers
 * exactly once through {@code out}; an answer from another thread, after the method has returned, is allowed when
 * {@link FuseReply#later} was called before it returned. A method that throws, or returns with neither an answer nor
 * {@code later}, answers EIO and is logged.
 *
 * <p>The defaults answer ENOSYS, which the kernel takes as "never ask again" for many operations (FLUSH, FSYNC,
 * ACCESS, the xattr operations, LSEEK, STATX, COPY_FILE_RANGE); releases are answered with success. In a method's
 * description, node is {@link FuseRequest#nodeId}.
 */
public interface FuseHandler {
    /** Called once, before any other method, when the kernel has agreed on the protocol. */
    default void init(FuseInit agreed, FuseNotifier notifier) {}

    /** Called once, after the last request, when the mount has ended in whatever way. No answer, no notification. */
    default void destroy() {}

    /** Name in node. Answer: entry (counts one lookup), negative entry, or ENOENT. */
    default void lookup(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** The kernel gives up {@code lookups} of those counted for a node. No answer. */
    default void forget(long nodeId, long lookups) {}

    /** Attributes of node, through {@code fh} when {@link FuseRequest#hasFh}. Answer: attr. */
    default void getattr(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Fields as {@link FuseRequest#valid} tells. Answer: attr. */
    default void setattr(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Attributes of node with birth time. Answer: statx. ENOSYS makes the kernel use GETATTR. */
    default void statx(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Answer: readlink. */
    default void readlink(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Name in node, {@link FuseRequest#symlinkTarget}. Answer: entry. */
    default void symlink(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Name in node, mode, umask, rdev. Answer: entry. */
    default void mknod(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Name in node, mode, umask. Answer: entry. */
    default void mkdir(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Name in node. Answer: ok. */
    default void unlink(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Name in node. Answer: ok. */
    default void rmdir(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Name in node to newName in newParent, with renameFlags. RENAME and RENAME2 both come here. Answer: ok. */
    default void rename(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** {@link FuseRequest#oldNodeId} gets one more name, name in node. Answer: entry. */
    default void link(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Flags. Answer: opened. */
    default void open(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /**
     * Name in node, mode, umask, flags: creates and opens. Answer: created. ENOSYS makes the kernel use MKNOD and
     * OPEN.
     */
    default void create(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** A file without a name in directory node (O_TMPFILE). Answer: created. */
    default void tmpfile(FuseRequest in, FuseReply out) {
        out.error(Errno.EOPNOTSUPP);
    }

    /** fh, offset, size, flags. Answer: data; fewer bytes than asked for mean the end of the file. */
    default void read(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** fh, offset, data, flags, writeFlags. Answer: written. */
    default void write(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Each close of a descriptor: fh, lockOwner. Answer: ok, or what close(2) shall fail with. */
    default void flush(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** The last descriptor of fh is closed; nobody waits for it. Answer: ok. */
    default void release(FuseRequest in, FuseReply out) {
        out.ok();
    }

    /** fh, isDataSync. Answer: ok. */
    default void fsync(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Answer: opened. */
    default void opendir(FuseRequest in, FuseReply out) {
        out.opened(0, 0);
    }

    /**
     * Entries behind the one whose cookie is {@link FuseRequest#offset} (0: from the start). Answer: directory.
     *
     * @see DirectoryWriter
     */
    default void readdir(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** As readdir, with attributes; each entry that has a node counts one lookup. Answer: directory. */
    default void readdirplus(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    default void releasedir(FuseRequest in, FuseReply out) {
        out.ok();
    }

    default void fsyncdir(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Answer: statfs. */
    default void statfs(FuseRequest in, FuseReply out) {
        out.statfs(new FuseStatfs(0, 0, 0, 0, 0, 4096, 255));
    }

    /** Whether the caller may: {@link FuseRequest#accessMask}. Not sent with default_permissions. Answer: ok. */
    default void access(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Name, xattrValue, xattrFlags. Answer: ok. */
    default void setxattr(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Name, size. Answer: xattrSize when size is 0, else data, or ERANGE when it does not fit. */
    default void getxattr(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** Size. Answer as getxattr; names are ended by NUL bytes. */
    default void listxattr(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    default void removexattr(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** The lock fields of the request. Answer: lock (type F_UNLCK when nothing is in the way). */
    default void getlk(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** The lock fields; {@link FuseRequest#isFlock}. Answer: ok, EAGAIN. Only with POSIX_LOCKS or FLOCK_LOCKS. */
    default void setlk(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** As setlk, but waits: use {@link FuseReply#later}. Answer: ok, EDEADLK, EINTR. */
    default void setlkw(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** fh, offset, length, fallocateMode. Answer: ok. */
    default void fallocate(FuseRequest in, FuseReply out) {
        out.error(Errno.EOPNOTSUPP);
    }

    /** fh, offset, whence (3 SEEK_DATA, 4 SEEK_HOLE). Answer: lseek. ENOSYS makes the kernel see no holes. */
    default void lseek(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** fh and offset to outNodeId, outFh and outOffset, length. Answer: written (64 bit). */
    default void copyFileRange(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    default void syncfs(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    /** What is asked: {@link FuseIoctl#of}. Answer: {@link FuseIoctl#succeed}. */
    default void ioctl(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOTTY);
    }

    default void poll(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }

    default void bmap(FuseRequest in, FuseReply out) {
        out.error(Errno.ENOSYS);
    }
}
