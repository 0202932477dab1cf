package io.cffs.daemon.host;

import io.cffs.daemon.session.AttemptTicket;
import io.cffs.daemon.session.InvocationBody;
import io.cffs.txn.port.Ticker;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * One client and what it has been told. The client writes commands and reads what to do next:
 *
 * <pre>
 *   client writes                      client then reads
 *   run (and its options)              run ATTEMPT TXN SNAPSHOT DEADLINE_MS | exit STATUS TEXT
 *   ended STATUS                       the same
 *   stopping SIGNAL                    nothing new
 *   settle (and a transaction)         exit STATUS TEXT
 * </pre>
 *
 * <p>{@code NEW -> WORKING <-> RUNNING, WORKING -> ENDED}. A read waits while the daemon is at work. The invocation
 * itself runs on a thread of its own ({@link HostService}), for which this is the body: an attempt's process is the
 * client's to start, and here is waited for. Waits are bounded by the function's time limit, and end when the client
 * has gone, however it went, because then the kernel closes its file.
 */
final class HostRun implements InvocationBody {
    /** Between TERM and KILL when the client was asked to stop; as in a process of its own. */
    static final long STOP_GRACE_NANOS = 10_000_000_000L;
    /** The same when the time limit has passed. */
    static final long TIMEOUT_GRACE_NANOS = 2_000_000_000L;
    /** How long a client may take to report a function that was killed. */
    static final long REPORT_NANOS_MAX = 10_000_000_000L;
    private static final int KILLED_STATUS = 137;

    private final String name;
    private final int uid;
    private final int gid;
    private final int pid;
    private final Ticker ticker;
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final Deque<Waiter> waiting = new ArrayDeque<>(); // @GuardedBy("waiting")
    private State state = State.NEW; // @GuardedBy("waiting")
    private String answer = ""; // @GuardedBy("waiting"); null while the daemon works
    private boolean clientGone; // @GuardedBy("waiting")
    private volatile Consumer<Boolean> signaller = kill -> { };
    private volatile Sweep sweep = (ticket, gone) -> { };
    private long deadlineNanos = Long.MAX_VALUE;
    private long deadlineMillis;
    private HostEnding last;
    private int stopSignal;

    /** Where a run stands. */
    enum State { NEW, WORKING, RUNNING, ENDED }

    private sealed interface Event {
        record Ended(int status) implements Event {}

        record Stopping(int signal) implements Event {}

        record Gone() implements Event {}
    }

    /** Somebody who reads and is answered when there is something to read. Called with no lock held. */
    interface Waiter {
        void answer(String text);
    }

    /** Ends what an attempt has left running. */
    interface Sweep {
        void after(AttemptTicket attempt, boolean clientIsGone) throws InterruptedException;
    }

    /** @param pid of the client's thread that made it, as this process sees it */
    HostRun(String name, int uid, int gid, int pid, Ticker ticker) {
        this.name = name;
        this.uid = uid;
        this.gid = gid;
        this.pid = pid;
        this.ticker = ticker;
    }

    String name() {
        return name;
    }

    int uid() {
        return uid;
    }

    int gid() {
        return gid;
    }

    int pid() {
        return pid;
    }

    // ------------------------------------------------------------------------------------------------ the client

    /** The text to read if there is one; else {@code waiter} is kept and this is null. */
    String readOr(Waiter waiter) {
        synchronized (waiting) {
            if (answer == null) {
                waiting.add(waiter);
            }
            return answer;
        }
    }

    /** It will not wait any longer. False when it was answered already, or is being answered. */
    boolean forget(Waiter waiter) {
        synchronized (waiting) {
            return waiting.remove(waiter);
        }
    }

    /** The first command. False when there was one before. */
    boolean begin() {
        return change(State.NEW, State.WORKING);
    }

    /** The function's process has ended. False when none runs. */
    boolean ended(int status) {
        boolean ran = change(State.RUNNING, State.WORKING);
        if (ran) {
            events.add(new Event.Ended(status));
        }
        return ran;
    }

    /** The client was asked to stop by a signal, and has handed it on. */
    void stopping(int signal) {
        events.add(new Event.Stopping(signal));
    }

