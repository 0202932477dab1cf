package io.cffs.daemon.session;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendException;
import java.util.List;

/** What the invocation loop needs of a session. One attempt at a time; calls come from one thread. */
public interface Attempts {
    /**
     * Opens an attempt. When this returns, the kernel serves nothing from its caches that an earlier attempt put there.
     *
     * @throws BackendException when there is no snapshot to be had
     */
    Opening begin(Ask ask);

    /**
     * Stops admitting requests, waits for those under way, and asks for the commit. The attempt is over, whatever the
     * outcome; after {@link CommitOutcome.Unknown} the next call must be {@link #askLedger}.
     *
     * @throws BackendException when nothing was sent because the attempt is not sound, or data could not be staged;
     *     nothing took effect and nothing will
     */
    CommitOutcome commit(AttemptTicket ticket);

    /** Whether the open attempt can still commit. */
    AttemptHealth health(AttemptTicket ticket);

    /**
     * Ends the attempt without a trace. Says how healthy it was: an unsound one may explain why its function
     * failed.
     */
    AttemptHealth abort(AttemptTicket ticket);

    /**
     * What the ledger knows of an attempt whose commit was not answered.
     *
     * @return the timestamp, or null when it has not committed and never will
     * @throws BackendException when it still cannot be known
     */
    CommitTs askLedger(AttemptTicket ticket);

    /** @param witnesses keys that failed earlier attempts; with any, the attempt asks for priority */
    record Ask(TxnId txn, int number, Invocation invocation, List<ReadKey> witnesses) {
        public Ask {
            witnesses = List.copyOf(witnesses);
        }
    }

    /** The answer to {@link #begin}. */
    sealed interface Opening {
        record Opened(AttemptTicket ticket) implements Opening {}

        /** The invocation id has committed before: there is nothing to run. */
        record AlreadyCommitted(CommitTs at) implements Opening {}
    }
}
