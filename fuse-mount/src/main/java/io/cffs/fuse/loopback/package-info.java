/**
 * The kernel's side of the protocol, played within the process: requests go to a handler and answers come back as
 * values. For the transport over libfuse, and for tests of handlers that need no mount.
 */
package io.cffs.fuse.loopback;
