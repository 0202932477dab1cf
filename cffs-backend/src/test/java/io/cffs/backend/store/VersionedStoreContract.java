package io.cffs.backend.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.Seeded;
import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.Quota;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import io.cffs.txn.validate.CommittedFootprint;
import io.cffs.txn.validate.WriteFootprint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What every versioned store keeps. */
abstract class VersionedStoreContract {
    static final VersionedStore.RootDirectory ROOT = new VersionedStore.RootDirectory(0755, 7, 8, 99);

    final MemoryBlockStore blocks = new MemoryBlockStore();
    final StagedObjects staged = new StagedObjects(blocks);
    private final List<VersionedStore> opened = new ArrayList<>();

    /** A new volume. */
    abstract VersionedStore open();

    /** The process dies and another one opens the volume: what was not checkpointed may be gone. */
    abstract VersionedStore crashed(VersionedStore store);

    VersionedStore fresh() {
        return noted(open());
    }

    private VersionedStore noted(VersionedStore store) {
        opened.add(store);
        return store;
    }

    @AfterEach
    void close() {
        opened.forEach(VersionedStore::close);
    }

    static int seeds() {
        return 25;
    }

    @Test
    void aNewVolumeHasARootAndNothingElse() {
        VersionedStore store = fresh();
        assertEquals(new Progress(0, CommitTs.ZERO, CommitTs.ZERO, 2, 1, 0), store.progress());
        VersionedStore.Version root = store.get(new ObjectKey.InodeKey(Ino.ROOT), CommitTs.ZERO);
        var inode = ((StoredObject.InodeObject) root.object()).inode();
        assertEquals(0755, inode.permissions());
        assertEquals(7, inode.uid());
        assertEquals(2, inode.links());
        assertTrue(store.list(Ino.ROOT, null, 10, CommitTs.ZERO).complete());
    }

    @Test
    void everySnapshotSeesItsOwnCommitForEver() {
        for (long seed : Seeded.seeds(seeds())) {
            Seeded random = new Seeded(seed);
            VersionedStore store = fresh();
            StoreModel model = new StoreModel(staged);
            for (int i = 0; i < 40; i++) {
                apply(store, model.next(random));
            }
            for (int ts = 0; ts < model.states.size(); ts++) {
                assertSame(model, store, ts, "seed " + seed);
            }
        }
    }

    @Test
    void trimTakesNothingThatCanBeReadAndEverythingElse() {
        for (long seed : Seeded.seeds(seeds())) {
            Seeded random = new Seeded(seed);
            VersionedStore store = fresh();
            StoreModel model = new StoreModel(staged);
            int horizon = 0;
            for (int i = 0; i < 60; i++) {
                apply(store, model.next(random));
                if (random.below(10) == 0) {
                    horizon += random.below(model.states.size() - horizon);
                    while (store.trim(new CommitTs(horizon), 1 + random.below(4))) {
                        assertSame(model, store, horizon, "seed " + seed);
                    }
                    store.checkpoint();
                }
            }
            for (int ts = horizon; ts < model.states.size(); ts++) {
                assertSame(model, store, ts, "seed " + seed + " horizon " + horizon);
            }
            if (horizon > 0) {
                CommitTs below = new CommitTs(horizon - 1);
                BackendException expired = assertThrows(BackendException.class,
                        () -> store.get(new ObjectKey.InodeKey(Ino.ROOT), below));
                assertEquals(BackendException.Cause.SNAPSHOT_EXPIRED, expired.kind());
            }
            assertOnlyTheLastIsLeft(model, store, "seed " + seed);
        }
    }

