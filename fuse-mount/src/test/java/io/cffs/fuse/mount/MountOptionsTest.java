package io.cffs.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class MountOptionsTest {
    private static final MountOptions USUAL = MountOptions.at(Path.of("/mnt/data"));

    @Test
    void aChangeIsToACopyAndKeepsTheRest() {
        MountOptions changed = USUAL.withReadOnly(true).withReaders(7).withMountFlag(MountFlag.NOEXEC, true);
        assertTrue(changed.readOnly());
        assertEquals(7, changed.readers());
        assertEquals(Set.of(MountFlag.NOSUID, MountFlag.NODEV, MountFlag.NOEXEC), changed.mountFlags());
        assertEquals(Path.of("/mnt/data"), changed.mountPoint());
        assertFalse(USUAL.readOnly());
        assertEquals(Set.of(MountFlag.NOSUID, MountFlag.NODEV), USUAL.mountFlags());
        assertEquals(USUAL.mountFlags(), changed.withMountFlag(MountFlag.NOEXEC, false).mountFlags());
    }

    @Test
    void wordsForProgramsThatMount() {
        assertEquals(List.of("rw", "nosuid", "nodev"), USUAL.accessWords());
        assertEquals(List.of("ro", "suid", "dev", "noexec", "noatime", "allow_other", "default_permissions"),
                USUAL.withReadOnly(true)
                        .withMountFlag(MountFlag.NOSUID, false)
                        .withMountFlag(MountFlag.NODEV, false)
                        .withMountFlag(MountFlag.NOEXEC, true)
                        .withMountFlag(MountFlag.NOATIME, true)
                        .withAllowOther(true)
                        .withDefaultPermissions(true)
                        .accessWords());
    }

    @Test
    void valuesOutOfRangeAreRefused() {
        assertRefused("readers must be 1 to 64: 65", () -> USUAL.withReaders(65));
        assertRefused("transferBytesMax must be 4096 to 16777216: 1", () -> USUAL.withTransfer(1, 0, 1));
        assertRefused("backgroundMax must be 1 to 65535: 0", () -> USUAL.withTransfer(4096, 0, 0));
        assertRefused("a mount's name may not hold commas or control characters: a,b",
                () -> USUAL.withNames("a,b", "c"));
    }

    private static void assertRefused(String sentence, Runnable change) {
        assertEquals(sentence, assertThrows(IllegalArgumentException.class, change::run).getMessage());
    }
}
