package io.cffs.txn;

import io.cffs.model.FileType;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.StoredObject.DentryObject;
import java.util.List;
import java.util.NavigableMap;

/**
 * What a transaction has done to one inode: attributes, and for a directory its names, for a file its bytes. The
 * {@link Inode} that others see is built when it is asked for. Not thread-safe.
 */
final class InodeOverlay {
    private final TransactionCore core;
    private final Inode stored;
    /** Of one that is new: as it was seen last, so that there is one of them and not two. */
    private Inode first;
    private Inode view;

    private int permissions;
    private int uid;
    private int gid;
    private int flags;
    private long links;
    private long entryCount;
    private long atimeNanos;
    private long mtimeNanos;
    private long ctimeNanos;
    private boolean atimeExplicit;
    private boolean mtimeExplicit;
    private boolean hadName;
    private Ino parent;
    private FileOverlay file;
    private Charge settled;
    private boolean unsettled;
    private XattrChanges xattrs;
    private NameChanges names;
    private boolean touched;
    private int weighedChanges;
    private int weighedRequestBytes;
    private int weighedHeapBytes;

    /** What quotas count of an inode. */
    record Charge(long bytes, long inodes) {
        static final Charge NONE = new Charge(0, 0);
        private static final Charge EMPTY = new Charge(0, 1);

        static Charge of(long bytes) {
            return bytes == 0 ? EMPTY : new Charge(bytes, 1);
        }
    }

    /** @param created {@code inode} is new, with no links yet; else it is what the snapshot holds */
    InodeOverlay(TransactionCore core, Inode inode, boolean created) {
        this.core = core;
        this.stored = created ? null : inode;
        this.first = inode;
        this.view = inode;
        this.permissions = inode.permissions();
        this.uid = inode.uid();
        this.gid = inode.gid();
        this.flags = inode.flags();
        this.links = inode.links();
        this.entryCount = inode.sizeBytes();
        this.atimeNanos = inode.atimeNanos();
        this.mtimeNanos = inode.mtimeNanos();
        this.ctimeNanos = inode.ctimeNanos();
        this.parent = inode.parent();
        this.settled = created ? Charge.NONE : Charge.of(inode.allocatedBytes());
    }

    Ino ino() {
        return first.ino();
    }

    FileType type() {
        return first.type();
    }

    boolean isCreated() {
        return stored == null;
    }

    /** Null for none. */
    Ino quotaTree() {
        return first.quotaTree();
    }

    private void chargeMoves() {
        view = null;
        if (!unsettled) {
            unsettled = true;
            core.quotas().touched(this);
        }
    }

    /**
     * How much more the inode costs than when this was asked before, or than stored; one without a name: nothing. May
     * throw {@link SnapshotMiss}; then it has not been asked.
     */
    Charge settleCharge() {
        unsettled = false;
        Charge now = isOrphan() ? Charge.NONE : Charge.of(allocatedBytes());
        Charge before = settled;
        settled = now;
        return new Charge(settled.bytes() - before.bytes(), settled.inodes() - before.inodes());
    }

    /** It has been given a name here. */
    boolean hasHadName() {
        return hadName;
    }

    /** No name leads to it any more, as far as this transaction can see. */
    boolean isOrphan() {
        return links == 0;
    }

    Inode view() {
        if (view == null) {
            boolean target = first.type() == FileType.SYMLINK;
            long size = target ? first.sizeBytes() : file != null ? file.lengthBytes() : entryCount;
            view = new Inode(first.ino(), first.type(), permissions, uid, gid, links, size, atimeNanos, mtimeNanos,
                    ctimeNanos, first.btimeNanos(), first.rdev(), parent, first.symlinkTarget(),
                    xattrs == null ? first.xattrCount() : xattrs.count(),
                    flags | (xattrs == null ? first.aclFlags() : xattrs.aclFlags()), first.quotaTree(),
                    first.allocatedBytes());
            first = isCreated() ? view : first;
        }
        return view;
    }

    /** Null when its bytes and length are as stored. */
    FileOverlay file() {
        return file;
    }

