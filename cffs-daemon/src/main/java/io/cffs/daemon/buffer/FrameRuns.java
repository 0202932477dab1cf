package io.cffs.daemon.buffer;

import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which frames of a region are taken: best fit, neighbours coalesce, and the high-water mark comes down when the last
 * frames are given back. Counts only; touches no memory. Not safe for use by many threads.
 */
final class FrameRuns {
    private static final Comparator<Run> BY_COUNT = Comparator.comparingInt(Run::count).thenComparingInt(Run::first);

    private final int frameCountMax;
    private final TreeMap<Integer, Run> byFirst = new TreeMap<>();
    private final TreeSet<Run> byCount = new TreeSet<>(BY_COUNT);
    private int end;
    private int freeBelowEnd;

    FrameRuns(int frameCountMax) {
        this.frameCountMax = frameCountMax;
    }

    /** The first of {@code count} frames in a row, from 0; -1 when there is no room. */
    int allocate(int count) {
        Run fit = byCount.ceiling(new Run(-1, count));
        if (fit != null) {
            remove(fit);
            if (fit.count() > count) {
                add(new Run(fit.first() + count, fit.count() - count));
            }
            return fit.first();
        }
        // The last free run, if it reaches up to the mark, is part of the room that is left.
        Run tail = byFirst.isEmpty() ? null : byFirst.lastEntry().getValue();
        int first = tail != null && tail.end() == end ? tail.first() : end;
        if (count > frameCountMax - first) {
            return -1;
        }
        if (first != end) {
            remove(tail);
        }
        end = first + count;
        return first;
    }

    /** @throws IllegalStateException when one of them is not taken */
    void free(int first, int count) {
        Map.Entry<Integer, Run> below = byFirst.lowerEntry(first + count);
        boolean free = below != null && below.getValue().end() > first;
        if (first < 0 || count < 1 || count > end - first || free) {
            throw new IllegalStateException("frames given back that were not taken: " + first + " and on, " + count);
        }
        Run merged = new Run(first, count);
        if (below != null && below.getValue().end() == first) {
            remove(below.getValue());
            merged = new Run(below.getValue().first(), below.getValue().count() + count);
        }
        Run above = byFirst.get(first + count);
        if (above != null) {
            remove(above);
            merged = new Run(merged.first(), merged.count() + above.count());
        }
        if (merged.end() == end) {
            end = merged.first();
        } else {
            add(merged);
        }
    }

    /** One more than the highest frame taken; 0 when none is. */
    int end() {
        return end;
    }

    int takenCount() {
        return end - freeBelowEnd;
    }

    private void add(Run run) {
        byFirst.put(run.first(), run);
        byCount.add(run);
        freeBelowEnd += run.count();
    }

    private void remove(Run run) {
        byFirst.remove(run.first());
        byCount.remove(run);
        freeBelowEnd -= run.count();
    }

    private record Run(int first, int count) {
        int end() {
            return first + count;
        }
    }
}
