package io.cffs.fuse.dev;

import java.io.IOException;
import java.nio.file.Path;

/** A descriptor of /dev/fuse that is (or will be) mounted, and how to be rid of the mount. */
public interface MountedDevice {
    int fd();

    /** Null when it is not known, as it may be with an inherited descriptor. */
    Path mountPoint();

    /** Whether the descriptor came from elsewhere: its giver mounted it, and has to unmount it. */
    boolean isInherited();

    /** Lazily. Harmless when it is gone already. */
    void unmount() throws IOException;

    /** Closes the descriptor. */
    void close();
}
