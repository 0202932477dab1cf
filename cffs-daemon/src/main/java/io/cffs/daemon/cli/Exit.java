package io.cffs.daemon.cli;

/**
 * Exit statuses of the command, as in sysexits.h where it has one. A function's own status passes through unchanged.
 */
final class Exit {
    static final int OK = 0;
    /** Wrong arguments, or something named by them that cannot be used. */
    static final int USAGE = 64;
    /** A store that is damaged or of a newer format. */
    static final int BAD_STORE = 65;
    /** No backend, no JDK, no permission to mount: the function has not run. */
    static final int UNAVAILABLE = 69;
    /** A fault of CFFS itself. */
    static final int SOFTWARE = 70;
    /** The backend will never accept this commit. */
    static final int REFUSED = 73;
    /** The backend was lost while committing: the outcome may be unknown. */
    static final int BACKEND_LOST = 74;
    /** Every attempt met a conflict. */
    static final int CONFLICTS = 75;
    /** The time limit passed; as timeout(1) says it. */
    static final int TIMED_OUT = 124;
    /** The command of the function exists and cannot be executed; as the shell says it. */
    static final int NOT_EXECUTABLE = 126;
    /** There is no such command; as the shell says it. */
    static final int NOT_FOUND = 127;
    /** Added to a signal's number. */
    static final int SIGNALLED = 128;

    private Exit() {}
}
