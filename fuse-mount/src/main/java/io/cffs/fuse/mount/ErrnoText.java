package io.cffs.fuse.mount;

import io.cffs.fuse.Errno;

/** What an error number means, for people. */
final class ErrnoText {
    private ErrnoText() {}

    static String of(int errno) {
        return switch (errno) {
            case Errno.EPERM -> "not permitted (mounting needs CAP_SYS_ADMIN in the name space's owner)";
            case Errno.ENOENT -> "there is no such file or directory";
            case Errno.EACCES -> "access denied";
            case Errno.ENXIO, Errno.ENODEV -> "the kernel has no FUSE (try: modprobe fuse)";
            case Errno.EBUSY -> "busy";
            case Errno.ENOTDIR -> "not a directory";
            case Errno.EINVAL -> "refused by the kernel (was the device opened in another user name space?)";
            case Errno.ENOTCONN -> "a dead mount is there, whose server has ended";
            case Errno.ELOOP -> "too many symbolic links";
            case Errno.EIO -> "input/output error";
            default -> "error number " + errno;
        };
    }
}
