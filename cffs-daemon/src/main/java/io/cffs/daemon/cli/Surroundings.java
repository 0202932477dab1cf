package io.cffs.daemon.cli;

import io.cffs.daemon.session.Pause;
import io.cffs.txn.port.Entropy;
import io.cffs.txn.port.Ticker;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Map;

/**
 * What a command finds around it, so that a test can hand in something else.
 *
 * @param environment as the process got it
 * @param out for machines and results
 * @param err for people
 */
record Surroundings(
        Map<String, String> environment,
        PrintWriter out,
        PrintWriter err,
        Ticker ticker,
        Entropy entropy,
        Pause pause) {
    /** The value of a variable; null when it is not set or empty. */
    String variable(String name) {
        String value = environment.get(name);
        return value == null || value.isEmpty() ? null : value;
    }

    /** Whether the person wants to see what is behind a sentence. */
    boolean debug() {
        return "1".equals(variable("CFFS_DEBUG"));
    }

    /** The store of who names none. */
    Path defaultStore() {
        String state = variable("XDG_DATA_HOME");
        if (state != null) {
            return Path.of(state, "cffs", "store");
        }
        String home = variable("HOME");
        if (home == null) {
            throw new Failure(Exit.USAGE, "neither --store nor CFFS_STORE, XDG_DATA_HOME or HOME"
                    + " says where the store is: give --store DIR");
        }
        return Path.of(home, ".local", "share", "cffs", "store");
    }
}
