package io.cffs.test.sim;

import java.util.ArrayList;
import java.util.List;
import java.util.PriorityQueue;
import java.util.function.BooleanSupplier;

/**
 * Simulated time: a queue of events, run one after the other in the order of their times. Actors (code that wants to
 * block) run inside events, one at a time, so a run depends on nothing but its seed.
 */
final class Scheduler {
    private record Event(long atNanos, long order, Runnable action) implements Comparable<Event> {
        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atNanos, other.atNanos);
            return byTime != 0 ? byTime : Long.compare(order, other.order);
        }
    }

    private final PriorityQueue<Event> events = new PriorityQueue<>();
    private final List<Actor> actors = new ArrayList<>();
    private long nowNanos = 1_000_000_000L;
    private long order;
    private long eventsRun;

    long nowNanos() {
        return nowNanos;
    }

    long eventsRun() {
        return eventsRun;
    }

    void after(long delayNanos, Runnable action) {
        events.add(new Event(nowNanos + delayNanos, order++, action));
    }

    /** Starts a body that may block on {@link Actor#park}. Its first step runs as an event of its own. */
    Actor spawn(String name, Runnable body) {
        Actor actor = new Actor(name, body);
        actors.add(actor);
        after(0, actor::resume);
        return actor;
    }

    /** Runs events until none is left or the time has come. Rethrows what an actor died of. */
    void runUntil(long endNanos) {
        while (!events.isEmpty() && events.peek().atNanos <= endNanos) {
            Event event = events.poll();
            nowNanos = Math.max(nowNanos, event.atNanos);
            eventsRun++;
            event.action.run();
        }
    }

    /** Runs events until the condition holds, none is left or the time has come; whether the condition holds. */
    boolean runUntil(BooleanSupplier condition, long endNanos) {
        while (!condition.getAsBoolean() && !events.isEmpty() && events.peek().atNanos <= endNanos) {
            runUntil(events.peek().atNanos);
        }
        return condition.getAsBoolean();
    }

    /** Unwinds every actor that still lives. */
    void close() {
        actors.forEach(Actor::kill);
    }
}
