package io.cffs.backend.commit;

import io.cffs.backend.store.VersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.txn.apply.Effect;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Ranges of blocks that ordered commits take over and that the store has not applied. A commit that takes something
 * over is ordered only when all content of its source is applied ({@link #contentPending}), so what a range refers to
 * can be read from the store. Belongs to the sequencing thread.
 */
final class PendingClones {
    private final VersionedStore store;
    private final List<Clone> clones = new ArrayList<>();
    private final List<Clone> groupClones = new ArrayList<>();
    /** When the content of a file was last changed, as far as that may not be applied. */
    private final Map<Ino, Long> changed = new HashMap<>();
    private final Map<Ino, Long> groupChanged = new HashMap<>();

    /** One range and its commit. */
    record Clone(long ts, Effect.CloneBlocks range) {
        private boolean holds(ObjectKey.BlockKey block) {
            return range.ino().equals(block.ino())
                    && range.firstIndex() <= block.index() && block.index() <= range.lastIndex();
        }
    }

    PendingClones(VersionedStore store) {
        this.store = store;
    }

    void add(long ts, List<Effect> effects) {
        for (Effect effect : effects) {
            Ino ino = switch (effect) {
                case Effect.Put put -> put.key() instanceof ObjectKey.BlockKey block ? block.ino() : null;
                case Effect.PutStagedBlock put -> put.key().ino();
                case Effect.PatchBlock patched -> patched.key().ino();
                case Effect.Delete delete -> null;
                case Effect.DeleteBlocks range -> range.ino();
                case Effect.DeleteInodeContent content -> content.ino();
                case Effect.CloneBlocks range -> {
                    groupClones.add(new Clone(ts, range));
                    yield range.ino();
                }
            };
            if (ino != null) {
                groupChanged.put(ino, ts);
            }
        }
    }

    void keepGroup() {
        clones.addAll(groupClones);
        changed.putAll(groupChanged);
        dropGroup();
    }

    void forgetApplied(long applied) {
        clones.removeIf(clone -> clone.ts() <= applied);
        changed.values().removeIf(ts -> ts <= applied);
    }

    List<Clone> ofGroup() {
        return groupClones;
    }

    void dropGroup() {
        groupClones.clear();
        groupChanged.clear();
    }

    /** The commit that has to be applied before the store knows this file's content; null when it does. */
    CommitTs contentPending(Ino ino) {
        Long ts = groupChanged.getOrDefault(ino, changed.get(ino));
        return ts == null || ts <= store.progress().applied().value() ? null : new CommitTs(ts);
    }

    /** Null when the block is in none. */
    Clone newest(ObjectKey.BlockKey block) {
        Clone newest = null;
        for (List<Clone> all : List.of(clones, groupClones)) {
            for (Clone clone : all) {
                boolean newer = newest == null || clone.ts() >= newest.ts();
                newest = newer && clone.holds(block) ? clone : newest;
            }
        }
        return newest;
    }

    /** The pages of a block in a range that hold data. */
    int pages(Clone clone, ObjectKey.BlockKey block) {
        int pages = store.blockPages(sourceOf(clone, block), new CommitTs(clone.ts() - 1));
        boolean applied = store.progress().applied().value() >= clone.ts();
        return applied ? store.blockPages(block, new CommitTs(clone.ts())) : pages;
    }

    private static ObjectKey.BlockKey sourceOf(Clone clone, ObjectKey.BlockKey block) {
        Effect.CloneBlocks range = clone.range();
        return new ObjectKey.BlockKey(
                range.source(), range.sourceFirstIndex() + (block.index() - range.firstIndex()));
    }

    /** Null for a hole. */
    StoredObject read(Clone clone, ObjectKey.BlockKey block) {
        VersionedStore.Version version = store.before(sourceOf(clone, block), new CommitTs(clone.ts()));
        if (store.progress().applied().value() >= clone.ts()) {
            // Applied meanwhile, and a trim may have taken the source's version since.
            version = store.before(block, new CommitTs(clone.ts() + 1));
        }
        return version == null ? null : version.object();
    }
}
