package io.cffs.fuse.mount;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.LinkedBlockingQueue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shell in a session of its own that unmounts when this process dies without having done so: it reads from a pipe,
 * and the pipe ends with us, however we end. It looks at the connection's number first, so that it never takes away a
 * mount that somebody else has put there since.
 *
 * <p>A killed process may not come to its end. A thread that tells the kernel of a change waits, in a way that no
 * signal ends, for the lock of a directory; who holds that lock waits for our answer; and the thread keeps the device
 * open, so that nobody is told that no answer will come. So the shell is told of our death by a signal as well, and
 * gives the connection up when our first thread is dead and the process is still there. With it go all others that the
 * process serves ({@link PrivateMounts} have no guards of their own), where the kernel tells of them beside their
 * descriptors (Linux 6.12).
 */
final class MountGuard {
    private static final Logger log = LoggerFactory.getLogger(MountGuard.class);
    /** Arguments: mount point, number of the connection, process. A trap makes read end early in some shells. */
    private static final String SCRIPT = """
            trap '' HUP INT TERM
            served() {
                for task in "/proc/$1"/task/*; do
                    cat "$task"/fdinfo/* | sed -n 's/^fuse_connection:[[:space:]]*//p' | sort -u | grep . && return
                done
            }
            abort() {
                echo 1 >"/sys/fs/fuse/connections/$1/abort" ||
                    unshare --mount --propagation private sh -c 'mount -t fusectl fusectl /sys/fs/fuse/connections &&
                        echo 1 >"/sys/fs/fuse/connections/$0/abort"' "$1"
            }
            look() {
                for i in 1 2 3 4 5 6 7 8 9 10; do
                    sleep 1
                    case $(cat "/proc/$3/stat") in
                    *') Z '*)
                        for each in $(served "$3"); do [ "$each" = "$2" ] || abort "$each"; done
                        abort "$2" && return
                        grep -q " 0:$2 / " /proc/self/mountinfo && umount -f -c "$1"
                        return;;
                    *') '*) ;;
                    *) return;;
                    esac
                done
            }
            trap 'again=1; look "$@" &' USR1
            again=1
            while [ "$again" ]; do
                again=
                read answer
            done
            [ "$answer" = done ] && exit
            grep -q " 0:$2 / " /proc/self/mountinfo || exit
            umount -l "$1" || fusermount3 -u -z -q -- "$1"
            """;
    private static final List<String> TOLD_OF_DEATH = List.of("setpriv", "--pdeathsig", "USR1");
    private static final List<String> SHELL = List.of("setsid", "sh", "-c", SCRIPT, "mount-guard");

    private final OutputStream pipe;

    private MountGuard(OutputStream pipe) {
        this.pipe = pipe;
    }

    /** Starts a guard, or returns null and logs when that is not possible. */
    static MountGuard over(Path mountPoint, int connectionId) {
        FutureTask<Process> start = new FutureTask<>(starting(mountPoint, connectionId));
        Starter.TASKS.add(start);
        try {
            return new MountGuard(start.get().getOutputStream());
        } catch (ExecutionException noShell) {
            log.warn("nobody will unmount if this process is killed: {}", noShell.getCause().getMessage());
        } catch (InterruptedException interrupted) {
            start.cancel(false);
            Thread.currentThread().interrupt();
        }
        return null;
    }

    private static Callable<Process> starting(Path mountPoint, int connectionId) {
        return () -> {
            List<String> about = List.of(mountPoint.toString(), Integer.toString(connectionId),
                    // As /proc numbers us, which may be that of another name space.
                    Path.of("/proc/self").toRealPath().getFileName().toString());
            List<String> shell = new ArrayList<>(SHELL);
            shell.addAll(about);
            List<String> told = new ArrayList<>(TOLD_OF_DEATH);
            told.addAll(shell);
            try {
                return start(told);
            } catch (IOException noSetpriv) {
                log.debug("a guard that is not told of our death", noSetpriv);
                return start(shell);
            }
        };
    }

    private static Process start(List<String> words) throws IOException {
        return new ProcessBuilder(words).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD).start();
    }

    /** The mount is gone: nothing is left to guard. */
    void dismiss() {
        try (pipe) {
            pipe.write("done\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException dead) {
            log.debug("the guard of a mount had ended before", dead);
        }
    }

    /** Starts the guards of this process: the kernel signals the end of the thread that started a child. */
    private static final class Starter {
        static final LinkedBlockingQueue<Runnable> TASKS = new LinkedBlockingQueue<>();

        static {
            Thread.ofPlatform().daemon().name("fuse-guards").start(Starter::run);
        }

        private static void run() {
            try {
                while (true) {
                    TASKS.take().run();
                }
            } catch (InterruptedException never) {
                throw new AssertionError(never);
            }
        }
    }
}
