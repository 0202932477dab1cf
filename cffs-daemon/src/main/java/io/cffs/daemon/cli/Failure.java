package io.cffs.daemon.cli;

/**
 * The end of a command: one clear sentence that names the thing and the remedy, and an exit status. Has no stack
 * trace.
 */
final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    Failure(int status, String sentence) {
        this(status, sentence, null);
    }

    /** @param cause shown only when CFFS_DEBUG=1; may be null */
    Failure(int status, String sentence, Throwable cause) {
        super(sentence, cause, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }
}
