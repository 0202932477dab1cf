package io.cffs.backend.commit;

import io.cffs.model.Epoch;

/** Another leader has taken over: whoever gets this has stopped being the leader and must not acknowledge anything. */
public final class LogFencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** @param current the epoch that holds the log; null when none does */
    public LogFencedException(Epoch refused, Epoch current) {
        super("epoch " + refused.value() + " may not write, the log belongs to " + (current == null ? "no epoch"
                : "epoch " + current.value()));
    }
}
