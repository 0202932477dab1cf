package io.cffs.fuse.serve;

import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseInit;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a mount's beginning and its end are waited for, whatever transport it has. Safe for use by many threads. */
public final class Ending {
    private static final Logger log = LoggerFactory.getLogger(Ending.class);

    private final CompletableFuture<FuseInit> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();

    /** The kernel has agreed. */
    public void ready(FuseInit agreed) {
        ready.complete(agreed);
    }

    /** @param sentence why the mount does not come to be */
    public void refused(String sentence, Throwable cause) {
        ready.completeExceptionally(new IOException(sentence, cause));
    }

    /** Nothing is served any more: tells the handler. What it throws is logged. */
    public static void destroy(FuseHandler handler) {
        try {
            handler.destroy();
        } catch (RuntimeException | AssertionError thrown) {
            log.error("file system threw at its end", thrown);
        }
    }

    /** All is over. */
    public void ended() {
        refused("the mount ended before the kernel had agreed on the protocol", null);
        ended.complete(null);
    }

    public boolean isOver() {
        return ended.isDone();
    }

    /** Completes with {@link #ended()}. */
    public CompletionStage<Void> stage() {
        return ended;
    }

    /** @throws IOException with the sentence of {@link #refused}, or when the time is up */
    public FuseInit awaitReady(Duration atMost) throws IOException {
        try {
            return ready.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException failed) {
            throw new IOException(failed.getCause().getMessage(), failed.getCause());
        } catch (TimeoutException late) {
            throw new IOException("the kernel did not start the protocol within " + atMost, late);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the mount started", interrupted);
        }
    }

    /** False when it goes on, or the thread was interrupted. */
    public boolean awaitEnd(Duration atMost) {
        try {
            ended.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException late) {
            return false;
        } catch (ExecutionException impossible) {
            throw new AssertionError(impossible);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
