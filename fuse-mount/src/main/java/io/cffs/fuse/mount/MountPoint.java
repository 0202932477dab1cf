package io.cffs.fuse.mount;

import io.cffs.fuse.Errno;
import io.cffs.fuse.sys.Libc;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes sure that something can be mounted on a directory. */
final class MountPoint {
    private static final Logger log = LoggerFactory.getLogger(MountPoint.class);
    /** Looking at the directory may ask a file system of somebody else's that does not answer. */
    private static final int ANSWER_SECONDS_MAX = 5;
    /** Dead mounts on top of each other that are cleared away. */
    private static final int DEAD_MOUNTS_MAX = 8;
    private static final int S_IFMT = 0170000;
    private static final int S_IFDIR = 0040000;

    private MountPoint() {}

    /** Lazily unmounts what a server that died has left there, then checks that there is a directory. */
    static void prepare(Path mountPoint) throws IOException {
        int mode = modeOf(mountPoint);
        for (int i = 0; i < DEAD_MOUNTS_MAX && isDead(mode); i++) {
            log.warn("a dead mount was in the way and is unmounted; {}", mountPoint);
            Unmount.lazily(mountPoint);
            mode = modeOf(mountPoint);
        }
        if (mode < 0) {
            throw new IOException("cannot mount on " + mountPoint + ": " + ErrnoText.of(-mode));
        }
        if ((mode & S_IFMT) != S_IFDIR) {
            throw new IOException("cannot mount on " + mountPoint + ": it is not a directory");
        }
    }

    private static boolean isDead(int modeOrError) {
        return modeOrError == -Errno.ENOTCONN || modeOrError == -Errno.ECONNABORTED;
    }

    private static int modeOf(Path path) throws IOException {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("fuse-mount-point")
                .start(() -> answer.complete(Libc.modeOf(path.toString())));
        try {
            return answer.get(ANSWER_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (TimeoutException hung) {
            throw new IOException("cannot mount on " + path + ": the file system there did not answer for "
                    + ANSWER_SECONDS_MAX + " seconds", hung);
        } catch (ExecutionException impossible) {
            throw new AssertionError(impossible);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while looking at " + path, interrupted);
        }
    }
}
