package io.cffs.daemon.cache;

import static io.cffs.daemon.cache.SnapshotReaderTest.ask;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey.DentryKey;
import io.cffs.model.ObjectKey.XattrKey;
import io.cffs.model.StoredObject;
import io.cffs.model.VolumeName;
import io.cffs.txn.SnapshotMiss;
import io.cffs.txn.port.DirectoryPage;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What listings of names and of attributes answer, and when they stop. */
class SnapshotListingTest {
    private static final Ino ROOT = Ino.ROOT;

    private final FakeBackend backend = new FakeBackend();
    private final SnapshotCache cache = cache(new CacheLimits(1 << 20, 8 << 20, 32, 0));

    private SnapshotCache cache(CacheLimits limits) {
        return new SnapshotCache(
                backend, VolumeName.DEFAULT, new VolumeIdentity(1, 2), new MemoryBlockCache(0), limits, task -> { });
    }

    @Test
    void aListingAnswersLookupsToo() {
        for (int i = 0; i < 3000; i++) {
            backend.putFile(1, 1, String.format("f%04d", i), 10 + i, i);
        }
        SnapshotReader reader = cache(new CacheLimits(16 << 20, 8 << 20, 32, 0)).advance(new CommitTs(1), null);
        List<String> names = new ArrayList<>();
        Name after = null;
        boolean complete = false;
        while (!complete) {
            Name from = after;
            DirectoryPage page = ask(reader, () -> reader.list(ROOT, from, 100));
            page.entries().forEach(entry -> {
                names.add(entry.name().toString());
                assertEquals(entry.ino().value() - 10, entry.inode().sizeBytes());
            });
            after = page.entries().getLast().name();
            complete = page.complete();
        }
        assertEquals(3000, names.size());
        assertEquals(names.stream().sorted().distinct().toList(), names);
        assertEquals(3, backend.listings.size());
        assertEquals(new Ino(10 + 1234), reader.dentry(ROOT, Name.of("f1234")).ino());
        assertNull(reader.dentry(ROOT, Name.of("f1234x")));
        assertNull(reader.dentry(ROOT, Name.of("zzz")));
        assertEquals(0, backend.itemCount());
    }

    @Test
    void aNameThatComesOrGoesDropsThePartOfTheListingItIsIn() {
        for (int i = 0; i < 3000; i++) {
            backend.putFile(1, 1, String.format("f%04d", i), 10 + i, i);
        }
        SnapshotReader first = cache.advance(new CommitTs(1), null);
        for (Name after = null; after == null || after.compareTo(Name.of("f2999")) < 0; ) {
            Name from = after;
            after = ask(first, () -> first.list(ROOT, from, 1000)).entries().getLast().name();
        }
        backend.listings.clear();
        backend.putFile(2, 1, "f1500x", 5000, 1);
        SnapshotReader second = cache.advance(new CommitTs(2), List.of(dentry("f1500x")));
        assertNotNull(second.dentry(ROOT, Name.of("f0100")));
        assertThrows(SnapshotMiss.class, () -> second.dentry(ROOT, Name.of("f1501")));
        assertEquals(new Ino(5000), ask(second, () -> second.dentry(ROOT, Name.of("f1500x"))).ino());
        DirectoryPage page = ask(second, () -> second.list(ROOT, Name.of("f1499"), 4));
        assertEquals(Name.of("f1500x"), page.entries().get(1).name());
        assertEquals(1, backend.listings.size());
    }

    @Test
    void anEmptyDirectoryIsAnAnswer() {
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        assertEquals(new DirectoryPage(List.of(), true), ask(reader, () -> reader.list(ROOT, null, 10)));
        assertNull(reader.dentry(ROOT, Name.of("a")));
    }

    @Test
    void attributeNamesAnswerForAttributesThatAreNotThere() {
        XattrKey key = new XattrKey(new Ino(10), Name.of("user.a"));
        backend.put(1, key, new StoredObject.XattrObject(Bytes.ofUtf8("v")));
        SnapshotReader first = cache.advance(new CommitTs(1), null);
        assertEquals(List.of(Name.of("user.a")), ask(first, () -> first.xattrNames(new Ino(10))));
        assertNull(first.xattr(new Ino(10), Name.of("security.capability")));
        assertEquals(Bytes.ofUtf8("v"), ask(first, () -> first.xattr(new Ino(10), Name.of("user.a"))).value());
        backend.put(2, key, null);
        SnapshotReader second = cache.advance(new CommitTs(2), List.of(key));
        assertEquals(List.of(), ask(second, () -> second.xattrNames(new Ino(10))));
    }

    private static DentryKey dentry(String name) {
        return new DentryKey(ROOT, Name.of(name));
    }
}
