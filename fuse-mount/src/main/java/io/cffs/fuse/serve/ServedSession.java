package io.cffs.fuse.serve;

import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseInit;
import io.cffs.fuse.FuseSession;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far a mount has come, and how its beginning and its end are waited for, whatever transport it has. Safe for use
 * by many threads.
 */
public abstract class ServedSession implements FuseSession {
    private static final Logger log = LoggerFactory.getLogger(ServedSession.class);

    private final FuseHandler handler;
    private final CompletableFuture<FuseInit> ready = new CompletableFuture<>();
    private final CompletableFuture<Void> ended = new CompletableFuture<>();
    private volatile State state = State.STARTING;

    protected ServedSession(FuseHandler handler) {
        this.handler = handler;
    }

    /** The kernel has agreed. */
    protected final void nowReady(FuseInit agreed) {
        advance(State.READY);
        ready.complete(agreed);
    }

    /** @param sentence why the mount does not come to be */
    protected final void nowRefused(String sentence, Throwable cause) {
        ready.completeExceptionally(new IOException(sentence, cause));
    }

    /** No notification is to be sent any more. */
    protected final void nowEnding() {
        advance(State.ENDING);
    }

    /** Nothing is served any more: tells the handler. What it throws is logged. */
    protected final void destroyHandler() {
        try {
            handler.destroy();
        } catch (RuntimeException | AssertionError thrown) {
            log.error("file system threw at its end", thrown);
        }
    }

    /** All is over. */
    protected final void nowEnded() {
        advance(State.ENDED);
        nowRefused("the mount ended before the kernel had agreed on the protocol", null);
        ended.complete(null);
    }

    /** States only go forward; a step back is ignored. */
    private synchronized void advance(State next) {
        if (next.ordinal() > state.ordinal()) {
            state = next;
        }
    }

    @Override
    public final State state() {
        return state;
    }

    @Override
    public final FuseInit awaitReady(Duration atMost) throws IOException {
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

    @Override
    public final CompletionStage<Void> ended() {
        return ended;
    }

    /** Whether all is over. */
    protected final boolean isOver() {
        return ended.isDone();
    }

    /** False when it goes on, or the thread was interrupted. */
    protected final boolean awaitEnd(Duration atMost) {
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
