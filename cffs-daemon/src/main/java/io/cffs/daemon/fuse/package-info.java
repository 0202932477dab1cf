/**
 * Between the kernel's words and ours. {@link io.cffs.daemon.fuse.TreeHandler} and {@link
 * io.cffs.daemon.fuse.FileHandler} turn each request into one operation of {@code io.cffs.txn.ops} on the open
 * attempt and its result into a reply; they decide nothing about files.
 * {@link io.cffs.daemon.fuse.CffsHandler} sets the virtual files under {@code /.cffs} beside it.
 * {@link io.cffs.daemon.fuse.Errnos} is the only table of error numbers, {@link io.cffs.daemon.fuse.KernelNotices} the
 * only place that tells the kernel to forget, {@link io.cffs.daemon.fuse.FileHandles} what finds again what it has
 * forgotten.
 *
 * <p><b>What the kernel may keep.</b> What it serves from its caches the daemon does not see and cannot put in the read
 * set. So within an attempt the first use of a name, of attributes and of data comes here and is recorded; after that
 * the kernel may keep them until the attempt ends. Names, absent ones too, are valid for ever. Attributes that come
 * along with a name are valid for no time at all, so that the first stat comes here as GETATTR; what GETATTR answers
 * is valid for ever. The first open of a file in an attempt drops older pages, later ones keep them. Files opened for
 * reading and writing, or for appending, bypass the page cache: their reads and writes come with the bytes that the
 * program named, so that pages conflict and not files. When an attempt begins, all names expire, then attributes that
 * were handed out and pages of whatever is open are invalidated ({@link io.cffs.daemon.fuse.KernelNotices}).
 *
 * <p>In a function that root runs, processes of several users use the mount, and the checks stay ours; how long names
 * are valid then is decided by {@link io.cffs.daemon.fuse.SharedNames}.
 *
 * <p>With {@code -o allow_other} the kernel checks permissions itself ({@code default_permissions}), from attributes
 * that it has got: then attributes come with names, and every identity handed out counts as read.
 */
package io.cffs.daemon.fuse;