    /** What the file takes in bytes. May throw {@link SnapshotMiss}; records nothing. */
    long allocatedBytes() {
        return file == null ? first.allocatedBytes() : new VisiblePages(core, ino(), stored, file).allocatedBytes();
    }

    /** For a change: the caller may alter the length through what it gets. */
    FileOverlay fileForWriting() {
        if (file == null) {
            file = new FileOverlay(core, ino(), isCreated() ? 0 : stored.sizeBytes(), isCreated());
        }
        chargeMoves();
        return file;
    }

    /** Null when this transaction has touched no extended attribute of it. */
    XattrChanges xattrs() {
        return xattrs;
    }

    /** For a change. */
    XattrChanges xattrsForWriting() {
        if (xattrs == null) {
            xattrs = new XattrChanges(first, isCreated());
        }
        view = null;
        return xattrs;
    }

    /** Null when this transaction has not touched the name. */
    NameChanges.Change nameChange(Name name) {
        return names == null ? null : names.of(name);
    }

    /** Null when this transaction has touched no name there. */
    NavigableMap<Name, NameChanges.Change> names() {
        return names == null ? null : names.byName();
    }

    /** A name that was put here: the directory is not empty, whatever is stored. */
    boolean holdsOwnEntry() {
        return names != null && names.holdsOwnEntry();
    }

    void setName(Name name, DentryObject seen, DentryObject now) {
        if (names == null) {
            names = new NameChanges();
        }
        entryCount += names.set(name, seen, now);
        view = null;
    }

    void addLinks(long delta) {
        links += delta;
        hadName |= delta > 0;
        chargeMoves();
    }

    void setLinks(long newLinks) {
        links = newLinks;
        chargeMoves();
    }

    void setParent(Ino directory) {
        parent = directory;
        view = null;
    }

    void setIdentity(int newPermissions, int newUid, int newGid) {
        permissions = newPermissions;
        uid = newUid;
        gid = newGid;
        view = null;
    }

    void setFlags(int newFlags) {
        flags = newFlags;
        view = null;
    }

    void setAtime(long nanos, boolean explicit) {
        atimeNanos = nanos;
        atimeExplicit = explicit;
        view = null;
    }

    void setMtime(long nanos, boolean explicit) {
        mtimeNanos = nanos;
        mtimeExplicit = explicit;
        view = null;
    }

    void setCtime(long nanos) {
        ctimeNanos = nanos;
        view = null;
    }

    /** Something that is lost when the inode dies: its bytes, its identity or its attributes were changed. */
    boolean hasContentEffects() {
        return identityChanged() || flagsChanged() || xattrs != null || (file != null && file.hasEffects());
    }

    /** A commit has something to do here, an access time that passed by apart. */
    boolean hasEffects() {
        if (isCreated()) {
            return !isOrphan();
        }
        if (netNameChanges()) {
            return true;
        }
        if (isOrphan()) {
            return false;
        }
        return timesAreSent() || hasContentEffects();
    }

    /** Access times that passed by apart. */
    private boolean timesAreSent() {
        boolean touched = mtimeNanos != stored.mtimeNanos() || ctimeNanos != stored.ctimeNanos();
        return atimeExplicit || mtimeExplicit || (touched && !onlyCameAndWent());
    }

    /**
     * A directory in which names came and went and that holds in the end what it held: it keeps its times, so that
     * temporary files cost no commit.
     */
    private boolean onlyCameAndWent() {
        return names != null && !netNameChanges() && !hasContentEffects();
    }

    /** The new inode as a commit sends it: what follows from dentries is left empty. */
    void collectCreation(List<Mutation> into) {
        Inode inode = view();
        long size = inode.type() == FileType.SYMLINK ? inode.sizeBytes() : 0;
        first = inode.withLinks(0).withSize(size);
        view = null;
        into.add(new Mutation.CreateInode(first));
    }

    void collectRemovedNames(List<Mutation> into) {
        if (names != null) {
            names.collectRemoved(ino(), into);
        }
    }

    void collectAddedNames(List<Mutation> into) {
        if (names != null) {
            names.collectAdded(ino(), into);
        }
    }

