package io.cffs.backend.store;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Both ordered maps answer alike, also where thousands of keys have been removed. */
class OrderedBytesTest {
    private static final int KEYS = 3_000;

    @TempDir
    Path temp;

    private static byte[] key(int table, int number) {
        return new byte[] {(byte) table, (byte) (number >> 8), (byte) number, (byte) number};
    }

    private static byte[] prefix(int table) {
        return new byte[] {(byte) table};
    }

    private static List<byte[]> walk(OrderedBytes map, byte[] from, byte[] prefix) {
        List<byte[]> found = new ArrayList<>();
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            for (boolean there = cursor.seek(from, prefix); there; there = cursor.next()) {
                found.add(cursor.key());
                found.add(cursor.value());
            }
        }
        return found;
    }

    private static void assertSame(List<byte[]> expected, List<byte[]> found, String where) {
        assertEquals(expected.size(), found.size(), where);
        for (int i = 0; i < expected.size(); i++) {
            assertArrayEquals(expected.get(i), found.get(i), where);
        }
    }

    /** Three tables, of which most is removed again. */
    private static void fill(OrderedBytes map) {
        SplittableRandom random = new SplittableRandom(8);
        try (OrderedBytes.Batch made = map.batch(); OrderedBytes.Batch removed = map.batch()) {
            for (int table = 1; table <= 3; table++) {
                for (int number = 0; number < KEYS; number++) {
                    made.put(key(table, number), key(table, number));
                    if (table == 2 || random.nextInt(400) != 0) {
                        removed.delete(key(table, number));
                    }
                }
            }
            map.write(made);
            map.flush();
            map.write(removed);
        }
    }

    @Test
    void whatIsLeftBetweenRemovedKeysIsFound() {
        SplittableRandom random = new SplittableRandom(7);
        try (OrderedBytes rocks = RocksBytes.open(temp.resolve("rocks")); OrderedBytes memory = new MemoryBytes()) {
            for (OrderedBytes map : List.of(rocks, memory)) {
                fill(map);
            }
            for (int round = 0; round < 600; round++) {
                if (round == 300) {
                    rocks.flush();
                }
                int table = 1 + random.nextInt(3);
                byte[] from = key(table, random.nextInt(KEYS));
                byte[] within = random.nextBoolean() ? prefix(table) : Arrays.copyOf(from, 2);
                assertSame(walk(memory, from, within), walk(rocks, from, within), "round " + round);
            }
            assertSame(List.of(), walk(rocks, prefix(2), prefix(2)), "an emptied table");
        }
    }

    @Test
    void aCursorThatHasMetRemovedKeysGoesOnElsewhere() {
        try (OrderedBytes map = RocksBytes.open(temp.resolve("rocks"))) {
            try (OrderedBytes.Batch batch = map.batch()) {
                assertTrue(batch.isEmpty());
                for (int number = 0; number < KEYS; number++) {
                    batch.put(key(1, number), key(1, number));
                    batch.delete(key(1, number));
                }
                batch.put(key(2, 5), key(2, 5));
                batch.put(key(2, 6), key(2, 6));
                assertFalse(batch.isEmpty());
                map.write(batch);
            }
            try (OrderedBytes.Cursor cursor = map.cursor()) {
                assertFalse(cursor.seek(prefix(1), prefix(1)));
                assertTrue(cursor.seek(key(2, 5), prefix(2)));
                assertTrue(cursor.next());
                assertArrayEquals(key(2, 6), cursor.key());
                assertFalse(cursor.next());
                assertFalse(cursor.seek(key(1, 9), key(1, 9)));
            }
        }
    }
}
