package io.cffs.backend.store;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.Seeded;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** A number that was used is never fresh again; one that is near the newest and was not used is. */
final class FreshInosTest {
    private static final int PAGE = FreshInos.PAGE_NUMBERS;

    @Test
    void whatIsBelowTheBoundCountsAsUsed() {
        FreshInos fresh = new FreshInos(1000);
        assertFalse(fresh.contains(2));
        assertFalse(fresh.contains(999));
        assertTrue(fresh.contains(1000));
        fresh.use(999);
        fresh.use(1000);
        assertFalse(fresh.contains(1000));
        assertTrue(fresh.contains(1001));
    }

    @Test
    void numbersOfOtherRangesStayFresh() {
        FreshInos fresh = new FreshInos(2);
        fresh.use(5000);
        assertTrue(fresh.contains(4999));
        fresh.use(2L * PAGE + 3);
        assertTrue(fresh.contains(PAGE + 5));
        assertFalse(fresh.contains(4999), "too long ago to be told");
        assertFalse(fresh.contains(2L * PAGE + 3));
    }

    @Test
    void oddNumbersHideNothing() {
        for (long odd : new long[] {Long.MAX_VALUE, Long.MAX_VALUE - 1, 1L << 40}) {
            FreshInos fresh = new FreshInos(2);
            fresh.use(7);
            fresh.use(odd);
            assertFalse(fresh.contains(odd));
            assertFalse(fresh.contains(7));
        }
        assertFalse(new FreshInos(Long.MAX_VALUE).contains(Long.MAX_VALUE));
    }

    @Test
    void noNumberIsFreshTwice() {
        for (long seed : Seeded.seeds(20)) {
            Seeded random = new Seeded(seed);
            FreshInos fresh = new FreshInos(2);
            Set<Long> used = new HashSet<>();
            long around = 2;
            int found = 0;
            for (int i = 0; i < 2000; i++) {
                around += random.below(200) == 0 ? random.below(3 * PAGE) : random.below(3);
                long ino = Math.max(2, around - random.below(random.below(50) == 0 ? 2 * PAGE : 100));
                boolean first = used.add(ino);
                if (fresh.contains(ino)) {
                    assertTrue(first, "seed " + seed + ": " + ino);
                    found++;
                }
                fresh.use(ino);
                assertFalse(fresh.contains(ino), "seed " + seed + ": " + ino);
            }
            assertTrue(found > 1000, "seed " + seed + ": only " + found + " were fresh");
        }
    }
}
