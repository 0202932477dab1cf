package io.cffs.daemon.session;

/** Whether an attempt can still commit. Once it is not sound it never becomes sound again. */
public enum AttemptHealth {
    SOUND,
    /** The function itself has said that it shall not commit; it may go on reading and writing. */
    GIVEN_UP,
    /** The backend no longer holds the snapshot: nothing can be read, so run again on a new one. */
    SNAPSHOT_EXPIRED,
    /** A read or a write of the attempt failed in the environment: the function has seen EIO, a commit is refused. */
    ENVIRONMENT_FAILED
}
