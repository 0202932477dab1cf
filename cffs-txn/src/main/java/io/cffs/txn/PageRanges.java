package io.cffs.txn;

import java.util.Arrays;

/**
 * A set of page numbers as ranges that neither touch nor overlap. The ranges lie in parts, in order, so that one in
 * their midst moves few others, however many there are: who reads a file's pages in no order makes a range of most of
 * them, for a while. Not thread-safe.
 */
final class PageRanges {
    /** Ranges in a part. One that is full is halved. */
    static final int PART_RANGES_MAX = 256;

    /** None of those in use is empty. */
    private Part[] parts = new Part[1];
    private int partCount;
    private int count;

    private static final class Part {
        private long[] firsts = new long[1];
        private long[] lasts = new long[1];
        private int count;

        long end() {
            return lasts[count - 1];
        }

        /** The first range that ends at {@code page} or later; there is one. */
        int lowestEndingFrom(long page) {
            int low = 0;
            int high = count - 1;
            while (low < high) {
                int middle = (low + high) >>> 1;
                if (lasts[middle] < page) {
                    low = middle + 1;
                } else {
                    high = middle;
                }
            }
            return low;
        }

        /** There is room: fewer than {@link #PART_RANGES_MAX}. */
        void insert(int at, long first, long last) {
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

        /** Takes out {@code from} (inclusive) to {@code to} (exclusive). @return how many */
        int remove(int from, int to) {
            System.arraycopy(firsts, to, firsts, from, count - to);
            System.arraycopy(lasts, to, lasts, from, count - to);
            count -= to - from;
            return to - from;
        }

        /** The upper half, which this one loses. */
        Part split() {
            Part upper = new Part();
            int half = count / 2;
            upper.firsts = Arrays.copyOfRange(firsts, half, firsts.length);
            upper.lasts = Arrays.copyOfRange(lasts, half, lasts.length);
            upper.count = count - half;
            count = half;
            return upper;
        }
    }

    /** Takes one range. */
    @FunctionalInterface
    interface Taker {
        void take(long first, long last);
    }

    int count() {
        return count;
    }

    /** All ranges, in order. */
    void forEach(Taker taker) {
        for (int i = 0; i < partCount; i++) {
            for (int j = 0; j < parts[i].count; j++) {
                taker.take(parts[i].firsts[j], parts[i].lasts[j]);
            }
        }
    }

    /** Adds {@code first} to {@code last}, both inclusive. */
    void add(long first, long last) {
        int at = partEndingFrom(first - 1);
        if (at == partCount) {
            append(first, last);
            return;
        }
        Part part = parts[at];
        int from = part.lowestEndingFrom(first - 1);
        if (part.firsts[from] > last + 1) {
            insert(at, from, first, last);
            return;
        }
        if (part.firsts[from] <= first && last <= part.lasts[from]) {
            return;
        }
        part.firsts[from] = Math.min(first, part.firsts[from]);
        part.lasts[from] = Math.max(last, Math.max(part.lasts[from], swallow(part, from + 1, last)));
        // Nothing else lies behind it in this part, so what it covers may go on in the next.
        while (from + 1 == part.count && at + 1 < partCount && parts[at + 1].firsts[0] <= last + 1) {
            part.lasts[from] = Math.max(part.lasts[from], swallow(parts[at + 1], 0, last));
            if (parts[at + 1].count > 0) {
                break;
            }
            removePart(at + 1);
        }
    }

    /** Takes those from {@code from} on out of a part that touch what ends at {@code last}. @return where they end */
    private long swallow(Part part, int from, long last) {
        int to = from;
        while (to < part.count && part.firsts[to] <= last + 1) {
            to++;
        }
        if (to == from) {
            return last;
        }
        long end = part.lasts[to - 1];
        count -= part.remove(from, to);
        return end;
    }

    /** Makes it one range from the lowest to the highest page. */
    void widen() {
        if (count > 1) {
            long first = parts[0].firsts[0];
            long last = parts[partCount - 1].end();
            parts = new Part[1];
            partCount = 0;
            count = 0;
            append(first, last);
        }
    }

    /** The first part with a range that ends at {@code page} or later, or {@link #partCount}. */
    private int partEndingFrom(long page) {
        if (partCount > 0 && parts[partCount - 1].end() < page) {
            return partCount;
        }
        int low = 0;
        int high = partCount;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (parts[middle].end() < page) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Behind all others. Whoever goes on so leaves full parts behind. */
    private void append(long first, long last) {
        if (partCount == 0 || parts[partCount - 1].count == PART_RANGES_MAX) {
            insertPart(partCount, new Part());
        }
        Part part = parts[partCount - 1];
        part.insert(part.count, first, last);
        count++;
    }

    private void insert(int at, int index, long first, long last) {
        Part part = parts[at];
        int within = index;
        if (part.count == PART_RANGES_MAX) {
            insertPart(at + 1, part.split());
            if (index > part.count) {
                within = index - part.count;
                part = parts[at + 1];
            }
        }
        part.insert(within, first, last);
        count++;
    }

    private void insertPart(int at, Part part) {
        if (partCount == parts.length) {
            parts = Arrays.copyOf(parts, partCount * 2);
        }
        System.arraycopy(parts, at, parts, at + 1, partCount - at);
        parts[at] = part;
        partCount++;
    }

    private void removePart(int at) {
        System.arraycopy(parts, at + 1, parts, at, partCount - at - 1);
        parts[--partCount] = null;
    }

    /** Most ranges that lie in one part. */
    int largestPart() {
        int largest = 0;
        for (int i = 0; i < partCount; i++) {
            largest = Math.max(largest, parts[i].count);
        }
        return largest;
    }
}
