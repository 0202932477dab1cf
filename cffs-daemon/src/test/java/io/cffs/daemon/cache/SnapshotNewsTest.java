package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.ObjectKey.DentryKey;
import io.cffs.model.ObjectKey.InodeKey;
import io.cffs.model.StoredObject;
import io.cffs.model.VolumeName;
import io.cffs.txn.SnapshotMiss;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.Fetched;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What begin tells of what has changed is not asked for again. */
class SnapshotNewsTest {
    private static final BlockKey BLOCK = new BlockKey(new Ino(10), 0);
    private static final BlockKey UNSEEN = new BlockKey(new Ino(10), 5);

    private final FakeBackend backend = new FakeBackend();
    private final SnapshotCache cache = new SnapshotCache(backend, VolumeName.DEFAULT, new VolumeIdentity(1, 2),
            new MemoryBlockCache(64 << 20), new CacheLimits(1 << 20, 8 << 20, 32, 4), task -> { });
    private final SnapshotReader first = first();

    private SnapshotReader first() {
        backend.putFile(1, 1, "a", 10, 4);
        backend.putBlock(1, 10, 0, (byte) 7, 4);
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        for (ObjectKey key : List.of(new InodeKey(new Ino(10)), BLOCK)) {
            reader.fetch(new SnapshotMiss.Wanted.Objects(List.of(key)));
        }
        reader.block(BLOCK.ino(), BLOCK.index());
        backend.fetches.clear();
        return reader;
    }

    private static List<Fetched.Piece> patch(int start, int value) {
        return List.of(new Fetched.Piece(start, Bytes.owning(new byte[] {(byte) value})));
    }

    private SnapshotReader second(Fetched... news) {
        return cache.advance(new CommitTs(3), List.of(BLOCK, UNSEEN, new InodeKey(new Ino(10)),
                new DentryKey(Ino.ROOT, Name.of("a"))), List.of(news));
    }

    @Test
    void aBlockThatIsAtHandTakesItsNewBytes() {
        SnapshotReader reader = second(new Fetched.Patched(BLOCK, new CommitTs(3), patch(1, 9)));
        assertEquals(Bytes.owning(new byte[] {7, 9, 7, 7}), reader.block(new Ino(10), 0).raw());
        assertThrows(SnapshotMiss.class, () -> reader.inode(new Ino(10)), "of that nothing was told");
        SnapshotReader third = cache.advance(new CommitTs(4), List.of(BLOCK),
                List.of(new Fetched.Patched(BLOCK, new CommitTs(4), patch(4, 1))));
        assertEquals(Bytes.owning(new byte[] {7, 9, 7, 7, 1}), third.block(new Ino(10), 0).raw());
        assertEquals(List.of(), backend.fetches);
    }

    /** A block that changes with each commit must not fill the heap with what it was. */
    @Test
    void ofABlockThatChangesOnlyTheNewestContentIsHeld() {
        second(new Fetched.Patched(BLOCK, new CommitTs(3), patch(1, 9)));
        long one = cache.hotBlockBytes();
        for (int at = 4; at < 50; at++) {
            SnapshotReader reader = cache.advance(new CommitTs(at), List.of(BLOCK),
                    List.of(new Fetched.Patched(BLOCK, new CommitTs(at), patch(1, at))));
            assertEquals(Bytes.owning(new byte[] {7, (byte) at, 7, 7}), reader.block(new Ino(10), 0).raw());
            assertEquals(one, cache.hotBlockBytes());
        }
        cache.advance(new CommitTs(50), List.of(BLOCK));
        assertEquals(0, cache.hotBlockBytes(), "nothing was told of what it is now");
    }

    /** What is said to have changed may be what is known already. */
    @Test
    void aBlockThatIsToldOfAgainStays() {
        Fetched.Patched news = new Fetched.Patched(BLOCK, new CommitTs(3), patch(1, 9));
        second(news);
        SnapshotReader again = cache.advance(new CommitTs(4), List.of(BLOCK), List.of(news));
        assertEquals(Bytes.owning(new byte[] {7, 9, 7, 7}), again.block(new Ino(10), 0).raw());
    }

    @Test
    void aBlockThatIsNotAtHandIsFetched() {
        SnapshotReader reader = second(new Fetched.Patched(UNSEEN, new CommitTs(3), patch(1, 9)));
        assertThrows(SnapshotMiss.class, () -> reader.block(new Ino(10), 5));
        assertThrows(SnapshotMiss.class, () -> reader.block(new Ino(10), 0), "it has changed, and nothing was told");
    }

    @Test
    void wholeObjectsAndAbsencesAreTakenAsTheyAre() {
        SnapshotReader reader = second(
                new Fetched.Found(UNSEEN, new CommitTs(2), new StoredObject.BlockObject(FakeBackend.filled((byte) 5,
                        3))),
                new Fetched.Absent(BLOCK), new Fetched.Absent(new DentryKey(Ino.ROOT, Name.of("a"))));
        assertEquals(FakeBackend.filled((byte) 5, 3), reader.block(new Ino(10), 5).raw());
        assertNull(reader.block(new Ino(10), 0));
        assertNull(reader.dentry(Ino.ROOT, Name.of("a")));
        assertEquals(List.of(), backend.fetches);
    }

    @Test
    void withoutAListOfChangesNewsMeanNothing() {
        SnapshotReader reader = cache.advance(new CommitTs(3), null,
                List.of(new Fetched.Patched(BLOCK, new CommitTs(3), patch(1, 9))));
        assertThrows(SnapshotMiss.class, () -> reader.block(new Ino(10), 0));
    }

    @Test
    void newsOfAnotherKindAreAFailure() {
        assertThrows(BackendException.class, () -> second(new Fetched.Found(BLOCK, new CommitTs(3),
                new StoredObject.XattrObject(Bytes.owning(new byte[1])))));
    }

    /** An attempt that looked at nothing tells nothing of what the next one will look at. */
    @Test
    void whatWasLookedAtIsFollowed() {
        assertEquals(List.of(new Ino(10)), cache.follows());
        second();
        assertEquals(List.of(new Ino(10)), cache.follows());
    }
}
