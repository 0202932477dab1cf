package io.cffs.daemon.fuse;

import io.cffs.fuse.Errno;
import io.cffs.model.FsError;

/** The only place that knows which error number a cause has. */
final class Errnos {
    private Errnos() {}

    static int of(FsError error) {
        return switch (error) {
            case NOT_FOUND -> Errno.ENOENT;
            case NAME_EXISTS -> Errno.EEXIST;
            case NOT_A_DIRECTORY -> Errno.ENOTDIR;
            case IS_A_DIRECTORY -> Errno.EISDIR;
            case DIRECTORY_NOT_EMPTY -> Errno.ENOTEMPTY;
            case ACCESS_DENIED -> Errno.EACCES;
            case NOT_PERMITTED -> Errno.EPERM;
            case INVALID_ARGUMENT -> Errno.EINVAL;
            case NAME_TOO_LONG -> Errno.ENAMETOOLONG;
            case FILE_TOO_LARGE -> Errno.EFBIG;
            case NO_SPACE -> Errno.ENOSPC;
            case QUOTA_EXCEEDED -> Errno.EDQUOT;
            case READ_ONLY -> Errno.EROFS;
            case TOO_MANY_LINKS -> Errno.EMLINK;
            case CROSSES_VOLUMES -> Errno.EXDEV;
            case SYMLINK_LOOP -> Errno.ELOOP;
            case BAD_HANDLE -> Errno.EBADF;
            case STALE -> Errno.ESTALE;
            case NO_SUCH_OFFSET -> Errno.ENXIO;
            case NO_ATTRIBUTE -> Errno.ENODATA;
            case BUFFER_TOO_SMALL -> Errno.ERANGE;
            case VALUE_TOO_LARGE -> Errno.E2BIG;
            case NOT_SUPPORTED -> Errno.EOPNOTSUPP;
            case BUSY -> Errno.EBUSY;
            case INTERRUPTED -> Errno.EINTR;
            case ENVIRONMENT_FAILED -> Errno.EIO;
        };
    }
}
