package io.cffs.daemon.session;

/** Waiting, handed in so that tests do not wait. */
@FunctionalInterface
public interface Pause {
    void nanos(long nanos) throws InterruptedException;
}
