/**
 * What a commit does to the stored objects: {@link io.cffs.txn.apply.Applier}, one pure fold from mutations and the
 * latest state to {@link io.cffs.txn.apply.Effect}s. The versioned store, its in-memory twin and the simulator all call
 * it, so that link counts, entry counts, parents, lengths and blocks come out alike everywhere.
 *
 * <p>Here: the fold, the door through which it reads ({@link io.cffs.txn.apply.LatestState}), and what comes out,
 * {@link io.cffs.txn.apply.Applied}. Not here: whether the commit may happen ({@code io.cffs.txn.validate}), versions,
 * timestamps and storage ({@code io.cffs.backend.store}).
 */
package io.cffs.txn.apply;
