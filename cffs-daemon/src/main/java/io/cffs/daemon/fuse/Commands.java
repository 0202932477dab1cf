package io.cffs.daemon.fuse;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseReply;
import io.cffs.model.FsException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests that begin, commit or abort: they run on the control thread, one after the other, and are answered when that
 * is over. Who is killed meanwhile need not wait for it; the command goes on.
 *
 * <p>Safe for use by many threads.
 */
public final class Commands {
    private static final Logger LOG = LoggerFactory.getLogger(Commands.class);

    private final Executor controlThread;
    private final DyingCallers callers;

    /** What a command does, on the control thread. */
    @FunctionalInterface
    public interface Command {
        void run() throws FsException;
    }

    /**
     * @param controlThread a single thread that serves no request
     * @param proc /proc, where callers are looked at
     * @param background runs what waits: virtual threads
     */
    public Commands(Executor controlThread, Path proc, Executor background) {
        this.controlThread = controlThread;
        this.callers = new DyingCallers(proc, background);
    }

    /** Runs a command after those before it; nobody waits for it, as with {@link #unattended}. */
    void soon(Command command) {
        controlThread.execute(() -> unattended(command));
    }

    /**
     * Runs a command of which nobody hears how it went. What it refuses whoever refused has written down; an error of
     * ours is written down here, and the thread goes on to what comes after it.
     */
    public static void unattended(Command command) {
        errorOf(command);
    }

    /** @param success answers {@code out} when the command has not failed */
    void answerLater(FuseReply out, Command command, Runnable success) {
        AtomicBoolean due = new AtomicBoolean(true);
        CompletableFuture<Void> over = new CompletableFuture<>();
        out.later(thread -> callers.watch(thread, over, () -> {
            if (due.compareAndSet(true, false)) {
                out.error(Errno.EINTR);
            }
        }));
        controlThread.execute(() -> {
            int error = errorOf(command);
            if (due.compareAndSet(true, false)) {
                if (error == 0) {
                    success.run();
                } else {
                    out.error(error);
                }
            }
            over.complete(null);
        });
    }

    private static int errorOf(Command command) {
        try {
            command.run();
            return 0;
        } catch (FsException e) {
            return Errnos.of(e.error());
        } catch (RuntimeException | AssertionError bug) {
            // Whoever waits has to be answered, and what comes next, or comes again, has to run.
            LOG.atError().setMessage("a command of the mount failed with an internal error").setCause(bug).log();
            return Errno.EIO;
        }
    }
}
