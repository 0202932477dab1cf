package io.cffs.daemon.cli;

import io.cffs.daemon.session.AttemptTicket;
import io.cffs.daemon.session.InvocationBody;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The function as a process: one start per attempt, with the same input, in the mounted volume. */
final class FunctionBody implements InvocationBody {
    private final List<String> command;
    private final Path root;
    private final Path directory;
    private final FunctionProcess process;
    private final FunctionInput input;
    private final HeldOutput held;
    private final Leftovers leftovers;
    private final long deadlineNanos;
    private final long deadlineMillis;
    private FunctionProcess.Ending last;

    /**
     * @param held null lets output pass at once
     * @param deadlineNanos monotonic; {@link Long#MAX_VALUE} for none
     * @param deadlineMillis the same since 1970, for the function to read; 0 for none
     */
    FunctionBody(List<String> command, Path root, Path directory, FunctionProcess process, FunctionInput input,
            HeldOutput held, Leftovers leftovers, long deadlineNanos, long deadlineMillis) {
        this.command = List.copyOf(command);
        this.root = root;
        this.directory = directory;
        this.process = process;
        this.input = input;
        this.held = held;
        this.leftovers = leftovers;
        this.deadlineNanos = deadlineNanos;
        this.deadlineMillis = deadlineMillis;
    }

    /** How the last attempt's process ended; null when none has run. */
    FunctionProcess.Ending last() {
        return last;
    }

    @Override
    public Verdict run(AttemptTicket attempt) throws InterruptedException {
        if (last != null && last.stop() != null) {
            return Verdict.ABORT; // it was asked to end: a rerun would not know
        }
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        FunctionEnvironment.fill(builder.environment(), attempt, root, directory, deadlineMillis);
        long[] pid = new long[1];
        try {
            if (held == null) {
                builder.redirectOutput(ProcessBuilder.Redirect.INHERIT).redirectError(ProcessBuilder.Redirect.INHERIT);
            } else {
                held.prepare(builder);
            }
            input.prepare(builder);
            last = process.run(builder, deadlineNanos, started -> {
                pid[0] = started.pid();
                input.feed(started);
            });
        } catch (IOException e) {
            // The program that wraps the function is there; so it is the directory that is not.
            throw new Failure(Exit.USAGE, "cannot start in " + directory
                    + ": the volume has no such directory, or it may not be entered", e);
        }
        leftovers.end(pid[0], FunctionEnvironment.mark(attempt));
        return last.stop() == null && last.status() == Exit.OK ? Verdict.COMMIT : Verdict.ABORT;
    }
}
