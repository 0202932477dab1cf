/**
 * The transport over the host's libfuse 2, through jnr-fuse: libfuse asks in paths, a handler answers in inodes. Each
 * call looks its path up from the root, so every component costs a lookup; in return nothing is cached anywhere.
 *
 * <p>What does not get through, because the protocol of libfuse 2 or its binding has no words for it:
 * <ul>
 * <li>names and targets of symlinks that are not UTF-8: the binding hands paths over as text, so they are refused
 *     (EINVAL), and listed with replacement characters when another transport has made them;
 * <li>flags of renameat2(2) (EINVAL), O_TMPFILE (EOPNOTSUPP), SEEK_DATA and SEEK_HOLE, copy_file_range(2) by reference,
 *     the time of birth: the kernel refuses them or makes do without;
 * <li>shared mappings (ENODEV): the kernel lets nobody share pages of a file that it does not cache, unless the server
 *     agrees to that in words that libfuse 2 does not know; private ones and exec work;
 * <li>who has changed the mask: a default ACL is inherited less the umask;
 * <li>an unlinked file that is open keeps a name, {@code .fuse_hidden...}, until it is closed: operations need a path;
 * <li>locks stay with the kernel, for this mount alone, as they do with the other transport by default;
 * <li>interrupts: libfuse does not hand them on;
 * <li>passthrough, readahead, notifications: the kernel caches nothing, so there is nothing to notify about.
 * </ul>
 */
package io.cffs.fuse.libfuse;
