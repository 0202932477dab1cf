/**
 * Files whose durability matters, behind a port: {@link io.cffs.backend.disk.DurableDirectory} says what is durable
 * when. {@link io.cffs.backend.disk.DiskDirectory} is the real one, {@link io.cffs.backend.disk.MemoryDirectory} its
 * twin, which can lose power, tear writes and run full. Used by the commit log, whose appends are durable at once
 * ({@link io.cffs.backend.disk.DurableWriter}), and the block store; RocksDB does its own I/O.
 */
package io.cffs.backend.disk;
