package io.cffs.backend.store;

import io.cffs.backend.Seeded;
import io.cffs.model.BlockPages;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.BlockPatch;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.validate.WriteFootprint;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a versioned store should hold, as plain maps, one per commit; and random commits to feed both. */
final class StoreModel {
    static final int INOS = 8;
    static final int NAMES = 6;
    static final int BLOCKS = 4;

    record Commit(long position, CommitHeader header, Applied applied) {}

    /** Index n is the state after commit n. */
    final List<Map<ObjectKey, StoredObject>> states = new ArrayList<>();
    final List<Commit> commits = new ArrayList<>();
    final Set<StagedId> stagedIds = new HashSet<>();
    /** Of parts of blocks: a store may copy their bytes instead of referring to them. */
    final Set<StagedId> patchIds = new HashSet<>();
    private final StagedObjects staged;
    private long nextIno = 100;
    private final List<Ino> files = new ArrayList<>();

    StoreModel(StagedObjects staged) {
        this.staged = staged;
        states.add(new HashMap<>());
        for (int i = 0; i < INOS; i++) {
            files.add(new Ino(2 + i));
        }
    }

    static Inode file(Ino ino, long size) {
        return new Inode(ino, FileType.REGULAR, 0644, 0, 0, 1, size, 1, 2, 3, 4, 0, null, null);
    }

    /** Every key that may ever exist. */
    List<ObjectKey> keys() {
        Set<ObjectKey> keys = new HashSet<>();
        states.forEach(state -> keys.addAll(state.keySet()));
        for (Ino ino : files) {
            for (int i = 0; i < NAMES; i++) {
                keys.add(new ObjectKey.DentryKey(ino, name(i)));
            }
        }
        return new ArrayList<>(keys);
    }

    static Name name(int i) {
        // Prefixes of one another, and bytes at both ends of the range.
        return Name.of(switch (i) {
            case 0 -> "a";
            case 1 -> "ab";
            case 2 -> "ab\u0001";
            case 3 -> "\u00ff";
            default -> "n" + i;
        });
    }

    Commit next(Seeded random) {
        int ts = states.size();
        Map<ObjectKey, StoredObject> state = new HashMap<>(states.getLast());
        Map<ObjectKey, Effect> effects = new java.util.LinkedHashMap<>();
        List<Effect> first = new ArrayList<>();
        TxnId txn = new TxnId(random.nextLong(), ts);
        int count = 1 + random.below(5);
        for (int i = 0; i < count; i++) {
            Ino ino = files.get(random.below(files.size()));
            ObjectKey.BlockKey block = new ObjectKey.BlockKey(ino, random.below(BLOCKS));
            switch (random.below(11)) {
                case 0 -> put(state, effects, new ObjectKey.InodeKey(ino),
                        new StoredObject.InodeObject(file(ino, random.below(1000))));
                case 1 -> put(state, effects, new ObjectKey.DentryKey(ino, name(random.below(NAMES))),
                        new StoredObject.DentryObject(files.get(random.below(files.size())), FileType.REGULAR));
                case 2 -> put(state, effects, new ObjectKey.XattrKey(ino, name(random.below(NAMES))),
                        new StoredObject.XattrObject(Bytes.owning(random.bytes(random.below(40)))));
                case 3 -> {
                    Bytes raw = content(random);
                    int pages = BlockPages.covering(raw.length()) & (1 | random.below(1 << 16));
                    put(state, effects, block, new StoredObject.BlockObject(raw, pages));
                }
                case 4 -> stage(state, effects, block, new StagedId(txn, i), random);
                case 5 -> delete(state, effects, random);
                case 6 -> deleteBlocks(state, effects, first, ino, random);
                case 7, 8, 9 -> patch(state, effects, block, new StagedId(txn, i), random);
                default -> kill(state, effects, first, random);
            }
        }
        if (random.below(3) == 0) {
            cloneBlocks(state, effects, first, random);
        }
        List<Effect> all = new ArrayList<>(first);
        all.addAll(effects.values());
        for (Effect effect : all) {
            if (effect instanceof Effect.PutStagedBlock put) {
                stagedIds.add(put.object());
            } else if (effect instanceof Effect.PatchBlock patched) {
                patched.patch().parts().stream().map(BlockPatch.Part::source)
                        .filter(source -> source instanceof BlockPatch.Staged)
                        .forEach(source -> patchIds.add(((BlockPatch.Staged) source).object()));
            }
        }
        states.add(state);
        String invocation = random.below(3) == 0 ? "call-" + ts : null;
        CommitHeader header = new CommitHeader(new CommitTs(ts), txn, invocation, ts * 1000L);
        WriteFootprint footprint = new WriteFootprint(List.of(
                new WriteFootprint.Change.OfLength(files.getFirst(), random.below(9) - 1),
                new WriteFootprint.Change.OfPages(files.getFirst(), 1, 2),
                new WriteFootprint.Change.OfName(files.getFirst(), name(1), WriteFootprint.NameChange.REPLACED),
                new WriteFootprint.Change.OfXattr(files.getFirst(), name(2), WriteFootprint.NameChange.REPLACED),
                new WriteFootprint.Change.OfFields(files.getFirst(),
                        Set.of(WriteFootprint.Field.LINKS, WriteFootprint.Field.EXISTENCE))));
        Commit commit = new Commit(ts * 2L, header, new Applied(all, footprint, 1, 10));
        commits.add(commit);
        return commit;
    }

