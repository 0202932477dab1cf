package io.cffs.txn.apply;

import io.cffs.model.AclNames;
import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.InodeFlags;
import io.cffs.model.Inode;
import io.cffs.model.ObjectKey.DentryKey;
import io.cffs.model.ObjectKey.InodeKey;
import io.cffs.model.ObjectKey.XattrKey;
import io.cffs.model.StoredObject.DentryObject;
import io.cffs.model.StoredObject.InodeObject;
import io.cffs.model.StoredObject.XattrObject;
import io.cffs.txn.Mutation;
import io.cffs.txn.validate.WriteFootprint;
import io.cffs.txn.validate.WriteFootprint.Change;
import io.cffs.txn.validate.WriteFootprint.Field;
import io.cffs.txn.validate.WriteFootprint.NameChange;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The one fold from a commit's mutations to changes of stored objects.
 *
 * <p>Mutations say what a transaction did to names, lengths, bytes and fields. What follows from that for the whole is
 * computed here, against the latest state, so that commits which validated merge:
 * <ul>
 *   <li>link counts of files, entry counts (sizes), link counts and parents of directories, from dentries
 *       ({@code LINK_COUNT_MATCHES_DENTRIES});
 *   <li>how many extended attributes an inode has and which ACLs, from their settings;
 *   <li>to which quota tree a new inode counts, from the directory that holds it, and what each quota has used
 *       ({@code QUOTA_MATCHES_TREE});
 *   <li>an inode that ends without a name dies with its content; names may go and come back on the way, so that a
 *       rename is a removal and an addition. A directory that ends without a name must be empty;
 *   <li>a cut shortens only what is longer, an extension lengthens only what is shorter, an append goes to the end as
 *       it is then, parts of blocks are merged into what is stored;
 *   <li>of two times that raced the later stays; see {@link Mutation.SetTimes}.
 * </ul>
 * A created regular file starts with the length that its {@link Mutation.CreateInode} states and without blocks.
 *
 * <p>A fold must run before the commit is logged, on a state that includes every commit ordered before it: it may still
 * refuse (a name that is not as stated, an inode that is not there), and what it changed feeds the next validation.
 * Pure: the same mutations and state give the same effects in the same order. One instance per commit, one thread.
 */
public final class Applier {
    private final LatestState state;
    private final MergeRoom room = new MergeRoom();
    private final Map<Ino, InodeFold> inodes = new LinkedHashMap<>();
    private final Map<DentryKey, DentryFold> dentries = new LinkedHashMap<>();
    private final Map<XattrKey, XattrFold> xattrs = new LinkedHashMap<>();
    private final QuotaFold quotas;

    /** {@code before} and {@code now} are null for an absent name. */
    record DentryFold(DentryObject before, DentryObject now) {}

    /** {@code before} and {@code now} are null for an absent attribute. */
    private record XattrFold(Bytes before, Bytes now) {}

    private Applier(LatestState state) {
        this.state = state;
        this.quotas = new QuotaFold(state);
    }

    /**
     * Folds the mutations of one commit, in their order.
     *
     * @throws MutationRefused when they do not fit the state; then nothing may take effect
     */
    public static Applied apply(List<Mutation> mutations, LatestState state) throws MutationRefused {
        Applier applier = new Applier(state);
        for (Mutation mutation : mutations) {
            applier.fold(mutation);
        }
        return applier.finish();
    }

