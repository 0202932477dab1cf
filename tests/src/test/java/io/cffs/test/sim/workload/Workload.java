package io.cffs.test.sim.workload;

import io.cffs.txn.Mutation;
import java.util.List;
import java.util.SplittableRandom;

/** A set-up, a stream of functions, and what must hold in the end. */
public interface Workload {
    /** As {@code -Dcffs.workload} names it. */
    String name();

    /** Whether functions of different clients may make one another fail validation. */
    default boolean mayConflict() {
        return true;
    }

    /** Runs in a transaction of its own before anything else. */
    void setUp(Files files);

    /**
     * Quotas that are set with the set-up's own commit.
     *
     * @param setUp what that commit does
     * @return mutations to append
     */
    default List<Mutation> quotas(List<Mutation> setUp) {
        return List.of();
    }

    /**
     * The next function of a client.
     *
     * @param client 0 and up
     * @param random what the function needs of chance is drawn here, so that a second attempt does the same
     */
    Function next(int client, SplittableRandom random);

    /**
     * Looks at the tree after everything has ended and throws {@link io.cffs.test.history.HistoryViolation} when the
     * workload's invariant is broken.
     *
     * @param tally which functions are known to have committed, and which may have
     */
    void judge(Files files, Tally tally);

    /** One function: runs once per attempt, from the start. Returns false to leave no trace. */
    @FunctionalInterface
    interface Function {
        boolean run(Files files);
    }

    /** A function with a note that {@link #judge} finds in the tally when it has committed. */
    record Noted(String note, Function body) implements Function {
        @Override
        public boolean run(Files files) {
            return body.run(files);
        }
    }
}
