package io.cffs.txn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class LongTableTest {
    private final LongTable table = new LongTable();

    @Test
    void keysArePositive() {
        assertThrows(IllegalArgumentException.class, () -> table.put(0, 1));
        assertThrows(IllegalArgumentException.class, () -> table.put(-1, 1));
        assertEquals(0, table.get(1));
    }

    /** Few keys with many collisions, then many, then few again; each step as a plain map has it. */
    @Test
    void itIsAsAPlainMap() {
        for (long seed = 1; seed <= 20; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            Map<Long, Long> right = new HashMap<>();
            table.clear();
            for (int phase = 0; phase < 6; phase++) {
                int range = phase % 2 == 0 ? 40 : 3_000;
                int removals = phase % 2 == 0 ? 2 : 4;
                for (int step = 0; step < 3_000; step++) {
                    long key = 1 + random.nextInt(range) * (seed % 3 == 0 ? 1L << 33 : 1);
                    long value = random.nextInt(removals) == 0 ? 0 : random.nextLong();
                    table.put(key, value);
                    if (value == 0) {
                        right.remove(key);
                    } else {
                        right.put(key, value);
                    }
                    assertEquals(right.size(), table.size());
                    assertEquals(right.getOrDefault(key, 0L), table.get(key));
                }
                assertSame(right);
                long odd = phase % 2;
                table.updateAll((key, value) -> (key & 1) == odd ? 0 : value + 1 == 0 ? 1 : value + 1);
                right.keySet().removeIf(key -> (key & 1) == odd);
                right.replaceAll((key, value) -> value + 1 == 0 ? 1 : value + 1);
                assertSame(right);
            }
        }
    }

    private void assertSame(Map<Long, Long> right) {
        Map<Long, Long> seen = new HashMap<>();
        table.forEach(seen::put);
        assertEquals(right, seen);
        right.forEach((key, value) -> assertEquals(value, table.get(key)));
        assertArrayEquals(right.keySet().stream().mapToLong(key -> key).sorted().toArray(), table.sortedKeys());
    }
}
