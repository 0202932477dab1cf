package io.cffs.backend.commit;

import io.cffs.txn.CommitRequest;
import io.cffs.txn.WriteLimits;
import java.util.ArrayDeque;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Room on the heap for the large commits of all volumes of a process together, counted as {@link CommitWeight} counts
 * one: each alone may be as large as the heap can bear, so those that come at once take turns.
 *
 * <p>There are two counts. A request from a socket is <i>admitted</i> from before it is decoded until it is answered.
 * A commit is <i>ordered</i> until the store of its volume has it. To be admitted takes room beside both; to be ordered
 * only beside what is ordered, which never waits for anything but the store. So nobody waits in a circle; what is
 * admitted and ordered counts twice until its answer, which only makes others wait a little longer.
 *
 * <p>Those who want to be admitted form a queue, and only the first of it is decoded: what it weighs is known then, and
 * it may wait again. Small commits pass by. Safe for use by many threads.
 */
public final class CommitRoom {
    private static final int LARGE_BYTES_MIN = 64 * 1024;
    /** A request that grows to this part of the room when it is decoded is large. */
    private static final int LARGE_SHARE = 40;

    /** Commits of less than this part of the room are not counted when they are ordered. */
    private static final int HEAVY_SHARE = 64;
    /** So many bytes of undecoded requests may wait for each change that there is room for: an eighth of the room. */
    private static final int WAITING_BYTES_OF_CHANGE = 64;
    /** But the one whose turn it is and the next wait, whatever they have. */
    private static final int WAITING_MIN = 2;
    /** Bytes of a request that weigh as much as a change when they are decoded: they grow eightfold then. */
    private static final int BYTES_OF_CHANGE = 64;
    /**
     * How long a request waits, altogether: 45 s, less than a client waits for any commit, and 5 us for each byte, half
     * of what a client waits longer for it. 28 MiB, 390,000 new files, wait for 190 s.
     */
    private static final long WAIT_NANOS = 45_000_000_000L;
    private static final long WAIT_NANOS_OF_BYTE = 5_000;

    private final long weightMax;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    // All @GuardedBy("lock").
    private final ArrayDeque<Admission> queue = new ArrayDeque<>();
    private long waitingBytes;
    private long admitted;
    private long ordered;

    /** Who has one. */
    public interface Owner {
        CommitRoom commitRoom();
    }

    /** @param weightMax what all large commits may weigh together, and one alone; see {@link CommitWeight} */
    public CommitRoom(long weightMax) {
        this.weightMax = weightMax;
    }

    /** For a heap without end. */
    public static CommitRoom endless() {
        return new CommitRoom(Long.MAX_VALUE);
    }

    /**
     * Whether a request of so many bytes needs to be admitted; others pass by: with the heap that a backend has by
     * default, all that bring no more than their inline bytes and some thousand changes.
     */
    public boolean isLarge(long bytes) {
        return bytes >= LARGE_BYTES_MIN && decodedWeight(bytes) >= weightMax / LARGE_SHARE;
    }

    /** A request that is going to be decoded. Used by one thread; close it when the request has been answered. */
    public final class Admission implements AutoCloseable {
        private final long bytes;
        private long leftNanos;
        private long weight;

        private Admission(long bytes) {
            this.bytes = bytes;
            this.leftNanos = WAIT_NANOS + bytes * WAIT_NANOS_OF_BYTE;
        }

        /**
         * It has been decoded; waits until there is room for what it really weighs.
         *
         * @return false when there was none in time
         */
        public boolean weigh(CommitRequest request) throws InterruptedException {
            long exact = WriteLimits.changesOf(request.writes());
            lock.lockInterruptibly();
            try {
                // What is too large for the heap alone is going to be refused, and holds what it is decoded to.
                long wanted = exact > weightMax ? decodedWeight(bytes) : Math.max(exact, decodedWeight(bytes) / 2);
                if (!awaitRoom(this, wanted)) {
                    return false;
                }
                leave(this);
                weight = wanted;
                admitted += wanted;
                return true;
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                leave(this);
                admitted -= weight;
                weight = 0;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /**
     * Waits for the turn, and for room to decode a request of so many bytes.
     *
     * @return null when too much waits already, or there was no room in time; nothing is held then
     */
    public Admission enter(long bytes) throws InterruptedException {
        Admission mine = new Admission(bytes);
        lock.lockInterruptibly();
        try {
            if (queue.size() >= WAITING_MIN && (waitingBytes + bytes) / WAITING_BYTES_OF_CHANGE > weightMax) {
                return null;
            }
            queue.addLast(mine);
            waitingBytes += bytes;
            boolean entered = false;
            try {
                entered = awaitRoom(mine, decodedWeight(bytes));
            } finally {
                if (!entered) {
                    leave(mine);
                }
            }
            return entered ? mine : null;
        } finally {
            lock.unlock();
        }
    }

    private static long decodedWeight(long bytes) {
        return bytes / BYTES_OF_CHANGE + 1;
    }

    private boolean awaitRoom(Admission mine, long weight) throws InterruptedException {
        while (queue.peekFirst() != mine || !fits(admitted + ordered, weight)) {
            if (mine.leftNanos <= 0) {
                return false;
            }
            mine.leftNanos = changed.awaitNanos(mine.leftNanos);
        }
        return true;
    }

    /** Harmless when it has left. */
    private void leave(Admission gone) {
        if (queue.remove(gone)) {
            waitingBytes -= gone.bytes;
            changed.signalAll();
        }
    }

    private boolean fits(long taken, long weight) {
        return taken == 0 || weight <= weightMax - taken;
    }

    // ---- the sequencing threads ----------------------------------------------------------------------------------

    boolean isHeavy(long weight) {
        return weight >= weightMax / HEAVY_SHARE;
    }

    /** Whether a commit may be ordered beside those that are. */
    boolean hasRoomFor(long weight) {
        lock.lock();
        try {
            return fits(ordered, weight);
        } finally {
            lock.unlock();
        }
    }

    void order(long weight) {
        add(weight);
    }

    /** The store has it, or its group has not happened. */
    void give(long weight) {
        add(-weight);
    }

    private void add(long weight) {
        lock.lock();
        try {
            ordered += weight;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** For tests: how many wait to be admitted, the one included that is being decoded. */
    public int waiting() {
        lock.lock();
        try {
            return queue.size();
        } finally {
            lock.unlock();
        }
    }
}
