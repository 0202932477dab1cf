/** The transport over /dev/fuse: the descriptor, its reader threads, notifications, and the end of it all. */
package io.cffs.fuse.dev;
