package io.cffs.fuse.mount;

import io.cffs.fuse.dev.Descriptors;
import io.cffs.fuse.dev.MountedDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A descriptor that whoever started this process has opened and mounted. Needs no privilege and no native call. */
final class InheritedDevice implements MountedDevice {
    private final int fd;
    private final Path mountPoint;

    private InheritedDevice(int fd, Path mountPoint) {
        this.fd = fd;
        this.mountPoint = mountPoint;
    }

    static InheritedDevice of(int fd, MountOptions options) throws IOException {
        Path link = Path.of("/proc/self/fd/" + fd);
        if (!Files.exists(link, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
            throw new IOException("descriptor " + fd + " is not open: it was to be an inherited, mounted /dev/fuse");
        }
        String target = Files.readSymbolicLink(link).toString();
        if (!target.endsWith("/fuse")) {
            throw new IOException("descriptor " + fd + " is " + target + ", not /dev/fuse");
        }
        boolean named = options.inheritedFd() >= 0 && !options.mountPoint().startsWith("/dev/fd");
        return new InheritedDevice(fd, named ? options.mountPoint() : null);
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
        return true;
    }

    @Override
    public void unmount() {
        // Whoever mounted it unmounts it; often nobody has to, because the mount dies with its name space.
    }

    @Override
    public void close() {
        Descriptors.close(fd);
    }
}
