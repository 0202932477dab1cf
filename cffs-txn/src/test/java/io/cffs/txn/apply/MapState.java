package io.cffs.txn.apply;

import io.cffs.model.AclNames;
import io.cffs.model.BlockPages;
import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.ObjectKey.DentryKey;
import io.cffs.model.ObjectKey.InodeKey;
import io.cffs.model.ObjectKey.QuotaKey;
import io.cffs.model.ObjectKey.XattrKey;
import io.cffs.model.Quota;
import io.cffs.model.QuotaCharge;
import io.cffs.model.StoredObject;
import io.cffs.model.StoredObject.BlockObject;
import io.cffs.model.StoredObject.DentryObject;
import io.cffs.model.StoredObject.InodeObject;
import io.cffs.model.StoredObject.QuotaObject;
import io.cffs.model.StoredObject.XattrObject;
import io.cffs.txn.Mutation;
import io.cffs.txn.StagedId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The latest state as plain maps, which carries out effects to the letter and is strict about what they promise. */
public final class MapState implements LatestState {
    public final Map<ObjectKey, StoredObject> objects = new LinkedHashMap<>();
    public final Map<StagedId, Bytes> staged = new HashMap<>();
    int blocksLoaded;

    public MapState() {
        objects.put(new InodeKey(Ino.ROOT), new InodeObject(directory(1).withLinks(2)));
    }

    static Inode directory(long ino) {
        return new Inode(new Ino(ino), FileType.DIRECTORY, 0755, 0, 0, 0, 0, 1, 1, 1, 1, 0, Ino.ROOT, null);
    }

    static Inode regular(long ino) {
        return new Inode(new Ino(ino), FileType.REGULAR, 0644, 0, 0, 0, 0, 1, 1, 1, 1, 0, null, null);
    }

    Applied commit(Mutation... mutations) throws MutationRefused {
        return commit(List.of(mutations));
    }

    public Applied commit(List<Mutation> mutations) throws MutationRefused {
        Applied applied = Applier.apply(mutations, this);
        carryOut(applied.effects());
        return applied;
    }

    private void carryOut(List<Effect> effects) {
        Map<ObjectKey, StoredObject> before = new HashMap<>(objects);
        Set<ObjectKey> touched = new HashSet<>();
        Set<Ino> putBlocks = new HashSet<>();
        for (Effect effect : effects) {
            switch (effect) {
                case Effect.Put put -> {
                    once(touched, put.key());
                    if (put.key() instanceof BlockKey block) {
                        putBlocks.add(block.ino());
                    }
                    objects.put(put.key(), put.value());
                }
                case Effect.PutStagedBlock put -> {
                    once(touched, put.key());
                    putBlocks.add(put.key().ino());
                    int from = (int) put.offsetBytes();
                    objects.put(put.key(),
                            new BlockObject(staged.get(put.object()).slice(from, from + put.lengthBytes())));
                }
                case Effect.PatchBlock patched -> {
                    once(touched, patched.key());
                    putBlocks.add(patched.key().ino());
                    BlockObject base = (BlockObject) objects.get(patched.key());
                    if (patched.overHole() && base != null) {
                        throw new AssertionError("there is a block: " + patched.key());
                    }
                    objects.put(patched.key(), new BlockObject(
                            patched.patch().over(base == null ? null : base.raw(), this::stagedBytes),
                            patched.patch().pages() | (base == null ? 0 : base.pages())));
                }
                case Effect.Delete delete -> {
                    once(touched, delete.key());
                    if (objects.remove(delete.key()) == null) {
                        throw new AssertionError("deletes what is not there: " + delete.key());
                    }
                }
                case Effect.DeleteBlocks range -> {
                    if (putBlocks.contains(range.ino())) {
                        throw new AssertionError("a range deletion after puts");
                    }
                    objects.keySet().removeIf(key -> key instanceof BlockKey block
                            && block.ino().equals(range.ino())
                            && range.firstIndex() <= block.index() && block.index() <= range.lastIndex()
                            && !touched.contains(key));
                }
                case Effect.CloneBlocks range -> {
                    if (putBlocks.contains(range.ino())) {
                        throw new AssertionError("a range is taken over after puts");
                    }
                    takeOver(range, before, touched);
                }
                case Effect.DeleteInodeContent dead -> objects.keySet().removeIf(key ->
                        key instanceof BlockKey block && block.ino().equals(dead.ino())
                                || key instanceof XattrKey xattr && xattr.ino().equals(dead.ino()));
            }
        }
    }

