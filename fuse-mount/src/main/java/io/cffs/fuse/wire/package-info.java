/**
 * The bytes of the protocol: struct layouts, what each request consists of, where answers go. No threads, no
 * descriptors.
 */
package io.cffs.fuse.wire;
