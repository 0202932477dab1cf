package io.cffs.daemon.session;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;

/**
 * Names an open attempt.
 *
 * @param number 1 and up, counted over the whole invocation
 * @param snapshot what every read of the attempt sees
 */
public record AttemptTicket(TxnId txn, int number, CommitTs snapshot) {}
