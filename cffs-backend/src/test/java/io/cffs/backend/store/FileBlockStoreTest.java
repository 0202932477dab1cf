package io.cffs.backend.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.backend.Seeded;
import io.cffs.backend.disk.DiskDirectory;
import io.cffs.backend.disk.MemoryDirectory;
import io.cffs.model.Bytes;
import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileBlockStoreTest extends BlockStoreContract {
    private final MemoryDirectory directory = new MemoryDirectory();

    @Override
    BlockStore fresh() {
        return FileBlockStore.open(directory);
    }

    @Override
    BlockStore reopened(BlockStore store) {
        return FileBlockStore.open(directory);
    }

    @Override
    void fillUp(BlockStore store) {
        directory.setCapacity(0);
    }

    @Test
    void worksOnARealDisk(@TempDir Path path) throws IOException {
        FileBlockStore store = FileBlockStore.open(DiskDirectory.at(path));
        Bytes content = Bytes.owning(new Seeded(3).bytes(200_000));
        store.putIfAbsent("x", content);
        assertEquals(content, FileBlockStore.open(DiskDirectory.at(path)).get("x", 0, 1_000_000));
        store.delete("x");
        assertEquals(-1, store.length("x"));
    }

    @Test
    void whatWasPutSurvivesAPowerCutWholeAndAnythingElseIsWholeOrAbsent() {
        for (long seed : Seeded.seeds(100)) {
            Seeded random = new Seeded(seed);
            MemoryDirectory disk = new MemoryDirectory();
            FileBlockStore store = FileBlockStore.open(disk);
            Map<String, Bytes> put = new HashMap<>();
            for (int i = 0; i < 5; i++) {
                Bytes content = Bytes.owning(random.bytes(1 + random.below(5000)));
                store.putIfAbsent("o" + i, content);
                put.put("o" + i, content);
            }
            disk.failSyncs(1);
            assertThrows(BackendException.class, () -> store.putIfAbsent("torn", Bytes.owning(random.bytes(3000))));
            FileBlockStore after = FileBlockStore.open(disk.afterPowerCut(random));
            put.forEach((name, content) -> assertEquals(content, after.get(name, 0, 10_000), "seed " + seed));
            assertEquals(-1, after.length("torn"));
        }
    }
}
