/**
 * Where a transaction's written pages stay until commit: {@link io.cffs.daemon.buffer.FrameBuffer} implements the
 * core's {@code PageFrames} port with off-heap memory and a nameless spill file.
 *
 * <p>Not here: which page of which file is in which frame (see {@code io.cffs.txn}), and how they get to the backend.
 */
package io.cffs.daemon.buffer;
