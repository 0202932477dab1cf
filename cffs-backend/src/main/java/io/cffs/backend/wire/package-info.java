/**
 * What client and server share of the wire: addresses, sockets, the greeting and frames. The protocol is described in
 * {@code cffs-backend/PROTOCOL.md}; what is inside frames is the codec's ({@code io.cffs.txn.codec}).
 *
 * <p>Loads nothing but the JDK until a frame is to be compressed, which only happens between hosts. Used by
 * {@code io.cffs.backend.server} and {@code io.cffs.backend.client}, by nobody else.
 */
package io.cffs.backend.wire;
