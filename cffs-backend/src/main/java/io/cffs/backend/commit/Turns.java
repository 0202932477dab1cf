package io.cffs.backend.commit;

import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.TxnId;
import io.cffs.txn.ReadKey;
import io.cffs.txn.validate.WriteFootprint;
import io.cffs.txn.validate.WriteFootprint.Change;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

/**
 * Priority: transactions that keep losing take turns at what they lose. Each waits first-in first-out per place (an
 * inode, or a name in a directory) and holds all of its places from the moment it is first everywhere until it ends
 * or its time is up; meanwhile commits of others that would write there wait. Arrival order is the same in all
 * queues, so nobody waits in a circle. Places are coarser than read keys on purpose: of two functions that lose at
 * one file, one may have been told of its length and the other of its pages, and both must stand in one queue.
 *
 * <p>Safe for use by many threads; futures complete outside the lock.
 */
final class Turns {
    private record Place(Ino ino, Name name) {}

    private static final class Waiter {
        final TxnId txn;
        final Set<Place> places;
        final CompletableFuture<Boolean> turn;
        long untilNanos;
        boolean holds;

        Waiter(TxnId txn, Set<Place> places, CompletableFuture<Boolean> turn, long untilNanos) {
            this.txn = txn;
            this.places = places;
            this.turn = turn;
            this.untilNanos = untilNanos;
        }

        /** Without the monitor. What it holds once it holds it stays so. */
        void tell() {
            turn.complete(holds);
        }
    }

    private final long holdNanos;
    private final long turnNanos;
    // All guarded by "this".
    private final Map<TxnId, Waiter> waiters = new HashMap<>();
    private final Map<Place, ArrayDeque<Waiter>> queues = new HashMap<>();
    /** Grows whenever a hold ends: whoever was blocked may look again. */
    private volatile long releases;
    private volatile boolean empty = true;
    private boolean closed;

    Turns(long holdNanos, long turnNanos) {
        this.holdNanos = holdNanos;
        this.turnNanos = turnNanos;
    }

    private static Place placeOf(ReadKey key) {
        return switch (key) {
            case ReadKey.NamePresent name -> new Place(name.parent(), name.name());
            case ReadKey.NameAbsent name -> new Place(name.parent(), name.name());
            default -> new Place(key.ino(), null);
        };
    }

    /**
     * Queues a transaction; one that is queued already starts anew.
     *
     * @return true: it holds its places; false: it waited too long, and holds nothing
     */
    CompletableFuture<Boolean> enter(TxnId txn, List<ReadKey> keys, long nowNanos) {
        Set<Place> places = new LinkedHashSet<>();
        keys.forEach(key -> places.add(placeOf(key)));
        CompletableFuture<Boolean> turn = new CompletableFuture<>();
        List<Waiter> decided;
        synchronized (this) {
            if (closed) {
                turn.complete(false);
                return turn;
            }
            decided = remove(txn, nowNanos);
            Waiter waiter = new Waiter(txn, places, turn, nowNanos + turnNanos);
            waiters.put(txn, waiter);
            empty = false;
            places.forEach(place -> queues.computeIfAbsent(place, key -> new ArrayDeque<>()).addLast(waiter));
            if (grant(waiter, nowNanos)) {
                decided.add(waiter);
            }
        }
        decided.forEach(Waiter::tell);
        return turn;
    }

    /** The transaction has ended, however it did. */
    void leave(TxnId txn, long nowNanos) {
        if (empty) {
            return;
        }
        List<Waiter> decided;
        synchronized (this) {
            decided = remove(txn, nowNanos);
        }
        decided.forEach(Waiter::tell);
    }

    /**
     * Called with the monitor held.
     *
     * @return who has to be told: whoever has got a turn by it, and the one that is gone, if it still waits for one.
     *     That may be the next attempt of a transaction of which an earlier delivery, or the lease of an earlier
     *     attempt, ends just now
     */
    private List<Waiter> remove(TxnId txn, long nowNanos) {
        List<Waiter> decided = new ArrayList<>();
        Waiter gone = waiters.remove(txn);
        if (gone == null) {
            return decided;
        }
        if (!gone.holds) {
            decided.add(gone);
        }
        for (Place place : gone.places) {
            ArrayDeque<Waiter> queue = queues.get(place);
            queue.remove(gone);
            if (queue.isEmpty()) {
                queues.remove(place);
            }
        }
        for (Place place : gone.places) {
            ArrayDeque<Waiter> queue = queues.get(place);
            if (queue != null && grant(queue.peekFirst(), nowNanos)) {
                decided.add(queue.peekFirst());
            }
        }
        releases++;
        empty = waiters.isEmpty();
        return decided;
    }

    private boolean grant(Waiter waiter, long nowNanos) {
        if (waiter.holds) {
            return false;
        }
        for (Place place : waiter.places) {
            if (queues.get(place).peekFirst() != waiter) {
                return false;
            }
        }
        waiter.holds = true;
        waiter.untilNanos = nowNanos + holdNanos;
        return true;
    }

    /** Whether somebody else holds what this commit would write. */
    boolean blocks(TxnId txn, WriteFootprint footprint) {
        if (empty) {
            return false;
        }
        synchronized (this) {
            for (Change change : footprint.changes()) {
                Name name = change instanceof Change.OfName named ? named.name() : null;
                if (isHeldByOther(new Place(change.ino(), name), txn)
                        || name != null && isHeldByOther(new Place(change.ino(), null), txn)) {
                    return true;
                }
            }
            return false;
        }
    }

    private boolean isHeldByOther(Place place, TxnId txn) {
        ArrayDeque<Waiter> queue = queues.get(place);
        return queue != null && queue.peekFirst().holds && !queue.peekFirst().txn.equals(txn);
    }

    /** Ends holds and waits whose time is up. */
    void tick(long nowNanos) {
        if (empty) {
            return;
        }
        List<Waiter> decided = new ArrayList<>();
        synchronized (this) {
            for (Waiter waiter : List.copyOf(waiters.values())) {
                if (waiter.untilNanos - nowNanos <= 0) {
                    decided.addAll(remove(waiter.txn, nowNanos));
                }
            }
        }
        decided.forEach(Waiter::tell);
    }

    /** Nobody gets a turn any more; who waits goes on without one. */
    void close() {
        List<Waiter> left;
        synchronized (this) {
            closed = true;
            left = List.copyOf(waiters.values());
            waiters.clear();
            queues.clear();
            empty = true;
        }
        left.forEach(Waiter::tell);
    }

    boolean isEmpty() {
        return empty;
    }

    long releases() {
        return releases;
    }
}
