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
    /** The wall clock jumps, forwards or back. */
    CLOCK_JUMP,
    /** A daemon's cache loses what it holds, or is not told what has changed. */
    CACHE_LOST
}
