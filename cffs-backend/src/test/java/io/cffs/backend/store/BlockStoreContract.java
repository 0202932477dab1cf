package io.cffs.backend.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.Seeded;
import io.cffs.model.Bytes;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What every block store keeps. */
abstract class BlockStoreContract {
    abstract BlockStore fresh();

    abstract BlockStore reopened(BlockStore store);

    abstract void fillUp(BlockStore store);

    @Test
    void whatWasPutCanBeReadInRangesAndDeleted() {
        BlockStore store = fresh();
        Bytes content = Bytes.owning(new Seeded(1).bytes(10_000));
        assertTrue(store.putIfAbsent("a-1", content));
        assertEquals(content, store.get("a-1", 0, 10_000));
        assertEquals(content.slice(500, 700), store.get("a-1", 500, 200));
        assertEquals(content.slice(9_990, 10_000), store.get("a-1", 9_990, 200));
        assertEquals(Bytes.EMPTY, store.get("a-1", 10_000, 1));
        assertEquals(10_000, store.length("a-1"));
        store = reopened(store);
        assertEquals(content, store.get("a-1", 0, 10_000));
        store.delete("a-1");
        store.delete("a-1");
        assertNull(store.get("a-1", 0, 1));
        assertEquals(-1, store.length("a-1"));
    }

    @Test
    void aTakenNameKeepsItsObject() {
        BlockStore store = fresh();
        assertTrue(store.putIfAbsent("a", Bytes.ofUtf8("first")));
        assertFalse(store.putIfAbsent("a", Bytes.ofUtf8("second")));
        assertEquals("first", store.get("a", 0, 100).toUtf8());
    }

    @Test
    void listGivesAllNames() {
        BlockStore store = fresh();
        store.putIfAbsent("a", Bytes.ofUtf8("1"));
        store.putIfAbsent("b", Bytes.ofUtf8("2"));
        Set<String> names = new TreeSet<>();
        store.list(names::add);
        assertEquals(Set.of("a", "b"), names);
    }

    @Test
    void namesThatCouldLeaveTheDirectoryAreRefused() {
        BlockStore store = fresh();
        for (String name : new String[] {"", "..", "a/b", "A", "a.b", "x".repeat(129)}) {
            assertThrows(IllegalArgumentException.class, () -> store.putIfAbsent(name, Bytes.ofUtf8("x")), name);
        }
    }

    @Test
    void aFullDiskIsSaidToBeFull() {
        BlockStore store = fresh();
        store.putIfAbsent("a", Bytes.ofUtf8("1"));
        fillUp(store);
        BackendException full = assertThrows(BackendException.class, () -> store.putIfAbsent("b", Bytes.ofUtf8("2")));
        assertEquals(BackendException.Cause.NO_SPACE, full.kind());
        assertEquals("1", store.get("a", 0, 9).toUtf8());
        assertEquals(-1, store.length("b"));
    }

    @Test
    void stagedObjectsReadBackInAnyRange() {
        StagedObjects staged = new StagedObjects(fresh());
        Seeded random = new Seeded(2);
        byte[] half = random.bytes(300 * 1024);
        Bytes content = Bytes.owning(java.util.Arrays.copyOf(half, 600 * 1024));
        StagedId id = new StagedId(new TxnId(-1, 5), 7);
        assertEquals(-1, staged.lengthBytes(id));
        staged.put(id, content);
        staged.put(id, content);
        assertEquals(content.length(), staged.lengthBytes(id));
        for (int i = 0; i < 50; i++) {
            int from = random.below(content.length());
            int length = random.below(content.length() - from + 1);
            assertEquals(content.slice(from, from + length), staged.read(id, from, length));
        }
        Set<StagedId> ids = new java.util.HashSet<>();
        staged.list(ids::add);
        assertEquals(Set.of(id), ids);
        assertThrows(BackendException.class, () -> staged.read(id, content.length() - 1, 2));
        staged.delete(id);
        assertEquals(-1, staged.lengthBytes(id));
    }
}