    private void assertOnlyTheLastIsLeft(StoreModel model, VersionedStore store, String where) {
        int last = model.states.size() - 1;
        while (store.trim(new CommitTs(last), 100)) {
            assertEquals(last, store.progress().horizon().value());
        }
        store.checkpoint();
        assertSame(model, store, last, where);
        Set<ObjectKey> left = new HashSet<>();
        store.survey(new CommitTs(last)).versions((key, version, present) -> {
            assertTrue(present, where + ": a deletion is left: " + key);
            assertTrue(left.add(key), where + ": two versions are left: " + key);
        });
        left.remove(new ObjectKey.InodeKey(Ino.ROOT));
        assertEquals(model.states.getLast().keySet(), left, where);
        Set<io.cffs.txn.StagedId> kept = new HashSet<>();
        staged.list(kept::add);
        model.stagedIds.forEach(id -> assertEquals(store.isReferenced(id), kept.contains(id), where + " " + id));
        model.patchIds.forEach(id -> assertTrue(kept.contains(id) || !store.isReferenced(id), where + " " + id));
        model.stagedIds.forEach(staged::delete);
        model.patchIds.forEach(staged::delete);
    }

    @Test
    void aCrashForgetsOnlyWhatTheLogStillHas() {
        for (long seed : Seeded.seeds(seeds())) {
            Seeded random = new Seeded(seed);
            VersionedStore store = fresh();
            StoreModel model = new StoreModel(staged);
            long safe = 0;
            for (int i = 0; i < 60; i++) {
                apply(store, model.next(random));
                int dice = random.below(12);
                if (dice == 0) {
                    safe = store.checkpoint();
                } else if (dice == 1) {
                    store = noted(crashed(store));
                    long found = store.progress().position();
                    assertTrue(found >= safe, "seed " + seed + ": has " + found + ", checkpoint was " + safe);
                    int applied = (int) store.progress().applied().value();
                    assertSame(model, store, applied, "seed " + seed);
                    for (StoreModel.Commit commit : model.commits.subList(applied, model.commits.size())) {
                        apply(store, commit);
                    }
                }
            }
            assertSame(model, store, model.states.size() - 1, "seed " + seed);
        }
    }

    private static void apply(VersionedStore store, StoreModel.Commit commit) {
        store.apply(commit.position(), commit.header(), commit.applied());
        assertEquals(commit.header().at(), store.progress().applied());
        assertEquals(commit.position(), store.progress().position());
    }

    /** @param expected null for a hole */
    private static void assertPages(
            VersionedStore store, ObjectKey.BlockKey key, StoredObject.BlockObject expected, CommitTs at) {
        int pages = expected == null ? 0 : expected.pages();
        assertEquals(pages, store.blockPages(key, at), key::toString);
        long first = key.index() * Blocks.PAGES_PER_BLOCK;
        int listed = 0;
        for (FileExtents.Run run : store.extents(key.ino(), first, at).runs()) {
            for (long page = run.firstPage(); page <= run.lastPage() && page < first + Blocks.PAGES_PER_BLOCK; page++) {
                listed |= 1 << (page - first);
            }
        }
        assertEquals(pages, listed, key::toString);
    }

