/**
 * How written bytes get to the backend: small ones within the commit request, large ones as staged objects before it.
 *
 * <p>{@link io.cffs.daemon.staging.Stager} uploads, {@code StagingPlan} decides what goes where and is pure. Not here:
 * the written bytes themselves (see {@code io.cffs.daemon.buffer} and {@code io.cffs.txn}). Called by {@code
 * io.cffs.daemon.session}.
 */
package io.cffs.daemon.staging;
