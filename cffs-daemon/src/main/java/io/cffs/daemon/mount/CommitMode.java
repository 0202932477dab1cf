package io.cffs.daemon.mount;

/** Who decides when a mount's transaction commits. */
public enum CommitMode {
    /** Whoever runs the invocation, through {@link MountedVolume#attempts}. */
    INVOCATION,
    /** Programs, by writing to {@code /.cffs/commit}. */
    MANUAL,
    /**
     * As MANUAL, and nothing is open before a write to {@code /.cffs/begin}: for what runs one function after another.
     */
    RUNS,
    /** Each fsync(2), besides {@code /.cffs/commit}. */
    FSYNC,
    /** Each close(2) of the last file that is open for writing, and each change while none is. */
    CLOSE,
    /** The clock. */
    INTERVAL
}
