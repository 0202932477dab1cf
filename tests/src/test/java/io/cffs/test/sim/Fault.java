package io.cffs.test.sim;

/** What can go wrong in a simulation. Each seed draws which of them happen at all, and how often. */
enum Fault {
    /** A message to the backend never arrives. */
    REQUEST_LOST,
    /** A message from the backend never arrives. */
    REPLY_LOST,
    /** A message to the backend arrives twice. */
    DUPLICATED,
    /** A message overtakes or is overtaken. */
    REORDERED,
    /** A message takes longer than its sender waits. */
    DELAYED,
    /** A client sends the same commit again before it gives up. */
    RESENT,
    /** A daemon dies between two steps, with all that it had in memory. */
    DAEMON_CRASH,
    /** The same invocation is delivered to two daemons. */
    REDELIVERED,
    /** The backend dies before records are in the log. */
    BACKEND_CRASH_BEFORE_LOG,
    /** The backend dies when records are written and not synced: the tail of the log is lost or torn. */
    BACKEND_CRASH_BEFORE_SYNC,
    /** The backend dies when records are durable and nothing of them has been applied or acknowledged. */
    BACKEND_CRASH_BEFORE_APPLY,
    /** The backend dies when the store has some of the durable commits. */
    BACKEND_CRASH_BEFORE_LEDGER,
    /** The backend dies at any other moment. */
    BACKEND_CRASH,
    /** The log refuses a batch because the disk is full. */
    LOG_FULL,
    /** A sync of the log fails, and nobody knows what the disk has. */
    LOG_SYNC_FAILED,
    /** The store takes nothing for a while. */
    STORE_FULL,
    /** The wall clock jumps, forwards or back. */
    CLOCK_JUMP,
    /** A daemon is frozen, its timers too, for longer than its lease. */
    LEASE_EXPIRED,
    /** Old versions are trimmed soon, so that snapshots without a lease cannot be read. */
    TRIMMED,
    /** A daemon's cache loses what it holds, or is not told what has changed. */
    CACHE_LOST
}
