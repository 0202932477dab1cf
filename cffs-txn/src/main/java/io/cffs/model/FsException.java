package io.cffs.model;

/** A refusal that POSIX expects. Has no stack trace: it is an answer, not an accident. */
public final class FsException extends Exception {
    private static final long serialVersionUID = 1L;

    private final FsError error;

    public FsException(FsError error) {
        super(error.name(), null, false, false);
        this.error = error;
    }

    public FsError error() {
        return error;
    }
}
