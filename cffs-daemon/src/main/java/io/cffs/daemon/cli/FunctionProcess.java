package io.cffs.daemon.cli;

import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * One run of the function's program, from its start until nothing of it is left.
 *
 * <p>The program dies with the thread that started it (PDEATHSIG is bound to the thread, not to the process), so
 * {@link #run} starts it and waits on the same thread. Away from a terminal it leads a session of its own, so that a
 * forwarded signal and the final sweep reach what it has started; on a terminal it stays in the foreground group, where
 * the terminal delivers Ctrl-C to everybody by itself.
 */
final class FunctionProcess {
    /** Time between a forwarded TERM and KILL. */
    static final long STOP_GRACE_NANOS = 10_000_000_000L;
    /** The same when the time limit has passed: the caller waits. */
    static final long TIMEOUT_GRACE_NANOS = 2_000_000_000L;

    private static final Path SETPRIV = Path.of("/usr/bin/setpriv");
    private static final Path SETSID = Path.of("/usr/bin/setsid");

    private final Ticker ticker;
    private final boolean ownSession;
    private final boolean dropCapabilities;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    /**
     * @param ownSession give the program a session and process group of its own
     * @param dropCapabilities this process has kept capabilities in order to mount; they are not for the program
     */
    FunctionProcess(Ticker ticker, boolean ownSession, boolean dropCapabilities) {
        this.ticker = ticker;
        this.dropCapabilities = dropCapabilities;
        this.ownSession = ownSession && Files.isExecutable(SETSID);
    }

    /** What wakes the waiting thread. */
    private sealed interface Event {
        record Exited(int status) implements Event {}

        record Signalled(FunctionSignal signal) implements Event {}
    }

    /**
     * How the program ended.
     *
     * @param status its own exit status, or 128 and the signal that ended it
     * @param stop why it was asked to end; null when it ended by itself
     */
    record Ending(int status, Stop stop) {}

    /** Why a program was asked to end. */
    sealed interface Stop {
        record BySignal(FunctionSignal signal) implements Stop {}

        record ByTimeout() implements Stop {}
    }

    /** Hands a signal on. Called by any thread, also before and after {@link #run}. */
    void deliver(FunctionSignal signal) {
        events.add(new Event.Signalled(signal));
    }

    /**
     * Starts the program and waits for its end.
     *
     * @param builder the program itself with its directory, environment and streams
     * @param deadlineNanos monotonic; {@link Long#MAX_VALUE} for none
     * @param started is given the process at once
     * @throws IOException when it cannot be started
     */
    Ending run(ProcessBuilder builder, long deadlineNanos, Started started) throws IOException, InterruptedException {
        events.removeIf(Event.Exited.class::isInstance);
        builder.command(wrapped(builder.command()));
        Process process = builder.start();
        process.onExit().thenAccept(ended -> events.add(new Event.Exited(ended.exitValue())));
        try {
            started.with(process);
            return awaitEnd(process, deadlineNanos);
        } finally {
            if (process.isAlive()) {
                process.destroyForcibly();
            }
        }
    }

    /** Told about the process before anybody waits for it. */
    interface Started {
        void with(Process process) throws IOException;
    }

    private Ending awaitEnd(Process process, long deadlineNanos) throws InterruptedException {
        Stop stop = null;
        long actAtNanos = deadlineNanos;
        for (;;) {
            Event event = actAtNanos == Long.MAX_VALUE
                    ? events.take()
                    : events.poll(Math.max(0, actAtNanos - ticker.monotonicNanos()), TimeUnit.NANOSECONDS);
            switch (event) {
                case null -> {
                    boolean lastResort = stop != null;
                    send(process, lastResort ? FunctionSignal.KILL : FunctionSignal.TERM);
                    stop = lastResort ? stop : new Stop.ByTimeout();
                    actAtNanos = lastResort ? Long.MAX_VALUE : ticker.monotonicNanos() + TIMEOUT_GRACE_NANOS;
                }
                case Event.Exited exited -> {
                    return new Ending(exited.status(), stop);
                }
                case Event.Signalled signalled -> {
                    FunctionSignal signal = signalled.signal();
                    if (!signal.comesFromTerminal() || ownSession) {
                        send(process, signal);
                    }
                    if (signal.stops() && stop == null) {
                        stop = new Stop.BySignal(signal);
                        actAtNanos = ticker.monotonicNanos() + STOP_GRACE_NANOS;
                    }
                }
            }
        }
    }

    private List<String> wrapped(List<String> command) {
        List<String> words = new ArrayList<>();
        if (Files.isExecutable(SETPRIV)) {
            words.addAll(List.of(SETPRIV.toString(), "--pdeathsig", "KILL"));
            if (dropCapabilities) {
                words.addAll(List.of("--inh-caps=-all", "--ambient-caps=-all"));
            }
            words.add("--");
        }
        if (ownSession) {
            words.add(SETSID.toString());
        }
        words.addAll(command);
        return words;
    }

    /** To the group when it leads one. Between its start and its setsid it is still alone, hence the second kill. */
    private void send(Process process, FunctionSignal signal) {
        String toIt = "kill -s \"$1\" -- \"$2\"";
        String script = ownSession ? "kill -s \"$1\" -- \"-$2\" || " + toIt : toIt;
        try {
            new ProcessBuilder("/bin/sh", "-c", script, "kill", signal.name(), Long.toString(process.pid()))
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