    private void takeOver(Effect.CloneBlocks range, Map<ObjectKey, StoredObject> before, Set<ObjectKey> touched) {
        before.forEach((key, value) -> {
            if (key instanceof BlockKey block && block.ino().equals(range.source())
                    && block.index() >= range.sourceFirstIndex()
                    && block.index() - range.sourceFirstIndex() < range.count()) {
                var target = new BlockKey(
                        range.ino(), range.firstIndex() + (block.index() - range.sourceFirstIndex()));
                if (touched.contains(target)) {
                    throw new AssertionError("two effects on one key: " + target);
                }
                objects.put(target, value);
            }
        });
    }

    private static void once(Set<ObjectKey> touched, ObjectKey key) {
        if (!touched.add(key)) {
            throw new AssertionError("two effects on one key: " + key);
        }
    }

    @Override
    public Inode inode(Ino ino) {
        return objects.get(new InodeKey(ino)) instanceof InodeObject object ? object.inode() : null;
    }

    Inode inode(long ino) {
        return inode(new Ino(ino));
    }

    @Override
    public DentryObject dentry(Ino parent, Name name) {
        return (DentryObject) objects.get(new DentryKey(parent, name));
    }

    @Override
    public Bytes block(Ino ino, long index) {
        blocksLoaded++;
        return objects.get(new BlockKey(ino, index)) instanceof BlockObject object ? object.raw() : null;
    }

    @Override
    public int blockPages(Ino ino, long index) {
        return objects.get(new BlockKey(ino, index)) instanceof BlockObject object ? object.pages() : 0;
    }

    @Override
    public long allocatedPages(Ino ino, long firstIndex, long lastIndex) {
        return objects.entrySet().stream()
                .filter(entry -> entry.getKey() instanceof BlockKey block && block.ino().equals(ino)
                        && firstIndex <= block.index() && block.index() <= lastIndex)
                .mapToLong(entry -> BlockPages.count(((BlockObject) entry.getValue()).pages())).sum();
    }

    @Override
    public Bytes xattr(Ino ino, Name name) {
        return objects.get(new XattrKey(ino, name)) instanceof XattrObject object ? object.value() : null;
    }

    @Override
    public Quota quota(Ino tree) {
        return objects.get(new QuotaKey(tree)) instanceof QuotaObject object ? object.quota() : null;
    }

    @Override
    public long volumeBytes() {
        return inodes().mapToLong(QuotaCharge::bytesOf).sum();
    }

    @Override
    public long volumeInodes() {
        return inodes().count();
    }

    private Stream<Inode> inodes() {
        return objects.values().stream().filter(InodeObject.class::isInstance).map(o -> ((InodeObject) o).inode());
    }

    @Override
    public long stagedLengthBytes(StagedId object) {
        return staged.containsKey(object) ? staged.get(object).length() : -1;
    }

    @Override
    public Bytes stagedBytes(StagedId object, long offsetBytes, int lengthBytes) {
        return staged.get(object).slice((int) offsetBytes, (int) offsetBytes + lengthBytes);
    }

    /** The whole file, holes as zeros. */
    byte[] content(long ino) {
        byte[] content = new byte[(int) inode(ino).sizeBytes()];
        objects.forEach((key, value) -> {
            if (key instanceof BlockKey block && block.ino().value() == ino) {
                Bytes raw = ((BlockObject) value).raw();
                raw.copyTo(0, content, (int) (block.index() * Blocks.BLOCK_BYTES), raw.length());
            }
        });
        return content;
    }

