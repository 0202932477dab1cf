package io.cffs.daemon.cache;

import static io.cffs.daemon.cache.SnapshotReaderTest.ask;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.InodeKey;
import io.cffs.model.VolumeName;
import io.cffs.txn.port.DirectoryPage;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Who goes through what has changed has it fetched together, and nobody else does. */
class ChangedInodesTest {
    private static final int FILES = 1000;
    private static final int FIRST = 10;

    private final FakeBackend backend = new FakeBackend();
    private final SnapshotCache cache = new SnapshotCache(backend, VolumeName.DEFAULT, new VolumeIdentity(1, 2),
            new MemoryBlockCache(0), new CacheLimits(16 << 20, 8 << 20, 32, 4096), task -> { });
    private final Set<Ino> atHand = new HashSet<>();

    private static List<ObjectKey> inodes(long... numbers) {
        return LongStream.of(numbers).mapToObj(number -> (ObjectKey) new InodeKey(new Ino(number))).toList();
    }

    private static ChangedInodes changed(int count) {
        return ChangedInodes.NONE.next(inodes(LongStream.range(FIRST, FIRST + count).toArray()));
    }

    private int missed(ChangedInodes changed, int ino) {
        List<ObjectKey> keys = changed.missed(new Ino(ino), atHand::contains);
        assertEquals(new InodeKey(new Ino(ino)), keys.getFirst());
        keys.forEach(key -> atHand.add(((InodeKey) key).ino()));
        return keys.size();
    }

    @Test
    void aRowGrows() {
        ChangedInodes changed = changed(FILES);
        assertEquals(List.of(1, 1, 1, 1, 8, 32, 128, 128),
                List.of(missed(changed, 10), missed(changed, 11), missed(changed, 12), missed(changed, 13),
                        missed(changed, 14), missed(changed, 22), missed(changed, 54), missed(changed, 182)));
        assertEquals(1, missed(changed, 900), "elsewhere");
        assertEquals(1, missed(changed, 800), "backwards");
    }

    @Test
    void oneMayBeLeftOutAndWhatIsAtHandIsPassedOver() {
        ChangedInodes changed = changed(FILES);
        for (int ino = 10; ino < 18; ino += 2) {
            assertEquals(1, missed(changed, ino));
        }
        for (int ino = 20; ino < 100; ino++) {
            atHand.add(new Ino(ino));
        }
        assertEquals(8, missed(changed, 18));
        assertTrue(atHand.contains(new Ino(105)));
        assertFalse(atHand.contains(new Ino(106)));
    }

    @Test
    void whatHasNotChangedIsFetchedAlone() {
        ChangedInodes changed = changed(FILES);
        for (int ino = 5000; ino < 5100; ino++) {
            assertEquals(1, missed(changed, ino));
        }
    }

    @Test
    void aFewChangesAfterManyDoNotMakeTheManyForgotten() {
        ChangedInodes changed = changed(FILES);
        for (int i = 0; i < 20; i++) {
            changed = changed.next(inodes(7));
        }
        for (int ino = 10; ino < 14; ino++) {
            missed(changed, ino);
        }
        assertEquals(8, missed(changed, 14));
    }

    private SnapshotReader afterAChangeOfEachFile() {
        for (int i = 0; i < FILES; i++) {
            backend.putFile(1, 1, String.format("f%04d", i), FIRST + i, i);
        }
        SnapshotReader first = cache.advance(new CommitTs(1), null);
        ask(first, () -> first.list(Ino.ROOT, null, FILES));
        for (int i = 0; i < FILES; i++) {
            backend.putFile(2, 1, String.format("f%04d", i), FIRST + i, 2 * i);
        }
        backend.fetches.clear();
        backend.listings.clear();
        return cache.advance(new CommitTs(2), inodes(LongStream.range(FIRST, FIRST + FILES).toArray()));
    }

    @Test
    void filesThatAreLookedUpOneAfterTheOtherAreNotARoundTripEach() {
        SnapshotReader reader = afterAChangeOfEachFile();
        for (int i = 0; i < FILES; i++) {
            Name name = Name.of(String.format("f%04d", i));
            Ino ino = ask(reader, () -> reader.dentry(Ino.ROOT, name)).ino();
            assertEquals(2 * i, ask(reader, () -> reader.inode(ino)).sizeBytes());
        }
        assertEquals(List.of(), backend.listings);
        assertEquals(FILES, backend.itemCount());
        assertTrue(backend.fetches.size() <= ChangedInodes.SINGLE + 2 + FILES / ChangedInodes.TOGETHER_MAX + 1,
                backend.fetches.size() + " round trips");
        assertEquals(FILES, reader.footprint().stream().filter(key -> key instanceof InodeKey).count());
    }

    @Test
    void whatIsFetchedAheadHasNotBeenLookedAt() {
        SnapshotReader reader = afterAChangeOfEachFile();
        for (int ino = FIRST; ino < FIRST + 8; ino++) {
            Ino one = new Ino(ino);
            ask(reader, () -> reader.inode(one));
        }
        assertTrue(backend.itemCount() > 8, "it has been");
        assertEquals(inodes(LongStream.range(FIRST, FIRST + 8).toArray()), reader.footprint());
    }

    @Test
    void aListingInSmallPiecesFetchesInodesInLargeOnes() {
        SnapshotReader reader = afterAChangeOfEachFile();
        Name after = null;
        for (int i = 0; i < FILES; i += 50) {
            Name from = after;
            DirectoryPage page = ask(reader, () -> reader.list(Ino.ROOT, from, 50));
            assertEquals(2 * i, page.entries().getFirst().inode().sizeBytes());
            after = page.entries().getLast().name();
        }
        assertEquals(2, backend.fetches.size());
    }
}
