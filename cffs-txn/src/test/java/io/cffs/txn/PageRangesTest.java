package io.cffs.txn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.BitSet;
import java.util.List;
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

    /** Thousands of ranges lie in many parts: some adds begin in one of them and end in another. */
    @Test
    void holdsThousandsOfRanges() {
        for (int seed = 0; seed < 8; seed++) {
            SplittableRandom chance = new SplittableRandom(seed);
            PageRanges ranges = new PageRanges();
            BitSet bits = new BitSet();
            for (int i = 0; i < 20_000; i++) {
                int first = chance.nextInt(30_000);
                int last = first + (chance.nextInt(4000) == 0 ? chance.nextInt(9000) : 0);
                ranges.add(first, last);
                bits.set(first, last + 1);
                assertTrue(i % 500 != 0 || bits.equals(bitsOf(ranges)), "seed " + seed + " after " + i);
            }
            assertEquals(bits, bitsOf(ranges), "seed " + seed);
        }
    }

    /** What an add moves does not grow with what is there. */
    @Test
    void partsStaySmall() {
        PageRanges upwards = new PageRanges();
        PageRanges downwards = new PageRanges();
        PageRanges anyhow = new PageRanges();
        SplittableRandom chance = new SplittableRandom(1);
        for (int i = 0; i < 50_000; i++) {
            upwards.add(2L * i, 2L * i);
            downwards.add(200_000 - 2L * i, 200_000 - 2L * i);
            int page = 2 * chance.nextInt(50_000);
            anyhow.add(page, page);
        }
        for (PageRanges ranges : List.of(upwards, downwards, anyhow)) {
            assertTrue(ranges.count() > 30_000, "they do not touch");
            assertTrue(ranges.largestPart() <= PageRanges.PART_RANGES_MAX);
            ranges.add(0, 200_000);
            assertEquals(1, ranges.count());
        }
    }

    private static BitSet bitsOf(PageRanges ranges) {
        BitSet bits = new BitSet();
        long[] seen = {-2, 0};
        ranges.forEach((first, last) -> {
            assertTrue(first > seen[0] + 1, "ranges neither touch nor overlap");
            seen[0] = last;
            seen[1]++;
            bits.set((int) first, (int) last + 1);
        });
        assertEquals(seen[1], ranges.count());
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
        ranges.forEach((first, last) -> {
            assertEquals(1, first);
            assertEquals(30, last);
        });
    }
}
