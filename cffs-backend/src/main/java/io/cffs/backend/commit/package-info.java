/**
 * How a commit becomes durable and visible: the pipeline, the log it writes, the ledger of outcomes.
 *
 * <p>Ports: {@link io.cffs.backend.commit.CommitLog} with {@link io.cffs.backend.commit.FileCommitLog} and the strict
 * twin {@link io.cffs.backend.commit.MemoryCommitLog}; {@link io.cffs.backend.commit.Coordination} with
 * {@link io.cffs.backend.commit.SoleLeader}. {@link io.cffs.backend.commit.Invariant} names what must always hold.
 * Large commits take turns on the heap ({@link io.cffs.backend.commit.CommitRoom}).
 * Not here: what is stored where ({@code io.cffs.backend.store}), who conflicts with whom ({@code
 * io.cffs.txn.validate}).
 */
package io.cffs.backend.commit;
