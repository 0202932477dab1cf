/**
 * What a mount remembers between system calls and between attempts, and how it gets what it does not remember.
 *
 * <p>{@link io.cffs.daemon.cache.SnapshotCache} lives as long as the mount, a
 * {@link io.cffs.daemon.cache.SnapshotReader} as long as an attempt: {@code advance} makes one from the other.
 * {@code SnapshotFetcher} talks to the backend; {@code ReadAhead}, {@code DirectoryScans} and {@code ChangedInodes}
 * guess what to fetch along. Block bytes live in a
 * {@link io.cffs.daemon.cache.BlockCache}. {@link io.cffs.daemon.cache.KeptFootprints} outlives the mount: what a
 * function looked at is fetched in one go when it runs again.
 *
 * <p>Not here: what is written (see {@code io.cffs.daemon.buffer}), and what is recorded as read (see
 * {@code io.cffs.txn}). Called by {@code io.cffs.daemon.session} only.
 */
package io.cffs.daemon.cache;