    /** The client has closed its file, by itself or by dying. */
    void gone() {
        synchronized (waiting) {
            clientGone = true;
        }
        events.add(new Event.Gone());
    }

    boolean isGone() {
        synchronized (waiting) {
            return clientGone;
        }
    }

    State state() {
        synchronized (waiting) {
            return state;
        }
    }

    private boolean change(State from, State to) {
        synchronized (waiting) {
            if (state != from) {
                return false;
            }
            state = to;
            answer = null;
            return true;
        }
    }

    // ------------------------------------------------------------------------------------------------ the daemon

    /**
     * Before the first attempt.
     *
     * @param deadline monotonic; {@link Long#MAX_VALUE} for none @param millis the same since 1970, or 0
     * @param signals sends TERM (false) or KILL (true) to the function @param sweeper after each attempt
     */
    void prepare(long deadline, long millis, Consumer<Boolean> signals, Sweep sweeper) {
        deadlineNanos = deadline;
        deadlineMillis = millis;
        signaller = signals;
        sweep = sweeper;
    }

    /** How the last process ended; null when none has run. */
    HostEnding last() {
        return last;
    }

    /** Ends the run: this is what the client reads from now on. */
    void finish(HostAnswers.Answer end) {
        say(State.ENDED, "exit " + end.status() + " " + end.text().replaceAll("\\s*\\R\\s*", " ") + "\n");
    }

    private void say(State next, String text) {
        Deque<Waiter> told;
        synchronized (waiting) {
            state = next;
            answer = text;
            told = new ArrayDeque<>(waiting);
            waiting.clear();
        }
        told.forEach(waiter -> waiter.answer(text));
    }

    @Override
    public Verdict run(AttemptTicket attempt) throws InterruptedException {
        hearWhatCameBetween();
        if (stopSignal != 0 || isGone() || last != null && last.wasStopped()) {
            last = last == null || !last.wasStopped() ? new HostEnding(KILLED_STATUS, stopSignal, false) : last;
            return Verdict.ABORT; // it was asked to end: a rerun would not know
        }
        say(State.RUNNING, "run " + attempt.number() + " " + attempt.txn() + " " + attempt.snapshot().value() + " "
                + deadlineMillis + "\n");
        last = awaitEnd();
        sweep.after(attempt, isGone());
        return !isGone() && !last.wasStopped() && last.status() == 0 ? Verdict.COMMIT : Verdict.ABORT;
    }

    /** Signals that came while no process ran. */
    private void hearWhatCameBetween() {
        for (Event event = events.poll(); event != null; event = events.poll()) {
            if (event instanceof Event.Stopping stopping && stopSignal == 0) {
                stopSignal = stopping.signal();
            }
        }
    }

    private HostEnding awaitEnd() throws InterruptedException {
        boolean timedOut = false;
        boolean killed = false;
        long actAtNanos = deadlineNanos;
        for (;;) {
            Event event = actAtNanos == Long.MAX_VALUE
                    ? events.take()
                    : events.poll(Math.max(0, actAtNanos - ticker.monotonicNanos()), TimeUnit.NANOSECONDS);
            switch (event) {
                case Event.Ended ended -> {
                    return new HostEnding(ended.status(), stopSignal, timedOut);
                }
                case Event.Gone gone -> {
                    return new HostEnding(KILLED_STATUS, stopSignal, timedOut);
                }
                case Event.Stopping stopping -> {
                    if (stopSignal == 0 && !timedOut) {
                        stopSignal = stopping.signal();
                        actAtNanos = ticker.monotonicNanos() + STOP_GRACE_NANOS;
                    }
                }
                case null -> {
                    if (killed) {
                        gone(); // a client that reports nothing is as good as gone
                        return new HostEnding(KILLED_STATUS, stopSignal, timedOut);
                    }
                    boolean lastResort = timedOut || stopSignal != 0;
                    signaller.accept(lastResort);
                    killed = lastResort;
                    timedOut |= stopSignal == 0;
                    actAtNanos = ticker.monotonicNanos() + (killed ? REPORT_NANOS_MAX : TIMEOUT_GRACE_NANOS);
                }
            }
        }
    }
}
