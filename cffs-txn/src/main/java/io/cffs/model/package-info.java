/**
 * The words of CFFS as types: records and enums only, immutable, safe to share between threads.
 *
 * <p>Here: inodes, dentries, names, blocks, timestamps, identifiers and the causes for which a file-system call is
 * refused. Not here: behaviour (see {@code io.cffs.txn.ops}), byte forms (see {@code io.cffs.txn.codec}) and errno
 * numbers (only {@code io.cffs.daemon.fuse} knows them).
 */
package io.cffs.model;
