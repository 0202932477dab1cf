package io.cffs.backend.store;

import io.cffs.model.AclNames;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.Quota;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.txn.Mutation;
import io.cffs.txn.StagedId;
import io.cffs.txn.apply.Applier;
import io.cffs.txn.apply.LatestState;
import io.cffs.txn.apply.MutationRefused;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A small sound volume, and the tools to break single records of it below the store's own rules.
 *
 * <pre>
 *   /a      ino 2: two blocks of its own, 200,000 bytes
 *   /d      ino 3: a directory
 *   /d/e    ino 4: an empty directory, with a quota
 *   /d/f    ino 5: a file of 5 bytes, also named /g
 *   /big    ino 6: one staged block
 *   /copy   ino 8: takes over all of /a
 *   /link   ino 7: a symlink to "a"
 * </pre>
 */
public final class DamagedVolume {
    public static final Ino A = new Ino(2);
    public static final Ino D = new Ino(3);
    public static final Ino E = new Ino(4);
    public static final Ino F = new Ino(5);
    public static final Ino BIG = new Ino(6);
    public static final Ino LINK = new Ino(7);
    public static final Ino COPY = new Ino(8);
    public static final StagedId STAGED = new StagedId(new TxnId(9, 9), 0);
    /** Every commit, as everywhere, is one more; the volume is built by these three. */
    public static final CommitTs LAST = new CommitTs(3);

    private final MemoryBytes map = new MemoryBytes();
    private final MemoryBlockStore blocks = new MemoryBlockStore();
    private final OrderedVersionedStore store;

    public DamagedVolume() throws MutationRefused {
        StagedObjects staged = new StagedObjects(blocks);
        store = OrderedVersionedStore.on(map, staged, new VersionedStore.RootDirectory(0755, 0, 0, 1));
        staged.put(STAGED, Bytes.owning(new byte[131_072]));
        LatestState state = latest(staged);
        commit(state, 1, file(A), name(Ino.ROOT, "a", A, FileType.REGULAR),
                new Mutation.WriteBytes(A, 0, new Mutation.FileBytes.Inline(Bytes.owning(noise(200_000)))),
                directory(D, Ino.ROOT), name(Ino.ROOT, "d", D, FileType.DIRECTORY),
                directory(E, D), name(D, "e", E, FileType.DIRECTORY));
        commit(state, 2, new Mutation.SetQuota(E, 1000, 10, Quota.Phase.COUNTING), new Mutation.SetQuotaTree(E, E),
                file(F), name(D, "f", F, FileType.REGULAR), name(Ino.ROOT, "g", F, FileType.REGULAR),
                new Mutation.WriteBytes(F, 0, new Mutation.FileBytes.Inline(Bytes.ofUtf8("hello"))),
                new Mutation.SetXattr(F, AclNames.ACCESS, Bytes.ofUtf8("acl")),
                new Mutation.SetXattr(F, Name.of("user.x"), Bytes.ofUtf8("1")));
        commit(state, 3, new Mutation.SetQuota(E, 1000, 10, Quota.Phase.COMPLETE), file(BIG),
                name(Ino.ROOT, "big", BIG, FileType.REGULAR),
                new Mutation.WriteBytes(BIG, 0, new Mutation.FileBytes.Staged(STAGED, 0, 131_072)),
                new Mutation.CreateInode(new Inode(LINK, FileType.SYMLINK, 0777, 0, 0, 0, 1, 1, 1, 1, 1, 0, null,
                        Bytes.ofUtf8("a"))),
                name(Ino.ROOT, "link", LINK, FileType.SYMLINK),
                file(COPY), name(Ino.ROOT, "copy", COPY, FileType.REGULAR),
                new Mutation.CloneRange(COPY, 0, A, 0, 200_000));
    }

    public VersionedStore store() {
        return store;
    }

    private void commit(LatestState state, long ts, Mutation... mutations) throws MutationRefused {
        CommitHeader header = new CommitHeader(new CommitTs(ts), new TxnId(1, ts), "invocation " + ts, ts);
        store.apply(ts, header, Applier.apply(List.of(mutations), state));
    }

    private static byte[] noise(int length) {
        byte[] bytes = new byte[length];
        new java.util.SplittableRandom(5).nextBytes(bytes);
        return bytes;
    }