    private static void assertSame(StoreModel model, VersionedStore store, int ts, String where) {
        CommitTs at = new CommitTs(ts);
        Map<ObjectKey, StoredObject> state = model.states.get(ts);
        Map<Ino, List<Name>> names = new HashMap<>();
        for (ObjectKey key : model.keys()) {
            VersionedStore.Version found = store.get(key, at);
            if (key instanceof ObjectKey.BlockKey block && model.isAlive(key, ts)) {
                assertPages(store, block, (StoredObject.BlockObject) state.get(key), at);
            }
            if (state.containsKey(key)) {
                assertNotNull(found, where + " at " + ts + ": " + key + " is missing");
                assertEquals(state.get(key), found.object(), where + " at " + ts + ": " + key);
                assertTrue(found.at().value() <= ts);
            } else if (model.isAlive(key, ts)) {
                assertNull(found, where + " at " + ts + ": " + key + " should not be there");
            }
            if (key instanceof ObjectKey.DentryKey dentry) {
                names.computeIfAbsent(dentry.parent(), ino -> new ArrayList<>());
                if (state.containsKey(key)) {
                    names.get(dentry.parent()).add(dentry.name());
                }
            }
        }
        names.forEach((directory, expected) -> {
            List<Name> listed = new ArrayList<>();
            DirectoryPage page;
            Name after = null;
            do {
                page = store.list(directory, after, 4, at);
                for (DirectoryPage.Entry entry : page.entries()) {
                    listed.add(entry.name());
                    var inode = (StoredObject.InodeObject) state.get(new ObjectKey.InodeKey(entry.ino()));
                    assertEquals(inode == null ? null : inode.inode(), entry.inode(), where + " at " + ts);
                }
                after = listed.isEmpty() ? null : listed.getLast();
            } while (!page.complete());
            expected.sort(null);
            assertEquals(expected, listed, where + " at " + ts + ": listing of " + directory);
        });
        Set<ObjectKey> surveyed = new HashSet<>();
        StoreSurvey survey = store.survey(at);
        survey.inodes((version, inode) -> surveyed.add(new ObjectKey.InodeKey(inode.ino())));
        survey.dentries((version, parent, name, dentry) -> surveyed.add(new ObjectKey.DentryKey(parent, name)));
        survey.blocks((version, key, rawBytes, pages) -> {
            assertEquals(((StoredObject.BlockObject) state.get(key)).pages(), pages);
            assertNull(survey.flawOf(key, true));
            assertEquals(((StoredObject.BlockObject) state.get(key)).raw().length(), rawBytes);
            surveyed.add(key);
        });
        surveyed.remove(new ObjectKey.InodeKey(Ino.ROOT));
        Set<ObjectKey> expected = new HashSet<>(state.keySet());
        expected.removeIf(key -> key instanceof ObjectKey.XattrKey);
        assertEquals(expected, surveyed, where + " at " + ts);
    }

    @Test
    void theLedgerAndTheFootprintsComeBack() {
        Seeded random = new Seeded(5);
        VersionedStore store = fresh();
        StoreModel model = new StoreModel(staged);
        for (int i = 0; i < 20; i++) {
            apply(store, model.next(random));
        }
        TxnId stranger = new TxnId(1, 2);
        assertNull(store.outcomeOf(stranger));
        store.refuse(1000, stranger, 5);
        assertNull(store.outcomeOf(stranger).at());
        store.raiseInoCeiling(1001, 5000);
        store.checkpoint();
        store = noted(crashed(store));
        assertEquals(5000, store.progress().inoCeiling());
        assertEquals(1001, store.progress().position());
        assertNull(store.outcomeOf(stranger).at());
        for (StoreModel.Commit commit : model.commits) {
            assertEquals(commit.header().at(), store.outcomeOf(commit.header().txn()).at());
            assertEquals(commit.header(), store.header(commit.header().at()));
            String invocation = commit.header().invocationId();
            if (invocation != null) {
                assertEquals(commit.header().at(), store.outcomeOfInvocation(invocation).at());
            }
        }
        List<WriteFootprint> footprints = new ArrayList<>();
        store.footprints(new CommitTs(3), new CommitTs(18)).forEachRemaining((CommittedFootprint found) -> {
            assertEquals(model.commits.get((int) found.at().value() - 1).header().txn(), found.txn());
            footprints.add(found.footprint());
        });
        assertEquals(model.commits.subList(3, 18).stream().map(commit -> commit.applied().footprint()).toList(),
                footprints);
        store.trim(new CommitTs(10), 100);
        assertFalse(store.forgetOutcomes(8001, 100));
        assertNull(store.outcomeOf(model.commits.get(7).header().txn()));
        assertNull(store.outcomeOf(stranger));
        assertNotNull(store.outcomeOf(model.commits.get(8).header().txn()));
    }