    private void fold(Mutation mutation) throws MutationRefused {
        switch (mutation) {
            case Mutation.CreateInode create -> create(create.inode());
            case Mutation.PutDentry put -> putDentry(put);
            case Mutation.RemoveDentry remove -> removeDentry(remove);
            case Mutation.SetIdentity set -> inode(set.ino()).set(set);
            case Mutation.SetFlags set -> inode(set.ino()).set(set);
            case Mutation.SetTimes set -> inode(set.ino()).set(set);
            case Mutation.SetLength set ->
                    inode(set.ino()).file(state, room).setLength(set.cutToBytes(), set.extendToBytes());
            case Mutation.WriteBytes write -> inode(write.ino()).file(state, room).write(write.offset(), write.data());
            case Mutation.PunchHole punch ->
                    inode(punch.ino()).file(state, room).punch(punch.offset(), punch.lengthBytes());
            case Mutation.CloneRange clone -> inode(clone.ino()).file(state, room).copyBlocks(clone);
            case Mutation.Append append -> inode(append.ino()).file(state, room).append(append.data());
            case Mutation.SetXattr set -> setXattr(new XattrKey(set.ino(), set.name()), set.value());
            case Mutation.RemoveXattr remove -> setXattr(new XattrKey(remove.ino(), remove.name()), null);
            case Mutation.SetQuota set -> {
                directory(set.tree());
                quotas.set(set);
            }
            case Mutation.RemoveQuota remove -> quotas.remove(remove.tree());
            case Mutation.SetQuotaTree set -> {
                InodeFold counted = inode(set.ino());
                quotas.count(counted.now, set.tree());
                counted.countTo(set.tree());
            }
        }
    }

    private InodeFold inode(Ino ino) throws MutationRefused {
        InodeFold known = inodes.get(ino);
        if (known != null) {
            return known;
        }
        Inode stored = state.inode(ino);
        if (stored == null) {
            throw InodeFold.malformed("the request changes an inode that does not exist: " + ino);
        }
        InodeFold fold = InodeFold.existing(stored);
        inodes.put(ino, fold);
        return fold;
    }

    private InodeFold directory(Ino ino) throws MutationRefused {
        InodeFold fold = inode(ino);
        if (!fold.now.isDirectory()) {
            throw InodeFold.malformed("the request puts names into an inode that is no directory: " + ino);
        }
        return fold;
    }

    private void create(Inode sent) throws MutationRefused {
        if (inodes.containsKey(sent.ino()) || state.inode(sent.ino()) != null) {
            throw InodeFold.malformed("the request creates an inode that exists: " + sent.ino());
        }
        if (sent.type() == FileType.REGULAR && sent.sizeBytes() < 0) {
            throw InodeFold.malformed("the request creates a file of negative length: " + sent.ino());
        }
        inodes.put(sent.ino(), InodeFold.created(sent));
    }

    private void putDentry(Mutation.PutDentry put) throws MutationRefused {
        InodeFold parent = directory(put.parent());
        InodeFold named = named(put.ino(), put.type());
        DentryKey key = new DentryKey(put.parent(), put.name());
        DentryFold fold = dentry(key);
        if (fold.now() != null) {
            throw InodeFold.malformed("the request adds a name that exists, in " + put.parent());
        }
        dentries.put(key, new DentryFold(fold.before(), new DentryObject(put.ino(), put.type())));
        parent.entriesChanged(+1, put.type());
        named.nameAdded(put.parent());
    }

    private void removeDentry(Mutation.RemoveDentry remove) throws MutationRefused {
        InodeFold parent = directory(remove.parent());
        InodeFold named = named(remove.ino(), remove.type());
        DentryKey key = new DentryKey(remove.parent(), remove.name());
        DentryFold fold = dentry(key);
        if (!new DentryObject(remove.ino(), remove.type()).equals(fold.now())) {
            throw InodeFold.malformed("the request removes a name that does not name " + remove.ino() + ", in "
                    + remove.parent());
        }
        dentries.put(key, new DentryFold(fold.before(), null));
        parent.entriesChanged(-1, remove.type());
        named.nameRemoved();
    }

    private InodeFold named(Ino ino, FileType type) throws MutationRefused {
        InodeFold fold = inode(ino);
        if (fold.now.type() != type) {
            throw InodeFold.malformed("a name states another type than its inode has: " + ino);
        }
        return fold;
    }

    private DentryFold dentry(DentryKey key) {
        DentryFold known = dentries.get(key);
        if (known != null) {
            return known;
        }
        DentryObject stored = state.dentry(key.parent(), key.name());
        return new DentryFold(stored, stored);
    }

