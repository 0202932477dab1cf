package io.cffs.model;

/** Why a file-system call is refused. Names of causes, not numbers: the only errno table is in io.cffs.daemon.fuse. */
public enum FsError {
    /** ENOENT */
    NOT_FOUND,
    /** EEXIST */
    NAME_EXISTS,
    /** ENOTDIR */
    NOT_A_DIRECTORY,
    /** EISDIR */
    IS_A_DIRECTORY,
    /** ENOTEMPTY */
    DIRECTORY_NOT_EMPTY,
    /** EACCES: the mode bits forbid it */
    ACCESS_DENIED,
    /** EPERM: only the owner or a privileged process may */
    NOT_PERMITTED,
    /** EINVAL */
    INVALID_ARGUMENT,
    /** ENAMETOOLONG */
    NAME_TOO_LONG,
    /** EFBIG */
    FILE_TOO_LARGE,
    /** ENOSPC */
    NO_SPACE,
    /** EDQUOT */
    QUOTA_EXCEEDED,
    /** EROFS: the transaction is read-only */
    READ_ONLY,
    /** EMLINK */
    TOO_MANY_LINKS,
    /** EXDEV */
    CROSSES_VOLUMES,
    /** ELOOP */
    SYMLINK_LOOP,
    /** EBADF: the handle was not opened for this */
    BAD_HANDLE,
    /** ESTALE: the handle or inode belongs to an attempt that has ended */
    STALE,
    /** ENXIO: SEEK_DATA or SEEK_HOLE beyond the end */
    NO_SUCH_OFFSET,
    /** ENODATA: no such extended attribute */
    NO_ATTRIBUTE,
    /** ERANGE: the buffer is smaller than the value, or the name of an attribute is too long */
    BUFFER_TOO_SMALL,
    /** E2BIG: value larger than a limit */
    VALUE_TOO_LARGE,
    /** EOPNOTSUPP */
    NOT_SUPPORTED,
    /** EBUSY */
    BUSY,
    /** EINTR */
    INTERRUPTED,
    /** EIO: the environment failed (backend lost, disk error), never a cause of ours */
    ENVIRONMENT_FAILED
}
