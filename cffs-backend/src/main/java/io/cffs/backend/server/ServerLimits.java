package io.cffs.backend.server;

/**
 * What peers can make a server hold and wait for.
 *
 * @param connectionsMax open connections; one more is refused in a sentence
 * @param requestsMax requests of one connection that are worked on; the rest waits in the peer's socket
 * @param requestBytesMax bytes of frames of one connection that are worked on; at least one frame always is
 * @param totalBytesMax bytes of frames of all connections that are worked on; at least one frame always is
 * @param greetingNanos from accepting to the end of the greeting
 * @param frameNanos from the header of a frame to its last byte
 * @param writeNanos without a byte leaving although the peer should read
 * @param closeNanos for requests under way when the server closes
 */
public record ServerLimits(
        int connectionsMax,
        int requestsMax,
        int requestBytesMax,
        int totalBytesMax,
        long greetingNanos,
        long frameNanos,
        long writeNanos,
        long closeNanos) {
    private static final long SECOND_NANOS = 1_000_000_000L;

    /** 4096 idle connections hold about 40 KiB each, 160 MiB in all. */
    public static final ServerLimits DEFAULT = new ServerLimits(
            4096, 256, 64 * 1024 * 1024, 128 * 1024 * 1024, 5 * SECOND_NANOS, 30 * SECOND_NANOS, 30 * SECOND_NANOS,
            5 * SECOND_NANOS);

    public ServerLimits {
        if (connectionsMax < 1 || requestsMax < 1 || requestBytesMax < 1 || totalBytesMax < 1) {
            throw new IllegalArgumentException("limits are positive");
        }
    }
}