    private void setXattr(XattrKey key, Bytes value) throws MutationRefused {
        InodeFold owner = inode(key.ino());
        XattrFold known = xattrs.get(key);
        if (known == null) {
            Bytes stored = owner.before == null ? null : state.xattr(key.ino(), key.name());
            known = new XattrFold(stored, stored);
        }
        xattrs.put(key, new XattrFold(known.before(), value));
        int delta = (value == null ? 0 : 1) - (known.now() == null ? 0 : 1);
        if (delta != 0) {
            owner.xattrsChanged(delta, AclNames.flagOf(key.name()));
        }
    }

    private Applied finish() throws MutationRefused {
        List<Effect> effects = new ArrayList<>();
        List<Effect> blocks = new ArrayList<>();
        List<Change> changes = new ArrayList<>();
        long inodeCountDelta = 0;
        long fileBytesDelta = 0;
        new QuotaTrees(inodes, dentries, quotas.counts()).settle();
        for (InodeFold fold : inodes.values()) {
            fold.close();
            finishInode(fold, effects, blocks, changes);
            inodeCountDelta += (fold.dies() ? 0 : 1) - (fold.before == null ? 0 : 1);
            fileBytesDelta += quotas.charge(fold);
        }
        dentries.forEach((key, fold) -> finishDentry(key, fold, effects, changes));
        xattrs.forEach((key, fold) -> finishXattr(key, fold, effects, changes));
        quotas.finish(effects);
        effects.addAll(blocks);
        return new Applied(effects, new WriteFootprint(changes), inodeCountDelta, fileBytesDelta);
    }

    private void finishInode(InodeFold fold, List<Effect> effects, List<Effect> blocks, List<Change> changes)
            throws MutationRefused {
        EnumSet<Field> changed = fold.changedFields();
        if (!changed.isEmpty()) {
            changes.add(new Change.OfFields(fold.ino(), changed));
        }
        if (fold.protectionChanged()) {
            changes.add(new Change.OfXattr(Ino.ROOT, InodeFlags.PROTECTION, NameChange.REPLACED));
        }
        if (fold.dies()) {
            if (fold.now.isDirectory() && fold.now.sizeBytes() != 0) {
                throw InodeFold.malformed("the request removes a directory that is not empty: " + fold.ino());
            }
            if (fold.before != null) {
                effects.add(new Effect.DeleteInodeContent(fold.ino()));
                effects.add(new Effect.Delete(new InodeKey(fold.ino())));
            }
            return;
        }
        // With new content the inode is put even when it says the same as before (a clock was behind): who knows the
        // version of an inode knows the version of all that it holds.
        if (!fold.now.equals(fold.before) || fold.touchedFile() != null) {
            effects.add(new Effect.Put(new InodeKey(fold.ino()), new InodeObject(fold.now)));
        }
        if (fold.touchedFile() != null) {
            fold.touchedFile().emit(blocks);
            if (fold.before != null) {
                fold.touchedFile().noteChanges(changes);
            }
        }
    }

    private void finishDentry(DentryKey key, DentryFold fold, List<Effect> effects, List<Change> changes) {
        if (Objects.equals(fold.before(), fold.now())) {
            return;
        }
        effects.add(fold.now() == null ? new Effect.Delete(key) : new Effect.Put(key, fold.now()));
        if (inodes.get(key.parent()).before != null) {
            changes.add(new Change.OfName(key.parent(), key.name(), kindOf(fold.before(), fold.now())));
        }
    }

    private static NameChange kindOf(Object before, Object now) {
        return before == null ? NameChange.ADDED : now == null ? NameChange.REMOVED : NameChange.REPLACED;
    }

    private void finishXattr(XattrKey key, XattrFold fold, List<Effect> effects, List<Change> changes) {
        InodeFold owner = inodes.get(key.ino());
        if (owner.dies() || Objects.equals(fold.before(), fold.now())) {
            return;
        }
        effects.add(fold.now() == null
                ? new Effect.Delete(key)
                : new Effect.Put(key, new XattrObject(fold.now())));
        if (owner.before != null) {
            changes.add(new Change.OfXattr(key.ino(), key.name(), kindOf(fold.before(), fold.now())));
        }
    }
}
