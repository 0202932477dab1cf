package io.cffs.txn.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.FsException;
import io.cffs.model.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class ListedNamesTest {
    @Test
    void isAListOfNames() throws FsException {
        for (int seed = 0; seed < 50; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            ListedNames names = new ListedNames();
            List<Name> expected = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                if (random.nextInt(400) == 0) {
                    names.clear();
                    expected.clear();
                }
                Name name = name(random, expected);
                names.add(name);
                expected.add(name);
                int index = random.nextInt(expected.size());
                assertEquals(expected.get(index), names.get(index));
            }
            for (int i = 0; i < expected.size(); i++) {
                assertEquals(expected.get(i), names.get(i));
            }
            assertEquals(expected.size(), names.size());
            assertThrows(IndexOutOfBoundsException.class, () -> names.get(expected.size()));
        }
    }

    /** Any bytes, and often the beginning of the name before. */
    private static Name name(SplittableRandom random, List<Name> before) throws FsException {
        byte[] bytes = new byte[1 + random.nextInt(random.nextInt(4) == 0 ? 255 : 12)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (128 + random.nextInt(128));
        }
        if (!before.isEmpty()) {
            byte[] last = before.getLast().toBytes();
            System.arraycopy(last, 0, bytes, 0, random.nextInt(1 + Math.min(last.length, bytes.length)));
        }
        return Name.of(bytes);
    }

    @Test
    void namesThatCountTakeFewBytes() {
        ListedNames names = new ListedNames();
        for (int i = 0; i < 100_000; i++) {
            names.add(Name.of(String.format("measurement-%09d.json", i)));
        }
        assertTrue(names.weightBytes() < 100_000 * 16, names.weightBytes() + " bytes");
    }
}