    private static Mutation file(Ino ino) {
        return new Mutation.CreateInode(new Inode(ino, FileType.REGULAR, 0644, 0, 0, 0, 0, 1, 1, 1, 1, 0, null, null));
    }

    private static Mutation directory(Ino ino, Ino parent) {
        return new Mutation.CreateInode(new Inode(ino, FileType.DIRECTORY, 0755, 0, 0, 2, 0, 1, 1, 1, 1, 0, parent,
                null));
    }

    private static Mutation name(Ino parent, String name, Ino ino, FileType type) {
        return new Mutation.PutDentry(parent, Name.of(name), ino, type);
    }

    /** Replaces an inode's record in place: same version, other content. */
    public void changeInode(Ino ino, UnaryOperator<Inode> change) {
        byte[] key = newest(StoreKeys.numbers(StoreKeys.INODE, ino.value()));
        Inode inode = StoreForms.inodeOf(ino, map.get(key));
        put(key, StoreForms.value(new StoredObject.InodeObject(change.apply(inode))));
    }

    /** The same for a quota. */
    public void changeQuota(Ino tree, UnaryOperator<Quota> change) {
        byte[] key = newest(StoreKeys.numbers(StoreKeys.QUOTA, tree.value()));
        Quota quota = StoreForms.quotaOf(map.get(key)).quota();
        put(key, StoreForms.value(new StoredObject.QuotaObject(change.apply(quota))));
    }

    public void removeInode(Ino ino) {
        put(newest(StoreKeys.numbers(StoreKeys.INODE, ino.value())), null);
    }

    /** Cuts an inode's record short. */
    public void truncateInodeRecord(Ino ino) {
        byte[] key = newest(StoreKeys.numbers(StoreKeys.INODE, ino.value()));
        put(key, java.util.Arrays.copyOf(map.get(key), 20));
    }

    public void putDentry(Ino parent, String name, Ino ino, FileType type) {
        byte[] object = StoreKeys.object(new ObjectKey.DentryKey(parent, Name.of(name)));
        put(StoreKeys.version(object, LAST.value()), StoreForms.value(new StoredObject.DentryObject(ino, type)));
    }

    public void removeDentry(Ino parent, String name) {
        put(newest(StoreKeys.object(new ObjectKey.DentryKey(parent, Name.of(name)))), null);
    }

    /** A name that no interface would ever let in: it holds a slash. */
    public void putIllegalDentry(Ino parent, Ino ino) {
        byte[] good = StoreKeys.version(StoreKeys.object(new ObjectKey.DentryKey(parent, Name.of("x-y"))),
                LAST.value());
        good[10] = '/';
        put(good, StoreForms.value(new StoredObject.DentryObject(ino, FileType.REGULAR)));
    }

    /** Writes a block of one byte, stored in its own record. */
    public void putBlock(Ino ino, long index) {
        BlockCodec.Encoded encoded = BlockCodec.encode(Bytes.ofUtf8("x"));
        byte[] key = StoreKeys.version(StoreKeys.object(new ObjectKey.BlockKey(ino, index)), LAST.value());
        put(key, StoreForms.place(new StoreForms.BlockPlace(StoreForms.INLINE, 1, encoded.checksum(),
                encoded.encoding(),
                encoded.stored(), null, 0, null, 1)));
    }

    /** Flips one bit of the bytes of block 0, which stand in the DATA table. */
    public void flipBitOfBlock(Ino ino) {
        byte[] key = dataKeyOf(ino);
        byte[] bytes = map.get(key);
        bytes[bytes.length / 2] ^= 1;
        put(key, bytes);
    }

    public void putXattr(Ino ino, String name) {
        byte[] object = StoreKeys.object(new ObjectKey.XattrKey(ino, Name.of(name)));
        put(StoreKeys.version(object, LAST.value()), StoreForms.value(new StoredObject.XattrObject(Bytes.EMPTY)));
    }

    public void removeBytesOfBlock(Ino ino) {
        put(dataKeyOf(ino), null);
    }

    private byte[] dataKeyOf(Ino ino) {
        byte[] key = newest(StoreKeys.numbers(StoreKeys.BLOCK, ino.value(), 0)).clone();
        key[0] = StoreKeys.DATA;
        return key;
    }

