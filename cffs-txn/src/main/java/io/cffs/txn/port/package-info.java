/**
 * The only doors out of the core: the backend, the clock, chance, and the frames that hold written pages.
 * Implementations live elsewhere ({@code io.cffs.backend.client}, {@code io.cffs.daemon}, the simulator) and are handed
 * in.
 */
package io.cffs.txn.port;
