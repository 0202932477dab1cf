package io.cffs.backend.client;

import io.cffs.backend.wire.Address;
import io.cffs.txn.codec.Request;
import io.cffs.txn.codec.Response;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.Entropy;
import io.cffs.txn.port.Ticker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

/**
 * Keeps one connection to one of several addresses alive while there are calls, and gives every call to it. A call
 * whose connection ends goes to the next one, until its time is over. Safe for use by many threads.
 *
 * <p>A keeper thread does what takes time to pass: pauses between tries, deadlines, silence. It sleeps when nobody has
 * called for a while. Nothing is sent, completed or connected under the lock.
 */
final class Link implements ClientConnection.Owner {
    private static final long TICK_NANOS = 50_000_000L;
    /** A commit for which the backend has no room goes out again after this, or a random half; it doubles each time. */
    private static final long TURNED_AWAY_NANOS_MIN = 250_000_000L;
    /** Longest such pause: as often as this a large request is sent in vain. */
    private static final int TURNED_AWAY_DOUBLINGS_MAX = 4;
    /** Ticks without anything to do after which the keeper sleeps until it is woken: 2 s. */
    private static final int IDLE_TICKS = 40;

    private final List<Address> addresses;
    private final Connector.Door door;
    private final ClientLimits limits;
    private final Ticker ticker;
    private final Entropy entropy;
    private final Runnable whenUnreachable;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Written under the lock. */
    private volatile ClientConnection live;
    private volatile boolean closed;
    private volatile boolean asleep;
    // The rest: @GuardedBy("lock").
    private final ArrayDeque<Call> homeless = new ArrayDeque<>();
    /** The backend had no room for them. */
    private final List<Call> resting = new ArrayList<>();
    private Connector attempt;
    private long attemptSinceNanos;
    private long nextAttemptNanos;
    private int failedRounds;
    private int goodAddress;
    private boolean keeperStarted;
    private String lastReason = "not tried yet";

    Link(List<Address> addresses, Connector.Door door, ClientLimits limits, Ticker ticker, Entropy entropy,
            Runnable whenUnreachable) {
        this.addresses = addresses;
        this.door = door;
        this.limits = limits;
        this.ticker = ticker;
        this.entropy = entropy;
        this.whenUnreachable = whenUnreachable;
        this.nextAttemptNanos = ticker.monotonicNanos();
    }

    void submit(Call call) {
        ClientConnection connection = live;
        if (connection != null && connection.take(call)) {
            if (asleep) {
                wake();
            }
            return;
        }
        shelter(List.of(call));
    }

