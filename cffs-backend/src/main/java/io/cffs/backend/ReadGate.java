package io.cffs.backend;

import io.cffs.model.CommitTs;
import io.cffs.txn.port.BackendException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;

/** Where reads wait for their snapshot to be applied, for a bounded time. Safe for use by many threads. */
final class ReadGate {
    private record Waiter(CommitTs wanted, long deadlineNanos, CompletableFuture<Void> opened) {}

    // All guarded by "this".
    private final PriorityQueue<Waiter> waiters = new PriorityQueue<>(Comparator.comparing(Waiter::wanted));
    private CommitTs applied;
    private volatile boolean empty = true;
    private boolean closed;

    ReadGate(CommitTs applied) {
        this.applied = applied;
    }

    synchronized CompletableFuture<Void> await(CommitTs wanted, long deadlineNanos) {
        if (!wanted.isAfter(applied)) {
            return CompletableFuture.completedFuture(null);
        }
        CompletableFuture<Void> opened = new CompletableFuture<>();
        if (closed) {
            opened.completeExceptionally(closedVolume());
            return opened;
        }
        waiters.add(new Waiter(wanted, deadlineNanos, opened));
        empty = false;
        return opened;
    }

    void applied(CommitTs newest) {
        List<Waiter> ready = new ArrayList<>();
        synchronized (this) {
            applied = newest;
            while (!waiters.isEmpty() && !waiters.peek().wanted().isAfter(newest)) {
                ready.add(waiters.poll());
            }
            empty = waiters.isEmpty();
        }
        ready.forEach(waiter -> waiter.opened().complete(null));
    }

    boolean isEmpty() {
        return empty;
    }

    /** Fails the waits whose time is up. */
    void tick(long nowNanos) {
        if (empty) {
            return;
        }
        List<Waiter> late = new ArrayList<>();
        synchronized (this) {
            waiters.removeIf(waiter -> waiter.deadlineNanos() - nowNanos <= 0 && late.add(waiter));
            empty = waiters.isEmpty();
        }
        late.forEach(waiter -> waiter.opened().completeExceptionally(new BackendException(
                BackendException.Cause.TIMED_OUT, "commit " + waiter.wanted().value() + " was not applied in time",
                        null)));
    }

    /** Fails all waits. */
    void close() {
        List<Waiter> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(waiters);
            waiters.clear();
            empty = true;
        }
        left.forEach(waiter -> waiter.opened().completeExceptionally(closedVolume()));
    }

    private static BackendException closedVolume() {
        return new BackendException(BackendException.Cause.CLOSED, "the volume is closed", null);
    }
}