    /** Identity, bytes and times of an inode that lives on. */
    void collectAttributes(FileBytesSource source, List<Mutation> into) throws FsException {
        if (identityChanged()) {
            into.add(new Mutation.SetIdentity(ino(), permissions, uid, gid));
        }
        if (flagsChanged()) {
            into.add(new Mutation.SetFlags(ino(), flags));
        }
        if (xattrs != null) {
            xattrs.collect(ino(), into);
        }
        if (file != null) {
            file.collect(source, into);
        }
        if (isCreated() || (onlyCameAndWent() && !timesAreSent())) {
            return;
        }
        Mutation.TimeChange atime = timeChange(stored.atimeNanos(), atimeNanos, atimeExplicit);
        Mutation.TimeChange mtime = timeChange(stored.mtimeNanos(), mtimeNanos, mtimeExplicit);
        Mutation.TimeChange ctime = timeChange(stored.ctimeNanos(), ctimeNanos, false);
        if (atime != null || mtime != null || ctime != null) {
            into.add(new Mutation.SetTimes(ino(), atime, mtime, ctime));
        }
    }

    /** Moves everything out, for the next transaction; this one has nothing more to do with it. */
    Orphan leave(boolean yetUnnamed) {
        Inode last = xattrs == null ? view().withLinks(0).withXattrs(0, 0) : view().withLinks(0);
        PageTable pages = type() == FileType.REGULAR ? new PageTable() : null;
        if (file != null) {
            pages.takeOver(file.pages(), 0);
        }
        return new Orphan(last, yetUnnamed, pages, xattrs == null ? null : xattrs.ofNew());
    }

    /** Made anew from what another transaction has left. */
    void resume(Orphan orphan, long stamp) {
        hadName = !orphan.isYetUnnamed();
        xattrs = orphan.xattrs();
        if (orphan.pages() != null) {
            FileOverlay resumed = fileForWriting();
            resumed.reach(orphan.inode().sizeBytes());
            resumed.pages().takeOver(orphan.pages(), stamp);
        }
        view = null;
    }

    void free() {
        if (file != null) {
            file.free();
        }
    }

    private boolean identityChanged() {
        return stored != null && (permissions != stored.permissions() || uid != stored.uid() || gid != stored.gid());
    }

    private boolean flagsChanged() {
        return stored != null && flags != stored.flags();
    }

    private boolean netNameChanges() {
        return names != null && names.haveEffects();
    }

    /** Its weight will have changed. False when that is known. */
    boolean markTouched() {
        boolean news = !touched;
        touched = true;
        return news;
    }

    /** How much more it weighs than when this was asked before. */
    Weight reweigh() {
        touched = false;
        Weight before = weighed();
        Weight now = weight();
        weighedChanges = (int) now.changes();
        weighedRequestBytes = (int) Math.min(now.requestBytes(), Integer.MAX_VALUE);
        weighedHeapBytes = (int) Math.min(now.heapBytes(), Integer.MAX_VALUE);
        return weighed().minus(before);
    }

    /** What it weighed when that was asked last. */
    Weight weighed() {
        return new Weight(weighedChanges, weighedRequestBytes, weighedHeapBytes);
    }

    private Weight weight() {
        if (isCreated() && isOrphan()) {
            return Weight.unsent(first, file);
        }
        Weight weight = isCreated() ? Weight.ofNew(first)
                : isOrphan() ? Weight.ofRemoved(first) : Weight.ofTouched(first);
        if (names != null) {
            weight = weight.plus(names.weight());
        }
        if (xattrs != null) {
            weight = weight.plus(xattrs.weight());
        }
        if (identityChanged() || flagsChanged()) {
            weight = weight.plus(Weight.OF_IDENTITY);
        }
        return file == null ? weight : weight.plus(Weight.of(file));
    }

    private static Mutation.TimeChange timeChange(long fromNanos, long toNanos, boolean explicit) {
        return explicit || fromNanos != toNanos ? new Mutation.TimeChange(fromNanos, toNanos, explicit) : null;
    }
}
