package io.cffs.fuse.mount;

import io.cffs.fuse.dev.ConnectionId;
import io.cffs.fuse.dev.MountedDevice;
import io.cffs.fuse.sys.Libc;
import java.io.IOException;
import java.nio.file.Path;

/** A mount that this process made. */
final class OwnedDevice implements MountedDevice {
    private final int fd;
    private final Path mountPoint;
    private final Unmounter unmounter;
    private MountGuard guard; // @GuardedBy("this")
    private boolean unmounted; // @GuardedBy("this")

    /** How the way that made the mount is rid of it. */
    @FunctionalInterface
    interface Unmounter {
        void unmount(Path mountPoint) throws IOException;
    }

    OwnedDevice(int fd, Path mountPoint, Unmounter unmounter) {
        this.fd = fd;
        this.mountPoint = mountPoint;
        this.unmounter = unmounter;
    }

    /** Sees to it that the mount goes when this process is killed. */
    synchronized void startGuard() {
        ConnectionId.of(this).ifPresent(connection -> guard = MountGuard.over(mountPoint, connection));
    }

    @Override
    public int fd() {
        return fd;
    }

    @Override
    public Path mountPoint() {
        return mountPoint;
    }

    @Override
    public boolean isInherited() {
        return false;
    }

    @Override
    public synchronized void unmount() throws IOException {
        if (!unmounted) {
            unmounter.unmount(mountPoint);
            // Once only: what lies there now may be somebody else's.
            unmounted = true;
            if (guard != null) {
                guard.dismiss();
            }
        }
    }

    @Override
    public void close() {
        Libc.close(fd);
    }
}
