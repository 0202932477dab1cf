/**
 * The transport over the host's libfuse 2, through jnr-fuse: libfuse asks in paths, a handler answers in inodes. Each
 * call looks its path up from the root, so every component costs a lookup; in return nothing is cached anywhere.
 */
package io.cffs.fuse.libfuse;