    /** Every invariant that the fold keeps. Throws AssertionError with the inode. */
    public void check() {
        Map<Ino, Long> names = new HashMap<>();
        Map<Ino, Long> entries = new HashMap<>();
        Map<Ino, Long> subdirectories = new HashMap<>();
        Map<Ino, List<Name>> xattrs = new HashMap<>();
        objects.forEach((key, value) -> {
            if (key instanceof XattrKey xattr) {
                xattrs.computeIfAbsent(xattr.ino(), ino -> new ArrayList<>()).add(xattr.name());
            }
            if (key instanceof DentryKey dentry) {
                DentryObject named = (DentryObject) value;
                names.merge(named.ino(), 1L, Long::sum);
                entries.merge(dentry.parent(), 1L, Long::sum);
                ensure(inode(named.ino()) != null && inode(named.ino()).type() == named.type(), key);
                if (named.type() == FileType.DIRECTORY) {
                    subdirectories.merge(dentry.parent(), 1L, Long::sum);
                    ensure(inode(named.ino()).parent().equals(dentry.parent()), key);
                }
            }
        });
        objects.forEach((key, value) -> {
            if (value instanceof BlockObject block) {
                ensure(block.pages() != 0, key);
                ensure(holesAreZeros(block), key);
            }
            if (value instanceof InodeObject object && object.inode().type() == FileType.REGULAR) {
                long pages = allocatedPages(object.inode().ino(), 0, Long.MAX_VALUE);
                ensure(object.inode().allocatedBytes() == pages * Blocks.PAGE_BYTES, object);
            }
            if (key instanceof InodeKey inode) {
                checkXattrs(inode(inode.ino()), xattrs.getOrDefault(inode.ino(), List.of()));
            }
            switch (key) {
                case InodeKey inode -> checkInode(inode(inode.ino()), names.getOrDefault(inode.ino(), 0L),
                        entries.getOrDefault(inode.ino(), 0L), subdirectories.getOrDefault(inode.ino(), 0L));
                case BlockKey block -> ensure(block.index() * Blocks.BLOCK_BYTES
                        + ((BlockObject) value).raw().length() <= inode(block.ino()).sizeBytes(), key);
                case XattrKey xattr -> ensure(inode(xattr.ino()) != null, key);
                case QuotaKey quota -> checkQuota(quota.tree(), ((QuotaObject) value).quota());
                case DentryKey dentry -> ensure(inode(dentry.parent()).isDirectory(), key);
            }
        });
    }

    private static boolean holesAreZeros(BlockObject block) {
        byte[] raw = block.raw().toArray();
        for (int at = 0; at < raw.length; at++) {
            if (raw[at] != 0 && (block.pages() & BlockPages.touched(at, at + 1)) == 0) {
                return false;
            }
        }
        return true;
    }

    private static void checkXattrs(Inode inode, List<Name> names) {
        ensure(inode.xattrCount() == names.size(), inode);
        ensure(inode.aclFlags() == names.stream().mapToInt(AclNames::flagOf).sum(), inode);
    }

    /** {@code QUOTA_MATCHES_TREE}: what is used is what the inodes that count to it make together. */
    private void checkQuota(Ino tree, Quota quota) {
        List<Inode> members = inodes()
                .filter(inode -> tree.equals(Ino.ROOT) || tree.equals(inode.quotaTree())).toList();
        ensure(quota.inodesUsed() == members.size(), quota);
        ensure(quota.bytesUsed() == members.stream().mapToLong(QuotaCharge::bytesOf).sum(), quota);
    }

    private static void checkInode(Inode inode, long names, long entries, long subdirectories) {
        if (inode.isDirectory()) {
            ensure(inode.sizeBytes() == entries, inode);
            ensure(inode.links() == 2 + subdirectories, inode);
            ensure(names == (inode.ino().equals(Ino.ROOT) ? 0 : 1), inode);
        } else {
            ensure(inode.links() == names, inode);
            ensure(names > 0, inode);
        }
    }

    private static void ensure(boolean holds, Object where) {
        if (!holds) {
            throw new AssertionError("LINK_COUNT_MATCHES_DENTRIES or a length is broken at " + where);
        }
    }
}
