package io.cffs.daemon.session;

import io.cffs.model.FsException;

/**
 * What programs in the mount may do to its transaction, through the files under {@code /.cffs}. Calls come from a
 * thread that serves no request.
 */
public interface MountControl {
    /** What is so, as one JSON object and a line feed. */
    String status();

    /**
     * Transaction id, attempt number and snapshot of the open attempt, one "word value" per line; empty when there
     * is none.
     */
    String transaction();

    /** How the last commit that was asked for here ended, in one line; empty before the first. */
    String lastOutcome();

    /**
     * Moves to the newest snapshot.
     *
     * @throws FsException BUSY when something has been written that would be lost, NOT_PERMITTED where the invocation
     *     decides
     */
    void begin() throws FsException;

    /**
     * @throws FsException BUSY on a conflict, which has undone everything since the last commit; QUOTA_EXCEEDED, and
     *     NO_SPACE for a full disk or too large a commit; NOT_PERMITTED as above, and for other refusals
     */
    void commit() throws FsException;

    /** Leaves no trace of what was done since the last commit. Where the invocation decides: it will not commit. */
    void abort() throws FsException;
}