    /** Forgets that block 0 refers to bytes of another block, or of a staged object. */
    public void forgetReferenceOfBlock(Ino ino) {
        byte[] key = newest(StoreKeys.numbers(StoreKeys.BLOCK, ino.value(), 0));
        StoreForms.BlockPlace place = StoreForms.placeOf(map.get(key));
        ObjectKey.BlockKey block = new ObjectKey.BlockKey(ino, 0);
        SharedBlocks.referencesOf(place, block, StoreKeys.tsOf(key).value()).forEach(name -> put(name, null));
    }

    public void deleteStagedObject() {
        blocks.delete(StagedObjects.nameOf(STAGED));
    }

    /** Adds a version that no commit has written. */
    public void addVersionOfTheFuture(Ino ino) {
        byte[] object = StoreKeys.numbers(StoreKeys.INODE, ino.value());
        put(StoreKeys.version(object, 1000), map.get(newest(object)));
    }

    public void removeCommit(long ts) {
        put(StoreKeys.numbers(StoreKeys.COMMIT, ts), null);
    }

    /** Makes the ledger say that this commit's transaction committed at another timestamp. */
    public void moveOutcome(long ts, long to) {
        byte[] key = StoreKeys.outcome(new TxnId(1, ts));
        byte[] value = map.get(key);
        java.nio.ByteBuffer.wrap(value).putLong(to);
        put(key, value);
    }

    public void moveInvocation(long ts, long to) {
        byte[] key = StoreKeys.text(StoreKeys.INVOCATION, "invocation " + ts);
        byte[] value = map.get(key);
        java.nio.ByteBuffer.wrap(value).putLong(to);
        put(key, value);
    }

    private byte[] newest(byte[] object) {
        try (OrderedBytes.Cursor cursor = map.cursor()) {
            if (!cursor.seek(object, object) || !StoreKeys.isVersionOf(cursor.key(), object)) {
                throw new AssertionError("the volume has no such record");
            }
            return cursor.key();
        }
    }

    private void put(byte[] key, byte[] value) {
        try (OrderedBytes.Batch batch = map.batch()) {
            if (value == null) {
                batch.delete(key);
            } else {
                batch.put(key, value);
            }
            map.write(batch);
        }
    }

    private LatestState latest(StagedObjects staged) {
        return new Latest(staged);
    }

    private final class Latest implements LatestState {
        private final StagedObjects staged;

        Latest(StagedObjects staged) {
            this.staged = staged;
        }

        @Override
        public Inode inode(Ino ino) {
            VersionedStore.Version version = store.latest(new ObjectKey.InodeKey(ino));
            return version == null ? null : ((StoredObject.InodeObject) version.object()).inode();
        }

        @Override
        public StoredObject.DentryObject dentry(Ino parent, Name name) {
            VersionedStore.Version version = store.latest(new ObjectKey.DentryKey(parent, name));
            return version == null ? null : (StoredObject.DentryObject) version.object();
        }

        @Override
        public Bytes block(Ino ino, long index) {
            return VersionedStore.rawOf(store.latest(new ObjectKey.BlockKey(ino, index)));
        }

        @Override
        public int blockPages(Ino ino, long index) {
            return store.blockPages(new ObjectKey.BlockKey(ino, index), new CommitTs(Long.MAX_VALUE));
        }

        @Override
        public long allocatedPages(Ino ino, long firstIndex, long lastIndex) {
            return store.allocatedPages(ino, firstIndex, lastIndex);
        }

        @Override
        public Bytes xattr(Ino ino, Name name) {
            return null;
        }

        @Override
        public Quota quota(Ino tree) {
            VersionedStore.Version version = store.latest(new ObjectKey.QuotaKey(tree));
            return version == null ? null : ((StoredObject.QuotaObject) version.object()).quota();
        }

        @Override
        public long volumeBytes() {
            return store.progress().fileBytes();
        }

        @Override
        public long volumeInodes() {
            return store.progress().inodeCount();
        }

        @Override
        public long stagedLengthBytes(StagedId object) {
            return staged.lengthBytes(object);
        }

        @Override
        public Bytes stagedBytes(StagedId object, long offsetBytes, int lengthBytes) {
            return staged.read(object, offsetBytes, lengthBytes);
        }
    }
}