    private void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Puts calls without a connection where the keeper looks after them. */
    private void shelter(List<Call> calls) {
        boolean refused;
        lock.lock();
        try {
            refused = closed;
            if (!refused) {
                long now = ticker.monotonicNanos();
                calls.forEach(call -> call.homelessSinceNanos = now);
                homeless.addAll(calls);
                startKeeper();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (refused) {
            calls.forEach(Link::failClosed);
        }
    }

    private static void failClosed(Call call) {
        call.answer.completeExceptionally(
                new BackendException(BackendException.Cause.CLOSED, "The backend client is closed.", null));
    }

    private void startKeeper() {
        if (!keeperStarted) {
            keeperStarted = true;
            Thread.ofPlatform().name("cffs-client-keeper").daemon().start(this::keep);
        }
    }

    private void keep() {
        int idleTicks = 0;
        while (!closed) {
            long now = ticker.monotonicNanos();
            failOverdue(now);
            submitRested(now);
            ClientConnection connection = live;
            if (connection != null) {
                connection.check(now, limits.silenceNanos());
                giveHome(connection, connection::takeWithoutWaiting);
            }
            tendAttempt(now);
            idleTicks = isBusy() ? 0 : idleTicks + 1;
            rest(now, idleTicks > IDLE_TICKS);
        }
    }

    private boolean isBusy() {
        lock.lock();
        try {
            ClientConnection connection = live;
            return !homeless.isEmpty() || !resting.isEmpty() || attempt != null
                    || connection != null && connection.owesAnswers();
        } finally {
            lock.unlock();
        }
    }

    private void rest(long now, boolean deeply) {
        lock.lock();
        try {
            asleep = deeply;
            ClientConnection connection = live;
            // Looked at after the flag was set: a call that comes now either is seen here or sees the flag.
            boolean busy = !homeless.isEmpty() || !resting.isEmpty() || attempt != null
                    || connection != null && connection.owesAnswers();
            if (closed) {
                return;
            }
            if (deeply && !busy) {
                changed.await();
            } else if (!homeless.isEmpty() && attempt == null && live == null) {
                changed.awaitNanos(Math.clamp(nextAttemptNanos - now, 0, TICK_NANOS));
            } else if (homeless.isEmpty() || live == null) {
                changed.awaitNanos(TICK_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            asleep = false;
            lock.unlock();
        }
    }

    private void failOverdue(long now) {
        List<Call> overdue = new ArrayList<>();
        String reason;
        lock.lock();
        try {
            reason = lastReason;
            for (Iterator<Call> calls = homeless.iterator(); calls.hasNext(); ) {
                Call call = calls.next();
                // A commit carries a function's work. However large it is, nobody is working on it now.
                long homelessNanosMax = call.request instanceof Request.Commit
                        ? limits.patientNanos()
                        : limits.connectNanos();
                if (now - call.deadlineNanos >= 0 || now - call.homelessSinceNanos >= homelessNanosMax) {
                    calls.remove();
                    overdue.add(call);
                }
            }
        } finally {
            lock.unlock();
        }
        for (Call call : overdue) {
            call.answer.completeExceptionally(new BackendException(BackendException.Cause.UNREACHABLE,
                    "No CFFS backend can be reached (" + reason + "); is 'cffs backend' running there?", null));
        }
    }

    @Override
    public void turnedAway(Call call, Response.Failed answer) {
        call.turnedAwayWith = answer;
        long pause = TURNED_AWAY_NANOS_MIN << Math.min(call.turnedAway++, TURNED_AWAY_DOUBLINGS_MAX);
        boolean refused;
        lock.lock();
        try {
            call.restsUntilNanos = ticker.monotonicNanos() + pause / 2 + entropy.nextBelow(pause / 2 + 1);
            refused = closed;
            if (!refused) {
                resting.add(call);
                startKeeper();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
        if (refused) {
            failClosed(call);
        }
    }

    /** Those whose time is over get the answer that they had. */
    private void submitRested(long now) {
        List<Call> rested = new ArrayList<>();
        lock.lock();
        try {
            for (Iterator<Call> calls = resting.iterator(); calls.hasNext(); ) {
                Call call = calls.next();
                if (now - call.restsUntilNanos >= 0 || now - call.deadlineNanos >= 0) {
                    calls.remove();
                    rested.add(call);
                }
            }
        } finally {
            lock.unlock();
        }
        for (Call call : rested) {
            if (now - call.deadlineNanos >= 0) {
                call.answer.complete(call.turnedAwayWith);
            } else {
                ClientConnection connection = live;
                if (connection == null || !connection.takeWithoutWaiting(call)) {
                    shelter(List.of(call));
                }
            }
        }
    }

    /** Gives calls that wait to the connection, in order. */
    private void giveHome(ClientConnection connection, Predicate<Call> taken) {
        while (true) {
            Call next;
            lock.lock();
            try {
                next = live == connection ? homeless.poll() : null;
            } finally {
                lock.unlock();
            }
            if (next == null) {
                return;
            }
            if (!taken.test(next)) {
                shelter(List.of(next));
                return;
            }
        }
    }

    private void tendAttempt(long now) {
        Connector late = null;
        lock.lock();
        try {
            if (attempt != null) {
                // A round tries every address.
                late = now - attemptSinceNanos > limits.attemptNanos() * addresses.size() ? attempt : null;
            } else if (live == null && !homeless.isEmpty() && now - nextAttemptNanos >= 0 && !closed) {
                Connector connector = new Connector(door, addresses, goodAddress);
                attempt = connector;
                attemptSinceNanos = now;
                Thread.ofPlatform().name("cffs-client-connect").daemon().start(() -> connect(connector));
            }
        } finally {
            lock.unlock();
        }
        if (late != null) {
            late.giveUp();
        }
    }

    private void connect(Connector connector) {
        Connector.Result result = connector.connect();
        if (result instanceof Connector.Result.Failed failed && !closed) {
            result = bringBack(failed);
        }
        ClientConnection connection = null;
        lock.lock();
        try {
            attempt = null;
            // Not a pattern switch: the first one in a process costs milliseconds, and a function may be waiting.
            if (result instanceof Connector.Result.Connected connected) {
                goodAddress = connected.index();
                connection = new ClientConnection(connected.duplex(), connected.address().toString(), this, ticker);
                live = connection;
            } else if (result instanceof Connector.Result.Failed failed) {
                roundFailed(failed.sentence());
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        if (connection != null) {
            connection.start();
            if (closed) {
                connection.end("closed");
            } else {
                giveHome(connection, connection::take);
            }
        }
    }

    /** Still counts as the attempt under way, so that nobody begins another one meanwhile. */
    private Connector.Result bringBack(Connector.Result.Failed failed) {
        try {
            whenUnreachable.run();
            return failed;
        } catch (RuntimeException e) {
            return new Connector.Result.Failed(failed.sentence() + "; " + e.getMessage());
        }
    }

    /** The pause doubles with each round; a random half of it keeps many clients apart. Guarded by the lock. */
    private void roundFailed(String reason) {
        lastReason = reason;
        long pause = Math.min(limits.backoffNanosMax(), limits.backoffNanosMin() << Math.min(failedRounds, 20));
        failedRounds++;
        nextAttemptNanos = ticker.monotonicNanos() + pause / 2 + entropy.nextBelow(pause / 2 + 1);
    }

    @Override
    public void connectionEnded(ClientConnection connection, List<Call> unanswered, String reason) {
        lock.lock();
        try {
            if (live == connection) {
                live = null;
            }
            // A backend that greets and hangs up must not be called in a tight loop.
            roundFailed(reason);
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        shelter(unanswered);
    }

    @Override
    public void answered(ClientConnection connection) {
        if (failedRounds != 0) {
            lock.lock();
            try {
                failedRounds = 0;
            } finally {
                lock.unlock();
            }
        }
    }

    void close() {
        List<Call> left;
        ClientConnection connection;
        Connector underWay;
        lock.lock();
        try {
            closed = true;
            left = new ArrayList<>(homeless);
            left.addAll(resting);
            homeless.clear();
            resting.clear();
            connection = live;
            underWay = attempt;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        left.forEach(Link::failClosed);
        if (underWay != null) {
            underWay.giveUp();
        }
        if (connection != null) {
            connection.end("closed");
        }
    }
}