    @Test
    void commitsMustComeInOrder() {
        VersionedStore store = fresh();
        StoreModel model = new StoreModel(staged);
        Seeded random = new Seeded(6);
        StoreModel.Commit first = model.next(random);
        StoreModel.Commit second = model.next(random);
        assertThrows(AssertionError.class, () -> apply(store, second));
        apply(store, first);
        assertThrows(AssertionError.class, () -> apply(store, first));
    }

    /** An inode number may have been given to anything, and be above all that were ever handed out. */
    @Test
    void whatACommitReplacesIsFoundUnderEveryNumber() {
        Name name = StoreModel.name(1);
        Ino ino = new Ino(70_000_000_000L);
        for (boolean reopened : new boolean[] {false, true}) {
            for (ObjectKey key : List.of(new ObjectKey.InodeKey(ino), new ObjectKey.DentryKey(ino, name),
                    new ObjectKey.BlockKey(ino, 3), new ObjectKey.XattrKey(ino, name), new ObjectKey.QuotaKey(ino))) {
                VersionedStore store = fresh();
                applyEffect(store, new Effect.Put(key, someValueOf(key)));
                if (reopened) {
                    store.checkpoint();
                    store = noted(crashed(store));
                }
                assertFalse(store.freshInos().contains(ino.value()), key::toString);
                applyEffect(store, new Effect.Put(key, someValueOf(key)));
                applyEffect(store, key instanceof ObjectKey.BlockKey
                        ? new Effect.DeleteBlocks(ino, 0, 9)
                        : new Effect.Delete(key));
                while (store.trim(new CommitTs(3), 100)) {
                    assertEquals(3, store.progress().horizon().value());
                }
                store.survey(new CommitTs(3)).versions((left, version, present) ->
                        assertEquals(new ObjectKey.InodeKey(Ino.ROOT), left));
            }
        }
    }

    private static void applyEffect(VersionedStore store, Effect effect) {
        CommitTs at = store.progress().applied().next();
        store.apply(at.value(), new CommitHeader(at, new TxnId(9, at.value()), null, 0),
                new Applied(List.of(effect), WriteFootprint.EMPTY, 0, 0));
    }

    private static StoredObject someValueOf(ObjectKey key) {
        return switch (key) {
            case ObjectKey.InodeKey inode -> new StoredObject.InodeObject(StoreModel.file(inode.ino(), 5));
            case ObjectKey.DentryKey dentry -> new StoredObject.DentryObject(new Ino(5), FileType.REGULAR);
            case ObjectKey.BlockKey block -> new StoredObject.BlockObject(Bytes.ofUtf8("block"));
            case ObjectKey.XattrKey xattr -> new StoredObject.XattrObject(Bytes.ofUtf8("value"));
            case ObjectKey.QuotaKey quota -> new StoredObject.QuotaObject(
                    new Quota(0, 0, 0, 0, Quota.Phase.COMPLETE));
        };
    }

    @Test
    void aRottenStagedBlockIsNamed() {
        VersionedStore store = fresh();
        TxnId txn = new TxnId(3, 4);
        var id = new io.cffs.txn.StagedId(txn, 0);
        staged.put(id, Bytes.owning(new Seeded(1).bytes(5000)));
        ObjectKey.BlockKey key = new ObjectKey.BlockKey(new Ino(5), 0);
        Applied applied = new Applied(List.of(new Effect.PutStagedBlock(key, id, 0, 5000)), WriteFootprint.EMPTY, 0, 0);
        store.apply(1, new CommitHeader(new CommitTs(1), txn, null, 0), applied);
        assertNull(store.survey(new CommitTs(1)).flawOf(key, true));
        blocks.rot(StagedObjects.nameOf(id), 3000);
        BackendException rotten = assertThrows(BackendException.class, () -> store.get(key, new CommitTs(1)));
        assertEquals(BackendException.Cause.STORE_FAILED, rotten.kind());
        assertTrue(rotten.getMessage().contains(StagedObjects.nameOf(id)), rotten.getMessage());
        assertNotNull(store.survey(new CommitTs(1)).flawOf(key, true));
    }
}
