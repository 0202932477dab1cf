package io.cffs.test.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A value that comes later, for actors to wait for. The first completion counts. */
final class Promise<T> {
    private final List<Actor> waiting = new ArrayList<>();
    private T value;
    private boolean done;

    void complete(T arrived) {
        if (done) {
            return;
        }
        done = true;
        value = arrived;
        List<Actor> woken = List.copyOf(waiting);
        waiting.clear();
        woken.forEach(Actor::resume);
    }

    boolean isDone() {
        return done;
    }

    /** Parks the current actor until the value is here or the time is up; empty then. */
    Optional<T> await(Scheduler scheduler, long timeoutNanos) {
        Actor self = Actor.current();
        if (!done) {
            waiting.add(self);
            scheduler.after(timeoutNanos, () -> {
                if (waiting.remove(self)) {
                    self.resume();
                }
            });
            self.park();
        }
        return done ? Optional.of(value) : Optional.empty();
    }
}
