package io.cffs.daemon.host;

/**
 * What one host daemon may grow to.
 *
 * @param mountsMax mounts at a time, those that are kept for later included; 1 and up
 * @param idleNanosMax how long a kept mount waits for its next function
 */
public record HostLimits(int mountsMax, long idleNanosMax) {
    public HostLimits {
        if (mountsMax < 1 || mountsMax > 10_000) {
            throw new IllegalArgumentException("a host daemon serves 1 to 10000 mounts, not " + mountsMax);
        }
    }

    /** Clients that have begun and not left: twice the mounts, because those that are refused are clients, too. */
    int runsMax() {
        return 2 * mountsMax + 16;
    }
}
