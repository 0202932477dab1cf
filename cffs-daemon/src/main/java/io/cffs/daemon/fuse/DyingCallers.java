package io.cffs.daemon.fuse;

import io.cffs.daemon.session.Patience;
import io.cffs.fuse.FuseReply;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Lets a request end when the process that made it is to die. As on a local disk no other signal ends a wait: programs
 * do not expect EINTR of a file, and many send themselves signals all the time. The kernel tells of the first signal
 * only, so after one that does not kill the process is looked at until its request is over.
 *
 * <p>Safe for use by many threads.
 */
final class DyingCallers implements Patience {
    private static final long LOOK_MILLIS = 100;
    /** SIGKILL in the sets of pending signals; the kernel sets it whatever the signal was that kills. */
    private static final long KILLED = 1 << 8;

    private final Path proc;
    private final Executor background;

    /** @param background one thread for each request that waits and was interrupted: virtual threads */
    DyingCallers(Path proc, Executor background) {
        this.proc = proc;
        this.background = background;
    }

    @Override
    public CompletableFuture<?> endsFor() {
        FuseReply.Waiting waiting = FuseReply.waiting();
        if (waiting == null) {
            return null;
        }
        CompletableFuture<Void> ends = new CompletableFuture<>();
        waiting.interrupted().thenRun(
                () -> watch(waiting.callerThread(), waiting.over(), () -> ends.complete(null)));
        return ends;
    }

    /**
     * A signal has come for a caller.
     *
     * @param over its request is
     * @param dying runs when the caller is to die before that
     */
    void watch(int thread, CompletableFuture<?> over, Runnable dying) {
        background.execute(() -> await(thread, over, dying));
    }

    private void await(int thread, CompletableFuture<?> over, Runnable dying) {
        while (!isDying(thread)) {
            try {
                over.get(LOOK_MILLIS, TimeUnit.MILLISECONDS);
                return;
            } catch (TimeoutException notYet) {
                continue;
            } catch (ExecutionException impossible) {
                throw new AssertionError(impossible);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        dying.run();
    }

    /** Who cannot be looked at (of another name space, or gone) is taken to be dying. */
    private boolean isDying(int thread) {
        try {
            return isKilled(Files.readString(proc.resolve(thread + "/status"), StandardCharsets.ISO_8859_1));
        } catch (IOException gone) {
            return true;
        }
    }

    /** By the lines "SigPnd:" and "ShdPnd:" of /proc/PID/status. */
    static boolean isKilled(String status) {
        return status.lines()
                .filter(line -> line.startsWith("SigPnd:") || line.startsWith("ShdPnd:"))
                .anyMatch(line -> (Long.parseUnsignedLong(line.substring(7).strip(), 16) & KILLED) != 0);
    }
}
