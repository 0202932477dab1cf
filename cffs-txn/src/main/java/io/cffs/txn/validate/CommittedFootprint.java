package io.cffs.txn.validate;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;

/** What the commit at a timestamp changed, and whose commit it was. */
public record CommittedFootprint(CommitTs at, TxnId txn, WriteFootprint footprint) {}
