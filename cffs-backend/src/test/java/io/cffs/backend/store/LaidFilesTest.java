package io.cffs.backend.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.LaidContent;
import io.cffs.backend.Seeded;
import io.cffs.backend.disk.DiskDirectory;
import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.LaidFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Objects that come as files in the store's door: taken as they are, or not at all. */
final class LaidFilesTest {
    private static final StagedId ID = new StagedId(new TxnId(1, 2), 3);

    @TempDir
    Path disk;

    private Path door;
    private StagedObjects objects;

    @BeforeEach
    void open() throws IOException {
        door = disk.resolve("laid");
        objects = reopened();
    }

    private StagedObjects reopened() throws IOException {
        return new StagedObjects(FileBlockStore.open(DiskDirectory.at(disk.resolve("blocks")), door));
    }

    @Test
    void theFileBecomesTheObject() throws IOException {
        for (int length : List.of(1, 4095, Blocks.BLOCK_BYTES, 300_001, StagedId.BYTES_MAX)) {
            StagedId id = new StagedId(ID.txn(), length);
            byte[] content = new Seeded(length).bytes(length);
            objects.adopt(lay(id, content));
            assertStored(id, content);
            assertEquals(List.of(), left());
        }
    }

    @Test
    void whatCanBeCompressedIs() throws IOException {
        byte[] content = new byte[StagedId.BYTES_MAX];
        objects.adopt(lay(ID, content));
        assertStored(ID, content);
        assertEquals(List.of(), left());
        try (Stream<Path> files = Files.list(disk.resolve("blocks"))) {
            assertTrue(files.mapToLong(file -> file.toFile().length()).sum() < 100_000);
        }
    }

    @Test
    void theSameOnceMoreIsHarmless() throws IOException {
        byte[] content = new Seeded(1).bytes(200_000);
        LaidFile laid = lay(ID, content);
        objects.adopt(laid);
        objects.adopt(laid);
        objects.adopt(lay(ID, content));
        assertStored(ID, content);
        assertEquals(List.of(), left());
    }

    @Test
    void whatIsNotAsDescribedIsRefusedAndGoes() throws IOException {
        byte[] content = new Seeded(1).bytes(200_000);
        LaidFile right = lay(ID, content);
        byte[] other = content.clone();
        other[150_000]++;
        lay(ID, other);
        assertRefused(right);
        lay(ID, Arrays.copyOf(content, 199_999));
        assertRefused(right);
        lay(ID, Arrays.copyOf(content, 200_001));
        assertRefused(right);
        assertRefused(right);
        Path file = door.resolve(LaidFile.fileName(ID));
        Files.createSymbolicLink(file, Files.write(disk.resolve("elsewhere"), content));
        assertRefused(right);
        Files.createDirectory(file);
        assertRefused(right);
    }

    @Test
    void whatLiesThereIsForOneUserAndGoesWithTheNextOpening() throws IOException {
        lay(ID, new byte[10]);
        assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(door)));
        reopened();
        assertEquals(List.of(), left());
    }

    @Test
    void whatNobodyHandsOverAnyMoreIsSwept() throws IOException {
        StagedId other = new StagedId(new TxnId(7, 8), 0);
        lay(ID, new byte[10]);
        lay(other, new byte[10]);
        Files.createFile(door.resolve("something"));
        objects.sweepDoor(name -> !ID.txn().equals(LaidFile.transactionOf(name)));
        assertEquals(List.of(door.resolve(LaidFile.fileName(ID))), left());
    }

    private LaidFile lay(StagedId id, byte[] content) throws IOException {
        return LaidContent.lay(door, id, content);
    }

    private void assertStored(StagedId id, byte[] content) throws IOException {
        assertEquals(content.length, objects.lengthBytes(id));
        assertEquals(Bytes.owning(content), reopened().read(id, 0, content.length));
    }

    private void assertRefused(LaidFile laid) {
        BackendException refused = assertThrows(BackendException.class, () -> objects.adopt(laid));
        assertEquals(BackendException.Cause.REFUSED, refused.kind());
        assertEquals(-1, objects.lengthBytes(laid.object()));
        assertFalse(Files.exists(door.resolve(LaidFile.fileName(laid.object()))));
    }

    private List<Path> left() throws IOException {
        try (Stream<Path> files = Files.list(door)) {
            return files.toList();
        }
    }
}
