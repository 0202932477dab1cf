package io.cffs.fuse;

import java.io.IOException;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;

/**
 * One mount being served. Safe for use by several threads. Its life: {@code STARTING -> READY -> ENDING -> ENDED}, or
 * from any state straight to the next but one.
 */
public interface FuseSession extends AutoCloseable {
    /** How far a session has come. */
    enum State {
        /** Mounted; the kernel has not yet agreed on the protocol. */
        STARTING,
        READY,
        /** Unmounting, or unmounted by somebody: no notification is sent any more. */
        ENDING,
        /** No thread of the session serves requests. */
        ENDED
    }

    State state();

    /**
     * Waits until the kernel and we have agreed on the protocol.
     *
     * @throws IOException when the session ended instead, or the time is up
     */
    FuseInit awaitReady(Duration atMost) throws IOException;

    FuseNotifier notifier();

    /** The connection's directory under /sys/fs/fuse/connections; empty when it cannot be found out. */
    OptionalInt connectionId();

    /** Completes, with no value, when the last reader has ended: unmounted by us or by anybody, or aborted. */
    CompletionStage<Void> ended();

    /**
     * Ends the connection at once: every request under way, and every later one, fails with ENOTCONN or ECONNABORTED.
     * The mount point stays, dead, until {@link #unmount}. Needs no answer from the handler.
     */
    void abort();

    /**
     * Takes the mount out of the name space at once (lazily: files in use live on until closed). Does nothing when
     * the mount came with an inherited descriptor, which its giver unmounts, or when it is gone already.
     *
     * @throws IOException with one sentence that says why it could not
     */
    void unmount() throws IOException;

    /**
     * Unmounts, waits for the readers for the time set in the options, aborts if that was not enough, and closes the
     * descriptor. Never throws: what went wrong is logged. Harmless when called again; must not be called from inside
     * a handler method.
     */
    @Override
    void close();
}
