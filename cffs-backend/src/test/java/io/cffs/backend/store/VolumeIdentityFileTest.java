package io.cffs.backend.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.txn.port.BackendException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VolumeIdentityFileTest {
    @TempDir
    Path volume;

    @Test
    void anIdentityIsChosenOnce() throws Exception {
        UUID chosen = VolumeIdentityFile.readOrMake(volume);
        assertEquals(chosen, VolumeIdentityFile.readOrMake(volume));
        Files.delete(volume.resolve("IDENTITY"));
        assertNotEquals(chosen, VolumeIdentityFile.readOrMake(volume));
    }

    @Test
    void aDamagedFileIsRefused() throws Exception {
        for (String text : new String[] {"", "not a uuid", "x".repeat(1000)}) {
            Files.writeString(volume.resolve("IDENTITY"), text);
            assertThrows(BackendException.class, () -> VolumeIdentityFile.readOrMake(volume));
        }
    }
}
