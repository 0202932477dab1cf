/**
 * POSIX, written once: one operation per file, each in four paragraphs: resolve, refuse, read, change.
 *
 * <p>Operations are static, hold no state and run on a {@link io.cffs.txn.Transaction} for some {@link
 * io.cffs.txn.Credentials}; adapters translate requests into them and {@link io.cffs.model.FsException} into errno.
 * Everything that may miss or refuse comes before the first change, so an operation that was interrupted by a {@link
 * io.cffs.txn.SnapshotMiss} is simply run again. What an operation reads (its footprint) is part of its contract and is
 * asserted in tests.
 *
 * <p>Not here: handles and lookup counts (the session has them), locks, errno numbers, I/O.
 */
package io.cffs.txn.ops;
