package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.InodeKey;
import io.cffs.model.ObjectKey.XattrKey;
import io.cffs.model.StoredObject;
import io.cffs.model.VolumeName;
import io.cffs.txn.SnapshotMiss.Wanted;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.junit.jupiter.api.Test;

/** What an attempt will probably look at, and is not at hand, is fetched by a thread that nobody waits for. */
class FetchAheadTest {
    private static final int FILES = 20;

    private final FakeBackend backend = new FakeBackend();
    private final Queue<Runnable> background = new ArrayDeque<>();

    private SnapshotCache cache(long metadataBytesMax, long hotBlockBytesMax) {
        return new SnapshotCache(backend, VolumeName.DEFAULT, new VolumeIdentity(1, 2), new MemoryBlockCache(64 << 20),
                new CacheLimits(metadataBytesMax, hotBlockBytesMax, 0, 100), background::add);
    }

    private static InodeKey inode(int number) {
        return new InodeKey(new Ino(10 + number));
    }

    /** A cache whose only attempt has looked at all files. */
    private SnapshotCache warm(long metadataBytesMax) {
        for (int i = 0; i < FILES; i++) {
            backend.putFile(1, 1, "f" + i, 10 + i, i);
        }
        SnapshotCache cache = cache(metadataBytesMax, 8 << 20);
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        for (int i = 0; i < FILES; i++) {
            reader.fetch(new Wanted.Objects(List.of(inode(i))));
            reader.inode(inode(i).ino());
        }
        backend.fetches.clear();
        return cache;
    }

    private void runBackground() {
        while (!background.isEmpty()) {
            background.remove().run();
        }
    }

    @Test
    void whereAllIsAtHandNoThreadIsStartedToFindThatOut() {
        SnapshotCache cache = warm(1 << 20);
        cache.advance(new CommitTs(2), List.of()).inode(inode(3).ino());
        cache.advance(new CommitTs(3), List.of(inode(100))).inode(inode(3).ino());
        assertTrue(background.isEmpty());
        StoredObject known = backend.fetch(VolumeName.DEFAULT, new CommitTs(1),
                List.of(new FetchItem(inode(3), null))).join().getFirst() instanceof Fetched.Found found
                ? found.object()
                : null;
        SnapshotReader told = cache.advance(new CommitTs(4), List.of(inode(3)),
                List.of(new Fetched.Found(inode(3), new CommitTs(4), known)));
        assertTrue(background.isEmpty(), "what it is now was told");
        assertEquals(3, told.inode(inode(3).ino()).sizeBytes());
    }

    @Test
    void whatHasChangedIsFetchedAlone() {
        SnapshotCache cache = warm(1 << 20);
        cache.advance(new CommitTs(2), List.of(inode(3), inode(100)));
        runBackground();
        assertEquals(List.of(List.of(new FetchItem(inode(3), null))), backend.fetches);
    }

    @Test
    void whatWasLetGoOfForWantOfRoomIsFetchedToo() {
        SnapshotCache cache = warm(1200);
        cache.advance(new CommitTs(2), List.of());
        runBackground();
        assertTrue(backend.itemCount() > FILES / 2, backend.itemCount() + " fetched");
    }

    @Test
    void soAreBlocksThatWereOnTheHeapAlone() {
        ObjectKey.BlockKey block = new ObjectKey.BlockKey(new Ino(10), 0);
        SnapshotCache cache = cache(1 << 20, 1000);
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        assertEquals(List.of(), backend.fetches);
        reader = cache.advance(new CommitTs(2), List.of(block),
                List.of(new Fetched.Found(block, new CommitTs(2), content(500))));
        reader.block(block.ino(), 0);
        // Another block takes its place.
        ObjectKey.BlockKey other = new ObjectKey.BlockKey(new Ino(11), 0);
        backend.putBlock(2, 10, 0, (byte) 0, 500);
        cache.advance(new CommitTs(3), List.of(other),
                List.of(new Fetched.Found(other, new CommitTs(3), content(600))));
        runBackground();
        assertEquals(1, backend.itemCount());
    }

    private static StoredObject content(int bytes) {
        return new StoredObject.BlockObject(Bytes.owning(new byte[bytes]));
    }

    /** The list of an inode's attribute names says of all others that they are absent, until one of them changes. */
    @Test
    void anAttributeThatAListSaidIsAbsentIsLostWithTheList() {
        Ino ino = new Ino(10);
        SnapshotCache cache = cache(1 << 20, 8 << 20);
        SnapshotReader first = cache.advance(new CommitTs(1), null);
        first.fetch(new Wanted.XattrNames(ino));
        assertNull(first.xattr(ino, Name.of("user.a")));
        cache.advance(new CommitTs(2), List.of(new XattrKey(ino, Name.of("user.b"))));
        runBackground();
        assertEquals(List.of(List.of(new FetchItem(new XattrKey(ino, Name.of("user.a")), null))), backend.fetches);
    }
}
