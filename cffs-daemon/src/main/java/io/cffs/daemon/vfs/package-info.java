/**
 * The tables of a mount: which inodes the kernel knows ({@link io.cffs.daemon.vfs.NodeTable}) and what it may hold of
 * each in its caches, which files and directories are open ({@link io.cffs.daemon.vfs.HandleTable}), and which pages
 * were read since the kernel dropped them ({@link io.cffs.daemon.vfs.FreshPages}).
 *
 * <p>Node numbers are inode numbers: they are never given out twice, so that a number the kernel kept from an attempt
 * that was aborted names nothing in the next one. Byte-range and whole-file locks are not here: the kernel keeps them
 * itself for the processes of one mount, and between mounts they are elided, because transactions isolate already.
 *
 * <p>The tables are plain data. Whoever uses them holds the session's lock.
 */
package io.cffs.daemon.vfs;
