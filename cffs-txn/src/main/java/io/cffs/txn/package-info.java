/**
 * The transaction core: what one attempt has read and what it will write, in the words of the commit protocol.
 *
 * <p>{@link io.cffs.txn.ReadKey} says what a read depends on, {@link io.cffs.txn.Mutation} what a commit does,
 * {@link io.cffs.txn.CommitRequest} and {@link io.cffs.txn.CommitOutcome} carry both to the backend and back.
 * Operations (POSIX written once) are in {@code .ops}, the decision who conflicts in {@code .validate}, what a commit
 * does to stored objects in {@code .apply}, byte forms in {@code .codec}, the only doors out in {@code .port}. Nothing
 * here does I/O, starts a thread, reads a clock or rolls dice.
 */
package io.cffs.txn;
