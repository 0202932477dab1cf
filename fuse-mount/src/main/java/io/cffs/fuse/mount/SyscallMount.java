package io.cffs.fuse.mount;

import io.cffs.fuse.sys.Libc;
import java.io.IOException;

/** The way by mount(2), for a process that has CAP_SYS_ADMIN in its user name space. */
final class SyscallMount {
    private static final String DEVICE = "/dev/fuse";

    private SyscallMount() {}

    static OwnedDevice mount(MountOptions options) throws IOException {
        int fd = Libc.open(DEVICE, Libc.O_RDWR | Libc.O_CLOEXEC);
        if (fd < 0) {
            throw new IOException("mount(2) was not tried, " + DEVICE + " cannot be opened: " + ErrnoText.of(-fd));
        }
        long flags = (options.readOnly() ? Libc.MS_RDONLY : 0)
                | options.mountFlags().stream().mapToLong(MountFlag::bit).sum();
        int result = Libc.mount(options.fsName(), options.mountPoint().toString(), "fuse." + options.subtype(), flags,
                dataOf(options, fd));
        if (result < 0) {
            Libc.close(fd);
            throw new IOException("mount(2) failed: " + ErrnoText.of(-result));
        }
        return new OwnedDevice(fd, options.mountPoint(), Unmount::lazily);
    }

    private static String dataOf(MountOptions options, int fd) {
        StringBuilder data = new StringBuilder("fd=").append(fd).append(",rootmode=40000,user_id=").append(Libc.uid())
                .append(",group_id=").append(Libc.gid());
        if (options.allowOther()) {
            data.append(",allow_other");
        }
        if (options.defaultPermissions()) {
            data.append(",default_permissions");
        }
        return data.append(",max_read=").append(options.transferBytesMax()).toString();
    }
}
