package io.cffs.txn;

import java.util.Arrays;

/** A set of page numbers as sorted ranges that neither touch nor overlap. Not thread-safe. */
final class PageRanges {
    private long[] firsts = new long[2];
    private long[] lasts = new long[2];
    private int count;

    int count() {
        return count;
    }

    long first(int index) {
        return firsts[index];
    }

    long last(int index) {
        return lasts[index];
    }

    /** Adds {@code first} to {@code last}, both inclusive. */
    void add(long first, long last) {
        int from = lowestTouching(first);
        if (from == count) {
            insert(from, first, last);
            return;
        }
        if (firsts[from] <= first && last <= lasts[from]) {
            return;
        }
        int to = from;
        long mergedFirst = first;
        long mergedLast = last;
        while (to < count && firsts[to] <= last + 1) {
            mergedFirst = Math.min(mergedFirst, firsts[to]);
            mergedLast = Math.max(mergedLast, lasts[to]);
            to++;
        }
        if (to == from) {
            insert(from, first, last);
            return;
        }
        firsts[from] = mergedFirst;
        lasts[from] = mergedLast;
        removeBetween(from + 1, to);
    }

    /** Makes it one range from the lowest to the highest page. */
    void widen() {
        if (count > 1) {
            lasts[0] = lasts[count - 1];
            count = 1;
        }
    }

    /** The first range that ends at {@code page - 1} or later. */
    private int lowestTouching(long page) {
        if (count > 0 && lasts[count - 1] < page - 1) {
            return count;
        }
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lasts[middle] < page - 1) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private void insert(int at, long first, long last) {
        if (count == firsts.length) {
            firsts = Arrays.copyOf(firsts, count * 2);
            lasts = Arrays.copyOf(lasts, count * 2);
        }
        System.arraycopy(firsts, at, firsts, at + 1, count - at);
        System.arraycopy(lasts, at, lasts, at + 1, count - at);
        firsts[at] = first;
        lasts[at] = last;
        count++;
    }

    private void removeBetween(int from, int to) {
        System.arraycopy(firsts, to, firsts, from, count - to);
        System.arraycopy(lasts, to, lasts, from, count - to);
        count -= to - from;
    }
}
