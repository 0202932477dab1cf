package io.cffs.backend.store;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;

/**
 * What the ledger keeps of one commit.
 *
 * @param invocationId null when the transaction had none
 * @param wallNanos when it was ordered, nanoseconds since 1970: for people and for the retention of the ledger
 */
public record CommitHeader(CommitTs at, TxnId txn, String invocationId, long wallNanos) {}
