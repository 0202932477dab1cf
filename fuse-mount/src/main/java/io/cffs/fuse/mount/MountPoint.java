package io.cffs.fuse.mount;

import io.cffs.fuse.Errno;
import io.cffs.fuse.sys.Libc;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.ToIntFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes sure that something can be mounted on a directory. */
final class MountPoint {
    private static final Logger log = LoggerFactory.getLogger(MountPoint.class);
    /**
     * Looking at the directory may ask a file system of somebody else's that does not answer. The first look of a
     * process loads what makes native calls, which takes seconds where many processes want few cores.
     */
    private static final Duration ANSWER_MAX = Duration.ofMinutes(1);
    /** Dead mounts on top of each other that are cleared away. */
    private static final int DEAD_MOUNTS_MAX = 8;
    private static final int S_IFMT = 0170000;
    private static final int S_IFDIR = 0040000;

    private MountPoint() {}

    /** Lazily unmounts what a server that died has left there, then checks that there is a directory. */
    static void prepare(Path mountPoint) throws IOException {
        prepare(mountPoint, Libc::modeOf, ANSWER_MAX);
    }

    /** @param look the mode of a path, or an error number below 0 */
    static void prepare(Path mountPoint, ToIntFunction<String> look, Duration answerMax) throws IOException {
        int mode = modeOf(mountPoint, look, answerMax);
        for (int i = 0; i < DEAD_MOUNTS_MAX && isDead(mode); i++) {
            log.warn("a dead mount was in the way and is unmounted; {}", mountPoint);
            Unmount.lazily(mountPoint);
            mode = modeOf(mountPoint, look, answerMax);
        }
        if (mode < 0) {
            throw new MountPointException("cannot mount on " + mountPoint + ": " + ErrnoText.of(-mode));
        }
        if ((mode & S_IFMT) != S_IFDIR) {
            throw new MountPointException("cannot mount on " + mountPoint + ": it is not a directory");
        }
    }

    private static boolean isDead(int modeOrError) {
        return modeOrError == -Errno.ENOTCONN || modeOrError == -Errno.ECONNABORTED;
    }

    private static int modeOf(Path path, ToIntFunction<String> look, Duration answerMax) throws IOException {
        CompletableFuture<Integer> answer = new CompletableFuture<>();
        Thread.ofPlatform().daemon().name("fuse-mount-point")
                .start(() -> answer.complete(look.applyAsInt(path.toString())));
        try {
            return answer.get(answerMax.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException hung) {
            throw new MountPointException("cannot mount on " + path + ": the file system there did not answer for "
                    + answerMax.toSeconds() + " seconds", hung);
        } catch (ExecutionException impossible) {
            throw new AssertionError(impossible);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while looking at " + path, interrupted);
        }
    }
}
