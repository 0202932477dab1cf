/**
 * The far side of a backend: {@link io.cffs.backend.client.BackendClient} is a {@link io.cffs.txn.port.BackendPort}
 * over TCP or a unix socket, and all of this module that a function's side may load.
 *
 * <p>Here: connecting, pipelining by request id, deadlines, reconnecting and sending again. Not here: caches and
 * retries of transactions ({@code io.cffs.daemon}), the bytes ({@code io.cffs.backend.wire}, {@code
 * io.cffs.txn.codec}).
 */
package io.cffs.backend.client;
