package io.cffs.daemon.session;

/** The function. The command line starts a process here; a proxy forwards a request. */
@FunctionalInterface
public interface InvocationBody {
    /** Runs once per attempt, from the start. Returns when nothing of it runs any more. */
    Verdict run(AttemptTicket attempt) throws InterruptedException;

    enum Verdict { COMMIT, ABORT }
}
