package io.cffs.txn;

import io.cffs.model.TxnId;

/**
 * Names an object that a transaction uploads before its commit.
 *
 * @param sequence 0 and up, chosen by the session, unique within the transaction over all its attempts
 */
public record StagedId(TxnId txn, int sequence) {
    /** Largest staged object, in bytes: 32 blocks. */
    public static final int BYTES_MAX = 4 * 1024 * 1024;
}
