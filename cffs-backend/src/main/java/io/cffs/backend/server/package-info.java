/**
 * Serves any {@link io.cffs.txn.port.BackendPort} over TCP and unix sockets. {@link
 * io.cffs.backend.server.BackendServer} owns listeners and connections; everything a peer can make it hold or wait for
 * has a bound in {@link io.cffs.backend.server.ServerLimits}.
 *
 * <p>Here: accepting, greeting, flow control, and turning requests into calls. Not here: what the calls do, and the
 * bytes themselves ({@code io.cffs.backend.wire}, {@code io.cffs.txn.codec}).
 */
package io.cffs.backend.server;
