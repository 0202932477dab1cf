/**
 * Getting a mount and getting rid of it: {@code FuseMount.mount(options, handler)} is where to start. Each way to
 * mount is a class of its own, and says in one sentence why it could not.
 */
package io.cffs.fuse.mount;
