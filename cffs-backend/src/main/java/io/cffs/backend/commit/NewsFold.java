package io.cffs.backend.commit;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.StoredObject;
import io.cffs.txn.apply.BlockPatch;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.port.BackendPort.Fetched;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Folds the effects of consecutive commits into one answer per object. An object of which something cannot be told is
 * left out, until an effect says what it is whatever it was before. For one use.
 */
final class NewsFold {
    private static final BlockPatch.StagedReader NOTHING_STAGED = (object, offset, length) -> {
        throw new AssertionError("a patch that is told has its bytes in it");
    };

    /** What an object takes beside its bytes. */
    private static final int OBJECT_BYTES = 64;

    private final Set<Ino> followed;
    private final Map<ObjectKey, Fetched> news = new LinkedHashMap<>();
    /** Blocks of which only parts are told; none of them is in {@link #news}. */
    private final Map<ObjectKey, Parts> parts = new LinkedHashMap<>();
    /** Something has become of them that is not told. */
    private final Set<ObjectKey> untold = new HashSet<>();
    /** Ranges of blocks that became holes. */
    private final List<Effect.DeleteBlocks> cut = new ArrayList<>();
    /** Files that took blocks over from others: theirs are not told at all. */
    private final Set<Ino> cloned = new HashSet<>();

    private record Parts(CommitTs at, BlockPatch patch) {}

    NewsFold(Set<Ino> followed) {
        this.followed = followed;
    }

    /** The inode that an object is of. */
    static Ino inoOf(ObjectKey key) {
        return switch (key) {
            case ObjectKey.InodeKey inode -> inode.ino();
            case ObjectKey.DentryKey dentry -> dentry.parent();
            case BlockKey block -> block.ino();
            case ObjectKey.XattrKey xattr -> xattr.ino();
            case ObjectKey.QuotaKey quota -> quota.tree();
        };
    }

    /** In the order of the commits, and in each in the order of its effects. */
    void add(CommitTs at, Effect effect) {
        switch (effect) {
            case Effect.Put put -> tell(new Fetched.Found(put.key(), at, put.value()));
            case Effect.Delete delete -> tell(new Fetched.Absent(delete.key()));
            case Effect.PutStagedBlock put -> leaveOut(put.key());
            case Effect.PatchBlock patched -> patch(at, patched);
            case Effect.DeleteBlocks range -> {
                if (followed.contains(range.ino())) {
                    cut.add(range);
                    news.replaceAll((key, told) -> contains(range, key) ? new Fetched.Absent(key) : told);
                    parts.keySet().removeIf(key -> contains(range, key));
                    untold.removeIf(key -> contains(range, key));
                }
            }
            case Effect.CloneBlocks range -> {
                if (followed.contains(range.ino())) {
                    cloned.add(range.ino());
                    news.keySet().removeIf(key -> isBlockOf(range.ino(), key));
                    parts.keySet().removeIf(key -> isBlockOf(range.ino(), key));
                }
            }
            case Effect.DeleteInodeContent dead -> {
                // The inode goes by an effect of its own, and with it the way to its content.
            }
        }
    }

    private static boolean contains(Effect.DeleteBlocks range, ObjectKey key) {
        return key instanceof BlockKey block && isBlockOf(range.ino(), key)
                && block.index() >= range.firstIndex() && block.index() <= range.lastIndex();
    }

    private static boolean isBlockOf(Ino ino, ObjectKey key) {
        return key instanceof BlockKey block && block.ino().equals(ino);
    }

    private boolean isTold(ObjectKey key) {
        return followed.contains(inoOf(key)) && !(key instanceof BlockKey block && cloned.contains(block.ino()));
    }

    private void tell(Fetched fetched) {
        if (isTold(fetched.key())) {
            untold.remove(fetched.key());
            parts.remove(fetched.key());
            news.put(fetched.key(), fetched);
        }
    }

    /** Something has become of it that is not told. */
    void leaveOut(ObjectKey key) {
        news.remove(key);
        parts.remove(key);
        untold.add(key);
    }

    private void patch(CommitTs at, Effect.PatchBlock patched) {
        BlockKey key = patched.key();
        BlockPatch patch = patched.patch();
        boolean complete = patch.parts().stream().allMatch(part -> part.source() instanceof BlockPatch.Inline);
        if (!complete) {
            leaveOut(key);
            return;
        }
        Fetched before = news.get(key);
        if (patched.overHole() || before instanceof Fetched.Absent || before == null && becameHole(key)) {
            tell(whole(key, at, patch, null));
        } else if (before instanceof Fetched.Found found) {
            tell(whole(key, at, patch, (StoredObject.BlockObject) found.object()));
        } else if (isTold(key) && !untold.contains(key)) {
            parts.merge(key, new Parts(at, patch), (first, then) -> new Parts(at, first.patch().then(patch)));
        }
    }

    private boolean becameHole(BlockKey key) {
        return !untold.contains(key) && !parts.containsKey(key) && cut.stream().anyMatch(range -> contains(range, key));
    }

    private static Fetched whole(BlockKey key, CommitTs at, BlockPatch patch, StoredObject.BlockObject base) {
        return new Fetched.Found(key, at, new StoredObject.BlockObject(
                patch.over(base == null ? null : base.raw(), NOTHING_STAGED)));
    }

    /** As many as have no more bytes than this together. */
    List<Fetched> news(long bytesMax) {
        parts.forEach((key, told) -> news.put(key, new Fetched.Patched((BlockKey) key, told.at(),
                pieces(told.patch()))));
        parts.clear();
        List<Fetched> told = new ArrayList<>(news.size());
        long bytes = 0;
        for (Fetched fetched : news.values()) {
            bytes += OBJECT_BYTES + switch (fetched) {
                case Fetched.Found found when found.object() instanceof StoredObject.BlockObject block ->
                        block.raw().length();
                case Fetched.Patched patched -> patched.pieces().stream().mapToLong(piece -> piece.bytes().length())
                        .sum();
                case Fetched.Found _, Fetched.Absent _, Fetched.Unchanged _ -> 0;
            };
            if (bytes > bytesMax) {
                break;
            }
            told.add(fetched);
        }
        return told;
    }

    private static List<Fetched.Piece> pieces(BlockPatch patch) {
        return patch.parts().stream()
                .map(part -> new Fetched.Piece(part.start(), ((BlockPatch.Inline) part.source()).bytes())).toList();
    }
}
