/**
 * The kernel's FUSE protocol for Java, and nothing of any file system.
 *
 * <p>Here: what a file system implements ({@link io.cffs.fuse.FuseHandler}) and what it is given ({@link
 * io.cffs.fuse.FuseRequest}, {@link io.cffs.fuse.FuseReply}, {@link io.cffs.fuse.FuseNotifier}). To mount one: {@code
 * io.cffs.fuse.mount.FuseMount.mount(options, handler)}. Not here: the bytes ({@code .wire}), the descriptor and its
 * threads ({@code .dev}), ways to get a mount ({@code .mount}), the transport over libfuse ({@code .libfuse}), what
 * transports share ({@code .serve}), system calls ({@code .sys}), the client side for handlers' tests ({@code
 * .loopback}).
 */
package io.cffs.fuse;