    private static void put(
            Map<ObjectKey, StoredObject> state, Map<ObjectKey, Effect> effects, ObjectKey key, StoredObject value) {
        state.put(key, value);
        effects.put(key, new Effect.Put(key, value));
    }

    private static Bytes content(Seeded random) {
        int length = 1 + random.below(random.below(3) == 0 ? 20_000 : 100);
        return random.below(2) == 0 ? Bytes.owning(random.bytes(length)) : Bytes.owning(new byte[length]);
    }

    private void stage(
            Map<ObjectKey, StoredObject> state, Map<ObjectKey, Effect> effects, ObjectKey.BlockKey key, StagedId id,
            Seeded random) {
        Bytes content = Bytes.owning(random.bytes(130 * 1024 + random.below(1000)));
        staged.put(id, content);
        int length = 1 + random.below(3000);
        boolean second = random.below(2) == 0 && content.length() - 128 * 1024 >= length;
        int offset = second ? 128 * 1024 : 0;
        state.put(key, new StoredObject.BlockObject(content.slice(offset, offset + length)));
        effects.put(key, new Effect.PutStagedBlock(key, id, offset, length));
    }

    /** A part from memory, and sometimes one behind it from a staged object. */
    private void patch(
            Map<ObjectKey, StoredObject> state, Map<ObjectKey, Effect> effects, ObjectKey.BlockKey key, StagedId id,
            Seeded random) {
        if (effects.containsKey(key)) {
            return;
        }
        List<BlockPatch.Part> parts = new ArrayList<>();
        int start = random.below(30_000);
        int length = 1 + random.below(5000);
        parts.add(new BlockPatch.Part(start, length, new BlockPatch.Inline(Bytes.owning(random.bytes(length)))));
        if (random.below(3) == 0) {
            Bytes content = Bytes.owning(random.bytes(5000));
            staged.put(id, content);
            parts.add(new BlockPatch.Part(start + length + random.below(3) * 1000, 1 + random.below(4000),
                    new BlockPatch.Staged(id, random.below(1000))));
        }
        BlockPatch patch = new BlockPatch(parts);
        StoredObject.BlockObject base = (StoredObject.BlockObject) state.get(key);
        state.put(key, new StoredObject.BlockObject(patch.over(base == null ? null : base.raw(), staged::read),
                patch.pages() | (base == null ? 0 : base.pages())));
        effects.put(key, new Effect.PatchBlock(key, patch, base == null));
    }

    private void delete(Map<ObjectKey, StoredObject> state, Map<ObjectKey, Effect> effects, Seeded random) {
        List<ObjectKey> there = state.keySet().stream().filter(states.getLast()::containsKey)
                .filter(key -> !(key instanceof ObjectKey.InodeKey))
                .sorted(java.util.Comparator.comparing(Object::toString)).toList();
        if (!there.isEmpty()) {
            ObjectKey key = there.get(random.below(there.size()));
            state.remove(key);
            effects.put(key, new Effect.Delete(key));
        }
    }

