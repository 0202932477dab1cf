package io.cffs.backend.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.Seeded;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.validate.WriteFootprint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RocksVersionedStoreTest extends VersionedStoreContract {
    @TempDir
    Path temp;

    private int volumes;
    private Path current;

    @Override
    VersionedStore open() {
        current = temp.resolve("volume" + volumes++);
        return OrderedVersionedStore.openRocks(current, staged, ROOT, 0);
    }

    /** A copy of the files as they are while the store is open is what a killed process leaves behind. */
    @Override
    VersionedStore crashed(VersionedStore store) {
        Path copy = temp.resolve("volume" + volumes++);
        copyFiles(current, copy);
        store.close();
        current = copy;
        return OrderedVersionedStore.openRocks(copy, staged, ROOT, 0);
    }

    /** Copies until no background work has changed the directory meanwhile, so that the copy is of one moment. */
    static void copyFiles(Path from, Path to) {
        try {
            Map<String, Long> before;
            do {
                deleteFiles(to);
                before = sizes(from);
                for (String name : before.keySet()) {
                    try {
                        Files.copy(from.resolve(name), to.resolve(name));
                    } catch (NoSuchFileException gone) {
                        // The sizes will differ, and we copy again.
                    }
                }
            } while (!before.equals(sizes(from)));
        } catch (IOException failed) {
            throw new UncheckedIOException(failed);
        }
    }

    private static void deleteFiles(Path path) throws IOException {
        Files.createDirectories(path);
        for (String name : sizes(path).keySet()) {
            Files.delete(path.resolve(name));
        }
    }

    static Map<String, Long> sizes(Path path) throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> files = Files.list(path)) {
            for (Path file : files.toList()) {
                try {
                    sizes.put(file.getFileName().toString(), Files.size(file));
                } catch (NoSuchFileException gone) {
                    // As if it had been deleted before the listing.
                }
            }
        }
        return sizes;
    }

    @Test
    void aStateDirectoryThatIsNoneIsRefusedWithASentence() throws IOException {
        Path path = Files.createDirectories(temp.resolve("broken"));
        OrderedVersionedStore.openRocks(path, staged, ROOT, 0).close();
        Files.writeString(path.resolve("CURRENT"), "MANIFEST-999999\n");
        BackendException broken = assertThrows(BackendException.class,
                () -> OrderedVersionedStore.openRocks(path, staged, ROOT, 5));
        assertEquals(BackendException.Cause.STORE_FAILED, broken.kind());
        assertTrue(broken.getMessage().contains(path.toString()), broken.getMessage());
    }

    @Test
    void largeBlocksSurviveInBlobFiles() {
        VersionedStore store = fresh();
        Seeded random = new Seeded(1);
        byte[] raw = random.bytes(128 * 1024);
        ObjectKey.BlockKey key = new ObjectKey.BlockKey(new Ino(5), 3);
        Effect put = new Effect.Put(key, new StoredObject.BlockObject(Bytes.copyOf(raw)));
        store.apply(1, new CommitHeader(new CommitTs(1), new TxnId(1, 1), null, 0),
                new Applied(List.of(put), WriteFootprint.EMPTY, 0, 0));
        store.checkpoint();
        VersionedStore again = crashed(store);
        assertNotNull(again.get(key, new CommitTs(1)));
        assertEquals(Bytes.copyOf(raw), VersionedStore.rawOf(again.get(key, new CommitTs(1))));
        again.close();
    }
}
