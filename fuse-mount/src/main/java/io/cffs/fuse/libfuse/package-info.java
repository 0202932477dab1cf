/**
 * The transport over the host's libfuse 2, through jnr-fuse: libfuse asks in paths, a handler answers in inodes. Each
 * call looks its path up from the root, so every component costs a lookup; in return nothing is cached anywhere.
 *
 * <p>What does not get through, because the protocol of libfuse 2 or its binding has no words for it:
 * <ul>
 * <li>names that are not UTF-8: the binding hands paths over as text;
 * <li>flags of renameat2(2), O_TMPFILE, SEEK_DATA and SEEK_HOLE, copy_file_range(2) by reference, the time of birth:
 *     the kernel refuses them or makes do without;
 * <li>locks stay with the kernel, for this mount alone, as they do with the other transport by default;
 * <li>interrupts: libfuse does not hand them on;
 * <li>passthrough, readahead, notifications: the kernel caches nothing, so there is nothing to notify about.
 * </ul>
 */
package io.cffs.fuse.libfuse;