    private static void deleteBlocks(
            Map<ObjectKey, StoredObject> state, Map<ObjectKey, Effect> effects, List<Effect> first, Ino ino,
            Seeded random) {
        long from = random.below(BLOCKS);
        long to = from + random.below(BLOCKS);
        first.add(new Effect.DeleteBlocks(ino, from, to));
        for (long index = from; index <= to; index++) {
            ObjectKey key = new ObjectKey.BlockKey(ino, index);
            if (!(effects.get(key) instanceof Effect.Put) && !(effects.get(key) instanceof Effect.PutStagedBlock)) {
                state.remove(key);
                effects.remove(key);
            }
        }
    }

    /** One file takes blocks over from another as they were before this commit; one of them may be patched then. */
    private void cloneBlocks(
            Map<ObjectKey, StoredObject> state, Map<ObjectKey, Effect> effects, List<Effect> first, Seeded random) {
        Ino ino = files.get(random.below(files.size()));
        Ino source = files.get(random.below(files.size()));
        long from = random.below(BLOCKS);
        long to = random.below(BLOCKS);
        long count = 1 + random.below(BLOCKS);
        for (long i = 0; i < count; i++) {
            if (effects.containsKey(new ObjectKey.BlockKey(ino, to + i))) {
                return;
            }
        }
        first.add(new Effect.DeleteBlocks(ino, to, to + count - 1));
        first.add(new Effect.CloneBlocks(ino, to, source, from, count));
        for (long i = 0; i < count; i++) {
            ObjectKey target = new ObjectKey.BlockKey(ino, to + i);
            StoredObject taken = states.getLast().get(new ObjectKey.BlockKey(source, from + i));
            if (taken == null) {
                state.remove(target);
            } else {
                state.put(target, taken);
            }
        }
    }

    /** An inode dies with everything it has; another number takes its place. */
    private void kill(
            Map<ObjectKey, StoredObject> state, Map<ObjectKey, Effect> effects, List<Effect> first, Seeded random) {
        int index = random.below(files.size());
        Ino ino = files.get(index);
        if (!states.getLast().containsKey(new ObjectKey.InodeKey(ino))) {
            return;
        }
        files.set(index, new Ino(nextIno++));
        state.keySet().removeIf(key -> isOf(key, ino));
        // Dentries are no content; their removal is stated by whoever removes a directory.
        effects.keySet().removeIf(key -> isOf(key, ino));
        first.removeIf(effect -> effect instanceof Effect.DeleteBlocks range && range.ino().equals(ino));
        first.addFirst(new Effect.DeleteInodeContent(ino));
        effects.put(new ObjectKey.InodeKey(ino), new Effect.Delete(new ObjectKey.InodeKey(ino)));
        for (int i = 0; i < NAMES; i++) {
            ObjectKey key = new ObjectKey.DentryKey(ino, name(i));
            if (states.getLast().containsKey(key)) {
                effects.put(key, new Effect.Delete(key));
            }
        }
    }

    static boolean isOf(ObjectKey key, Ino ino) {
        return switch (key) {
            case ObjectKey.InodeKey inode -> inode.ino().equals(ino);
            case ObjectKey.DentryKey dentry -> dentry.parent().equals(ino);
            case ObjectKey.BlockKey block -> block.ino().equals(ino);
            case ObjectKey.XattrKey xattr -> xattr.ino().equals(ino);
            case ObjectKey.QuotaKey quota -> quota.tree().equals(ino);
        };
    }

    boolean isAlive(ObjectKey key, int ts) {
        Ino ino = switch (key) {
            case ObjectKey.InodeKey inode -> inode.ino();
            case ObjectKey.DentryKey dentry -> dentry.parent();
            case ObjectKey.BlockKey block -> block.ino();
            case ObjectKey.XattrKey xattr -> xattr.ino();
            case ObjectKey.QuotaKey quota -> quota.tree();
        };
        for (int i = 0; i < ts && i < commits.size(); i++) {
            for (Effect effect : commits.get(i).applied().effects()) {
                if (effect instanceof Effect.DeleteInodeContent content && content.ino().equals(ino)) {
                    return false;
                }
            }
        }
        return true;
    }
}
