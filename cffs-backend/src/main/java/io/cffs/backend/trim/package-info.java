/**
 * What keeps old versions alive and when they may go: {@link io.cffs.backend.trim.Leases} of snapshots in use, and
 * {@link io.cffs.backend.trim.Retention} for those that are only young. The trim horizon is the older of both.
 * Removal itself is the store's. Called by the composition of a volume ({@code io.cffs.backend}).
 */
package io.cffs.backend.trim;
