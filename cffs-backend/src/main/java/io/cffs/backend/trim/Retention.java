package io.cffs.backend.trim;

import io.cffs.model.CommitTs;
import java.util.ArrayDeque;

/**
 * Which commit was the newest some time ago, to within a period. One thread at a time.
 */
public final class Retention {
    private static final int SAMPLES_PER_SPAN = 16;

    private record Sample(long nanos, CommitTs newest) {}

    private final long spanNanos;
    private final ArrayDeque<Sample> samples = new ArrayDeque<>();
    private CommitTs old;

    /**
     * @param spanNanos how long a snapshot without a lease stays readable
     * @param start the newest commit now; nothing after it becomes old before the span has passed
     */
    public Retention(long spanNanos, CommitTs start) {
        this.spanNanos = spanNanos;
        this.old = start;
    }

    /** Notes the newest commit, and gives the newest one that is as old as the span. */
    public CommitTs note(CommitTs newest, long nowNanos) {
        Sample last = samples.peekLast();
        if (last == null || nowNanos - last.nanos() >= spanNanos / SAMPLES_PER_SPAN) {
            samples.addLast(new Sample(nowNanos, newest));
        }
        while (!samples.isEmpty() && nowNanos - samples.peekFirst().nanos() >= spanNanos) {
            old = samples.removeFirst().newest();
        }
        return old;
    }
}
