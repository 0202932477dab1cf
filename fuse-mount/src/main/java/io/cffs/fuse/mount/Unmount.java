package io.cffs.fuse.mount;

import io.cffs.fuse.Errno;
import io.cffs.fuse.sys.Libc;
import java.io.IOException;
import java.nio.file.Path;

/** Takes mounts out of the name space. */
public final class Unmount {
    private Unmount() {}

    /**
     * Lazily unmounts the topmost mount on a directory: by umount2, else by fusermount3. Nothing mounted there is no
     * error.
     *
     * @throws IOException with one sentence that says why it could not
     */
    public static void lazily(Path mountPoint) throws IOException {
        int result = Libc.umount2(mountPoint.toString(), Libc.MNT_DETACH);
        if (result == 0 || result == -Errno.EINVAL || result == -Errno.ENOENT) {
            return;
        }
        if (result != -Errno.EPERM) {
            throw new IOException("cannot unmount " + mountPoint + ": " + ErrnoText.of(-result));
        }
        Fusermount.unmount(mountPoint);
    }
}
