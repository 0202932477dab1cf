/**
 * What a volume holds: objects with versions by commit timestamp, the ledger, and bulk blocks.
 *
 * <p>{@link io.cffs.backend.store.VersionedStore} is the port; {@link io.cffs.backend.store.OrderedVersionedStore}
 * keeps versions in an ordered map of bytes, which is RocksDB on disk and a skip list in memory, so the twin is as
 * strict as the real one because it is the same code. {@link io.cffs.backend.store.BlockStore} keeps bulk data that
 * was staged before its commit; {@link io.cffs.backend.store.StagedObjects} gives it checksums and compression.
 * {@link io.cffs.backend.store.StoreDirectory} owns the directory: format, lock, volumes. Not here: order and
 * durability of commits ({@code io.cffs.backend.commit}), and what may be removed when ({@code io.cffs.backend.trim}).
 */
package io.cffs.backend.store;
