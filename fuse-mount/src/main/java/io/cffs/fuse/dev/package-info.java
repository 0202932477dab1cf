/**
 * The transport over /dev/fuse: the descriptor, the threads that read it or are handed requests through rings,
 * notifications, and the end of it all.
 */
package io.cffs.fuse.dev;
