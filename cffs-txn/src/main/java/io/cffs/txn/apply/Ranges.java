package io.cffs.txn.apply;

import java.util.Map;
import java.util.TreeMap;

/** A set of numbers kept as disjoint ranges that never touch. Not safe for use by several threads. */
final class Ranges {
    /** First to last, both inclusive. */
    private final TreeMap<Long, Long> lasts = new TreeMap<>();

    /** What to do with one range. */
    interface Visitor {
        void visit(long first, long last);
    }

    void add(long addedFirst, long addedLast) {
        long first = addedFirst;
        long last = addedLast;
        Map.Entry<Long, Long> left = lasts.floorEntry(first);
        if (left != null && left.getValue() >= first - 1) {
            first = left.getKey();
            last = Math.max(last, left.getValue());
        }
        var swallowed = lasts.subMap(first, true, last + 1, true);
        if (!swallowed.isEmpty()) {
            last = Math.max(last, swallowed.lastEntry().getValue());
            swallowed.clear();
        }
        lasts.put(first, last);
    }

    boolean contains(long number) {
        Map.Entry<Long, Long> left = lasts.floorEntry(number);
        return left != null && left.getValue() >= number;
    }

    /** In ascending order. */
    void forEach(Visitor visitor) {
        lasts.forEach(visitor::visit);
    }
}
