package io.cffs.txn.apply;

import io.cffs.model.Ino;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/** Blocks of one file that a commit takes over from where they were stored before it. Disjoint runs; one thread. */
final class ClonedRuns {
    private final TreeMap<Long, Run> byFirst = new TreeMap<>();

    /** Both ends inclusive. */
    record Run(long first, long last, Ino source, long sourceFirst) {
        long sourceOf(long index) {
            return sourceFirst + (index - first);
        }

        private Run part(long partFirst, long partLast) {
            return new Run(partFirst, partLast, source, sourceOf(partFirst));
        }
    }

    /** Null when the block is in no run. */
    Run at(long index) {
        Map.Entry<Long, Run> left = byFirst.floorEntry(index);
        return left != null && left.getValue().last() >= index ? left.getValue() : null;
    }

    /** Its blocks are in no other run. */
    void add(Run run) {
        byFirst.put(run.first(), run);
    }

    /** Both ends inclusive. */
    void remove(long first, long last) {
        Run next = at(first);
        next = next != null ? next : firstIn(first, last);
        while (next != null) {
            byFirst.remove(next.first());
            if (next.first() < first) {
                add(next.part(next.first(), first - 1));
            }
            if (next.last() > last) {
                add(next.part(last + 1, next.last()));
            }
            next = firstIn(first, last);
        }
    }

    private Run firstIn(long first, long last) {
        Map.Entry<Long, Run> next = byFirst.ceilingEntry(first);
        return next != null && next.getKey() <= last ? next.getValue() : null;
    }

    void forEach(Consumer<Run> visitor) {
        byFirst.values().forEach(visitor);
    }

    void emit(Ino ino, List<Effect> effects) {
        for (Run run : byFirst.values()) {
            effects.add(new Effect.CloneBlocks(
                    ino, run.first(), run.source(), run.sourceFirst(), run.last() - run.first() + 1));
        }
    }
}
