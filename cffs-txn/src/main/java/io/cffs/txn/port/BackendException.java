package io.cffs.txn.port;

/** The environment failed: no backend, no answer in time, a broken store. Never a refusal that POSIX expects. */
public final class BackendException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Which remedy fits. */
    public enum Cause {
        UNREACHABLE,
        TIMED_OUT,
        UNKNOWN_VOLUME,
        SNAPSHOT_EXPIRED,
        PROTOCOL,
        STORE_FAILED,
        NO_SPACE,
        REFUSED,
        CLOSED
    }

    private final Cause kind;

    /** @param sentence one clear sentence that names the thing and the remedy */
    public BackendException(Cause kind, String sentence, Throwable cause) {
        super(sentence, cause);
        this.kind = kind;
    }

    public Cause kind() {
        return kind;
    }
}
