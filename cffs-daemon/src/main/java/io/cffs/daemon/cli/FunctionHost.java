package io.cffs.daemon.cli;

import io.cffs.daemon.session.Invocation;
import io.cffs.daemon.session.InvocationBody;
import io.cffs.daemon.session.InvocationResult;
import io.cffs.daemon.session.RetryPolicy;
import java.nio.file.Path;

/** A volume that is mounted for functions to run in, one after the other. */
interface FunctionHost extends AutoCloseable {
    /** Where it is mounted. This process never looks into it: its own requests would wait for themselves. */
    Path root();

    /**
     * Runs one invocation in it.
     *
     * @param function names the function to the runs of it to come, see {@link FunctionName}
     */
    InvocationResult invoke(String function, Invocation invocation, InvocationBody body, RetryPolicy policy)
            throws InterruptedException;

    /** Unmounts, within a bound. */
    @Override
    void close();

    /** Makes one. */
    interface Opener {
        /**
         * @param at null leaves the place to the opener
         * @throws Failure when it cannot be mounted, with the remedy
         */
        FunctionHost open(StoreOptions store, Path at, boolean readOnly);
    }
}
