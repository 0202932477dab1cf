package io.cffs.daemon.host;

import io.cffs.daemon.session.InvocationResult;

/** What clients are told at the end: the command line's exit statuses and sentences. */
public interface HostAnswers {
    /**
     * The end of a client.
     *
     * @param status its exit status
     * @param text one line for its standard error, without line end; empty for none
     */
    record Answer(int status, String text) {}

    /**
     * @param last how the function's last process ended; null when none has run
     * @param json whether the line is for machines
     */
    Answer ended(InvocationResult result, HostEnding last, boolean json);

    Answer refused(HostRefusal refusal);

    /** Anything that nobody foresaw, and failures of the backend. */
    Answer failed(Exception failure);

    /** @param committed what the ledger says of a transaction whose daemon was lost while it committed */
    Answer settled(boolean committed);
}
