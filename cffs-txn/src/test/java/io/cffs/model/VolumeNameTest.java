package io.cffs.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class VolumeNameTest {
    @Test
    void namesAreSafeForFilesAndHosts() {
        for (String name : List.of("a", "0", "default", "a-b_c.d", "z9", "a".repeat(63))) {
            assertEquals(name, new VolumeName(name).value());
        }
        for (String name : List.of("", "-a", "_a", ".a", "..", "A", "aB", "a/b", "a b", "a\n", "\u00e9", "a\u0660",
                "a{", "a`", "a:", "a@", "a".repeat(64))) {
            assertThrows(IllegalArgumentException.class, () -> new VolumeName(name), name);
        }
    }

    /** What the check by hand takes is what the expression in words takes, for each character at each place. */
    @Test
    void everyCharacterIsTakenOrRefusedAsThePatternSays() {
        for (char c = 0; c < 0x300; c++) {
            for (String name : List.of("" + c, "a" + c, c + "a", "a" + c + "a")) {
                boolean legal = name.matches("[a-z0-9][a-z0-9_.-]{0,62}");
                if (legal) {
                    assertEquals(name, new VolumeName(name).value());
                } else {
                    assertThrows(IllegalArgumentException.class, () -> new VolumeName(name), name);
                }
            }
        }
    }
}
