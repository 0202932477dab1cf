package io.cffs.daemon.cache;

/** Whoever waited for a fetch does not wait any more; the fetch itself may still come to something. */
public final class GaveUpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GaveUpException() {
        super("nobody waits for it any more", null, false, false);
    }
}
