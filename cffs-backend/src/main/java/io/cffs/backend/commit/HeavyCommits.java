package io.cffs.backend.commit;

import io.cffs.model.CommitTs;
import java.util.ArrayDeque;

/**
 * Large commits of one volume that have been ordered and are not in its store: they hold {@link CommitRoom}. Belongs to
 * the sequencing thread.
 */
final class HeavyCommits {
    private record Heavy(CommitTs at, long weight) {}

    private final CommitRoom room;
    private final ArrayDeque<Heavy> ordered = new ArrayDeque<>();
    /** Asked by the applying thread. */
    private volatile boolean holdsAny;

    HeavyCommits(CommitRoom room) {
        this.room = room;
    }

    /** Whether it may be ordered now. */
    boolean hasRoomFor(long weight) {
        return !room.isHeavy(weight) || room.hasRoomFor(weight);
    }

    void order(CommitTs at, long weight) {
        if (room.isHeavy(weight)) {
            room.order(weight);
            ordered.addLast(new Heavy(at, weight));
            holdsAny = true;
        }
    }

    /** What comes after has not happened. */
    void drop(CommitTs durable) {
        while (!ordered.isEmpty() && ordered.getLast().at().isAfter(durable)) {
            room.give(ordered.removeLast().weight());
        }
        holdsAny = !ordered.isEmpty();
    }

    boolean isFirstApplied(CommitTs applied) {
        return !ordered.isEmpty() && !ordered.getFirst().at().isAfter(applied);
    }

    /** The store has them, and nothing here remembers them. */
    void giveApplied(CommitTs applied) {
        while (isFirstApplied(applied)) {
            room.give(ordered.removeFirst().weight());
        }
        holdsAny = !ordered.isEmpty();
    }

    /** Any thread: whether it matters when something has been applied. */
    boolean holdsAny() {
        return holdsAny;
    }
}
