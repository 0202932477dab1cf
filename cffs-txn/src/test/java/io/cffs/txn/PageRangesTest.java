package io.cffs.txn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class PageRangesTest {
    @Test
    void holdsWhatABitSetHolds() {
        for (int seed = 0; seed < 500; seed++) {
            SplittableRandom chance = new SplittableRandom(seed);
            PageRanges ranges = new PageRanges();
            BitSet bits = new BitSet();
            for (int i = 0; i < 30; i++) {
                int first = chance.nextInt(100);
                int last = first + chance.nextInt(8);
                ranges.add(first, last);
                bits.set(first, last + 1);
                assertEquals(bits, bitsOf(ranges), "seed " + seed + " after " + i);
            }
        }
    }

    private static BitSet bitsOf(PageRanges ranges) {
        BitSet bits = new BitSet();
        long end = -2;
        for (int i = 0; i < ranges.count(); i++) {
            assertTrue(ranges.first(i) > end + 1, "ranges neither touch nor overlap");
            end = ranges.last(i);
            bits.set((int) ranges.first(i), (int) end + 1);
        }
        return bits;
    }

    @Test
    void wideningSpansFromTheLowestToTheHighest() {
        PageRanges ranges = new PageRanges();
        ranges.add(7, 9);
        ranges.add(1, 2);
        ranges.add(20, 30);
        ranges.widen();
        assertEquals(1, ranges.count());
        assertEquals(1, ranges.first(0));
        assertEquals(30, ranges.last(0));
    }
}
