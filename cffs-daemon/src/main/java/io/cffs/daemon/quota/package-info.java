/**
 * Setting and taking away quotas from outside of a mount: {@link io.cffs.daemon.quota.QuotaAdmin} turns each wish into
 * ordinary transactions on a backend. What a quota means is said in {@code io.cffs.txn.QuotaRoom} and in the applier.
 * Called by the command line.
 */
package io.cffs.daemon.quota;
