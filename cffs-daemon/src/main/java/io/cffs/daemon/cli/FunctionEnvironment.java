package io.cffs.daemon.cli;

import io.cffs.daemon.session.AttemptTicket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * What the function finds in its environment: what this process got, less what the launcher put there for itself, and
 * the facts about its attempt.
 */
final class FunctionEnvironment {
    /** The mark by which processes of an attempt are known; see {@link Leftovers}. */
    static final String TXN = "CFFS_TXN_ID";

    /** Set by the launcher for this process only; a nested {@code cffs run} must not see them. */
    static final String FUSE_FD = "CFFS_FUSE_FD";
    static final String FUSE_MOUNT = "CFFS_FUSE_MOUNT";
    static final String OUTER_NAMESPACE_FD = "CFFS_OUTER_NAMESPACE_FD";
    static final String SAVED_LOCALE = "CFFS_SAVED_LC_ALL";
    /** The launcher itself, to start further processes with. */
    static final String LAUNCHER = "CFFS_LAUNCHER";
    /** Set when the launcher has made a user name space and kept the capability to mount in it. */
    static final String KEPT_CAPABILITIES = "CFFS_KEPT_CAPABILITIES";
    /** The process that watches over a mount. */
    static final String SUPERVISOR_PID = "CFFS_SUPERVISOR_PID";

    private static final List<String> LAUNCHERS_OWN =
            List.of(FUSE_FD, FUSE_MOUNT, OUTER_NAMESPACE_FD, SAVED_LOCALE, LAUNCHER, SUPERVISOR_PID,
                    KEPT_CAPABILITIES);

    private FunctionEnvironment() {}

    /**
     * Changes {@code environment}, a copy of this process's own.
     *
     * @param deadlineMillis milliseconds since 1970 at which the function is ended; 0 for none
     */
    static void fill(
            Map<String, String> environment, AttemptTicket attempt, Path root, Path directory, long deadlineMillis) {
        restore(environment);
        environment.put(TXN, attempt.txn().toString());
        environment.put("CFFS_ATTEMPT", Integer.toString(attempt.number()));
        environment.put("CFFS_SNAPSHOT_TS", Long.toString(attempt.snapshot().value()));
        environment.put("CFFS_ROOT", root.toString());
        environment.put("PWD", directory.toString());
        environment.remove("OLDPWD");
        if (deadlineMillis == 0) {
            environment.remove("CFFS_DEADLINE_MS");
        } else {
            environment.put("CFFS_DEADLINE_MS", Long.toString(deadlineMillis));
        }
    }

    /**
     * Takes away what the launcher added. The launcher forces a UTF-8 locale, or Java could not pass every argument
     * on.
     */
    static void restore(Map<String, String> environment) {
        String locale = environment.get(SAVED_LOCALE);
        if (locale != null) {
            if (locale.isEmpty()) {
                environment.remove("LC_ALL");
            } else {
                environment.put("LC_ALL", locale);
            }
        }
        LAUNCHERS_OWN.forEach(environment::remove);
    }

    static String mark(AttemptTicket attempt) {
        return TXN + "=" + attempt.txn();
    }
}
