/**
 * Who conflicts with whom. {@link io.cffs.txn.validate.WriteFootprint} is what one commit changed, in the grain of
 * {@link io.cffs.txn.ReadKey}; validation asks whether anything that was read at a snapshot was changed by a later
 * commit.
 *
 * <p>Pure: no I/O, no clock, no locks. The commit pipeline calls it, and so does the simulator. Not here: what a commit
 * does to stored objects ({@code io.cffs.txn.apply}, which computes the footprint because only it knows which lengths
 * and link counts really changed).
 */
package io.cffs.txn.validate;
