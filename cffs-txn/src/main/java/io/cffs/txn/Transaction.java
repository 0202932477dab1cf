package io.cffs.txn;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.StoredObject.DentryObject;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.port.BackendPort.InoRange;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.PageFrames;
import io.cffs.txn.port.Ticker;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One attempt: a private view of the tree (the snapshot under what was written here), the set of what was read and the
 * set of what was written.
 *
 * <p><b>Operations are in {@code io.cffs.txn.ops}</b>; this class is what they are made of. It knows what is seen and
 * must be recorded, but no permission and no refusal beyond "no such inode". Two rules hold it together:
 * <ul>
 * <li><b>Restartable.</b> Any read may throw {@link SnapshotMiss}; the session then fetches and runs the operation
 *     again. So an operation does all its reads before its first change, and methods that change take what was read
 *     ({@link Inode}, {@link DentryObject}). Reads of a run that missed stay recorded: the next records the same.
 * <li><b>Own work is no read.</b> What this transaction wrote itself nobody else can have changed by its commit, so
 *     seeing it records nothing; nor does anything about an inode that was created here.
 * </ul>
 *
 * <p>{@link #inode} alone records nothing: which part of an inode matters, only the operation knows ({@link
 * #readIdentity} ...). Not thread-safe: one thread at a time, under the session's lock. {@link #discard} must be called
 * in the end, whatever the outcome.
 */
public final class Transaction {
    /** Most bytes that are appended to a file blindly, in bytes; a file that gets more has its length read instead. */
    public static final int BLIND_APPEND_BYTES_MAX = 1024 * 1024;
    /** How many inode numbers to ask for at once. */
    public static final int INO_BATCH = 256;

    private final TransactionCore core;
    private final Ticker ticker;
    private final TransactionOptions options;
    private final ReadSet reads;
    private final WriteSet writes;
    private final Orphans orphans;
    private final Xattrs xattrs;
    private final FreshInos inos = new FreshInos();

    /**
     * @param snapshot what this attempt sees
     * @param frames where written pages go; this transaction frees what it takes
     */
    public Transaction(Snapshot snapshot, PageFrames frames, Ticker ticker, TransactionOptions options) {
        this.reads = new ReadSet(CommitRequest.READS_MAX);
        this.core = new TransactionCore(snapshot, frames, reads, new WriteRoom(options.limits(), reads));
        this.ticker = ticker;
        this.options = options;
        this.writes = new WriteSet(core);
        this.orphans = new Orphans(core, writes);
        this.xattrs = new Xattrs(core, writes);
    }

    public CommitTs snapshotAt() {
        return core.snapshot().at();
    }

    public TransactionOptions options() {
        return options;
    }

    public ReadSet reads() {
        return reads;
    }

    /** What quotas leave to this transaction. */
    public QuotaRoom quotas() {
        return core.quotas();
    }

    /** How much more it may change. */
    public WriteRoom room() {
        return core.room();
    }

    public Xattrs xattrs() {
        return xattrs;
    }

    /** What somebody has open and no name leads to. */
    public Orphans orphans() {
        return orphans;
    }

    /** Holes, and ranges that one file takes over from another. */
    public FileRanges ranges() {
        return new FileRanges(core, writes);
    }

    /** Where a file's data and holes are. */
    public FileHoles holes() {
        return new FileHoles(core, writes);
    }

    /** The inode as this transaction sees it; STALE when there is none. Records nothing. */
    public Inode inode(Ino ino) throws FsException {
        InodeOverlay overlay = writes.of(ino);
        Inode found = overlay != null ? overlay.view() : core.snapshot().inode(ino);
        if (found == null) {
            throw new FsException(FsError.STALE);
        }
        return found;
    }

    /** As {@link #inode}, and NOT_A_DIRECTORY when it is none. */
    public Inode directory(Ino ino) throws FsException {
        if (!inode(ino).isDirectory()) {
            throw new FsException(FsError.NOT_A_DIRECTORY);
        }
        return inode(ino);
    }

    /** What the name names, or null; either is recorded. */
    public DentryObject child(Ino directory, Name name) {
        InodeOverlay overlay = writes.of(directory);
        if (overlay != null) {
            NameChanges.Change change = overlay.nameChange(name);
            if (change != null) {
                return change.now();
            }
            if (overlay.isCreated()) {
                return null;
            }
        }
        DentryObject stored = core.snapshot().dentry(directory, name);
        reads.name(directory, name, stored != null);
        return stored;
    }

    /** Permissions, uid, gid and flags matter. */
    public void readIdentity(Ino ino) {
        if (!writes.isCreated(ino)) {
            reads.identity(ino);
        }
    }

    /** The count of a file's links matters. */
    public void readLinks(Ino ino) {
        if (!writes.isCreated(ino)) {
            reads.links(ino);
        }
    }

    /** The times matter: recorded with strict times only. */
    public void readTimes(Ino ino) {
        if (options.strictTimes() && !writes.isCreated(ino)) {
            reads.times(ino);
        }
    }

    /** Where a directory is matters. */
    public void readParent(Ino directory) {
        if (!writes.isCreated(directory)) {
            reads.parent(directory);
        }
    }

    /** The exact length of a file matters. Bytes appended blindly find their place now. */
    public void readLength(Ino ino) throws FsException {
        writes.readLength(ino);
    }

    /** Whether a directory has no entries; recorded unless a name that was put here decides. */
    public boolean isEmpty(Inode directory) {
        InodeOverlay overlay = writes.of(directory.ino());
        boolean own = overlay != null && (overlay.isCreated() || overlay.holdsOwnEntry());
        if (!own) {
            reads.emptiness(directory.ino());
        }
        return directory.sizeBytes() == 0;
    }

    /** Names after {@code after} (null: from the start) in byte order, with own changes; the listing is recorded. */
    public DirectoryPage list(Ino directory, Name after, int limit) throws FsException {
        DirectoryPage page = Listings.list(core.snapshot(), writes, directory, after, limit);
        if (!writes.isCreated(directory)) {
            reads.listing(directory);
        }
        return page;
    }

    /**
     * Fills {@code target} with the file's bytes from {@code offset} on. Records pages and the length relied on.
     *
     * @param file a regular file, as {@link #inode} gave it
     * @return how many bytes; 0 at or after the end. On SnapshotMiss the target's position is unmoved
     */
    public int read(Inode file, long offset, ByteBuffer target) throws FsException {
        InodeOverlay overlay = writes.of(file.ino());
        if (overlay != null && overlay.file() != null) {
            return overlay.file().read(offset, target);
        }
        return overlay != null && overlay.isCreated() ? 0 : StoredReads.read(core, file, offset, target);
    }

    /** Whether the bytes and the length of a file are those of the snapshot: nothing of them was changed here. */
    public boolean isAsStored(Ino ino) {
        return writes.isAsStored(ino);
    }

    // Changing. All of it takes what was read before.

    /** @throws FsException READ_ONLY when this transaction may change nothing */
    public void requireWritable() throws FsException {
        if (options.readOnly()) {
            throw new FsException(FsError.READ_ONLY);
        }
    }

    /** Wall clock in nanoseconds since 1970, for file times. */
    public long nowNanos() {
        return ticker.wallNanos();
    }

    /** Before a creation: throws {@link SnapshotMiss} when no fresh inode number is at hand. */
    public void requireIno() {
        inos.require();
    }

    /** Hands in fresh inode numbers; those of the range before are forgotten. */
    public void giveInos(InoRange range) {
        inos.give(range);
    }

    /** Those that were handed in and not used; its count may be 0. */
    public InoRange unusedInos() {
        return inos.unused();
    }

    /** A new inode without a name, to be named in this directory. */
    public Inode create(FileType type, int permissions, int uid, int gid, long rdev, Inode directory, Bytes target) {
        long now = nowNanos();
        long size = target == null ? 0 : target.length();
        Ino parent = type == FileType.DIRECTORY ? directory.ino() : null;
        Inode inode = new Inode(inos.take(), type, permissions, uid, gid, 0, size, now, now, now, now, rdev, parent,
                target).withQuotaTree(directory.quotaTree());
        writes.create(inode);
        return inode;
    }

    /** Names {@code child} in the directory. The name was seen absent, or was removed here. */
    public void putName(Inode directory, Name name, Inode child) {
        InodeOverlay holder = writes.open(directory);
        InodeOverlay named = writes.open(child);
        holder.setName(name, null, new DentryObject(child.ino(), child.type()));
        if (child.isDirectory()) {
            holder.addLinks(1);
            named.setParent(directory.ino());
            named.addLinks(named.isOrphan() ? 2 : 0);
        } else {
            named.addLinks(1);
        }
    }

    /** Removes a name that was seen to name {@code child}. */
    public void removeName(Inode directory, Name name, Inode child) {
        InodeOverlay holder = writes.open(directory);
        InodeOverlay named = writes.open(child);
        holder.setName(name, new DentryObject(child.ino(), child.type()), null);
        (child.isDirectory() ? holder : named).addLinks(-1);
    }

    /** A directory that was removed, or a file whose last name was: what nobody holds open is dropped. */
    public void dropIfOrphan(Inode inode) {
        InodeOverlay overlay = writes.of(inode.ino());
        if (overlay != null && inode.isDirectory()) {
            overlay.setLinks(0);
        } else if (overlay != null) {
            orphans.nameLost(overlay);
        }
    }

    public void setIdentity(Inode inode, int permissions, int uid, int gid) {
        writes.open(inode).setIdentity(permissions, uid, gid);
    }

    /** A file that was made here and has never had a name. */
    public boolean isYetUnnamed(Ino ino) {
        return writes.isCreated(ino) && !writes.of(ino).hasHadName();
    }

    /** The access time passed by. */
    public void touchAtime(Inode inode, long nanos) {
        writes.open(inode).setAtime(nanos, false);
    }

    /** The content changed: mtime and ctime. */
    public void touchContent(Inode inode, long nanos) {
        InodeOverlay overlay = writes.open(inode);
        overlay.setMtime(nanos, false);
        overlay.setCtime(nanos);
    }

    /** An attribute or a link changed: ctime. */
    public void touchStatus(Inode inode, long nanos) {
        writes.open(inode).setCtime(nanos);
    }

    /** utimensat. */
    public void setAtime(Inode inode, long nanos) {
        writes.open(inode).setAtime(nanos, true);
    }

    /** utimensat. */
    public void setMtime(Inode inode, long nanos) {
        writes.open(inode).setMtime(nanos, true);
    }

    /** Overwrites bytes. On SnapshotMiss and on a refusal nothing has changed, the source's position included. */
    public void write(Inode file, long offset, ByteBuffer source) throws FsException {
        new QuotaNeeds(core, writes).requireWrite(file, offset, offset + source.remaining());
        writes.open(file).fileForWriting().write(offset, source);
    }

    /** Appends, blindly where that is possible. On SnapshotMiss and on NO_SPACE nothing has changed. */
    public void append(Inode file, ByteBuffer source) throws FsException {
        new QuotaNeeds(core, writes).requireAppend(file, source.remaining());
        writes.open(file).fileForWriting().append(source);
    }

    /** Makes the file exactly this long, without reading its length. */
    public void truncate(Inode file, long lengthBytes) throws FsException {
        writes.open(file).fileForWriting().truncate(lengthBytes);
    }

    /** A handle was opened: the inode's bytes stay usable until {@link #release}, even without a name. */
    public void retain(Ino ino) {
        orphans.retain(ino);
    }

    /** A handle was closed. With the last one of a file without names its bytes go. */
    public void release(Ino ino) {
        orphans.release(ino, writes.of(ino));
    }

    /** Whether this transaction has done anything to the inode, access times included. */
    public boolean isChanged(Ino ino) {
        return writes.of(ino) != null;
    }

    /** Whether a commit would change nothing. Access times that passed by alone are not worth one. */
    public boolean isReadOnly() {
        return !writes.hasEffects();
    }

    /** Written bytes of files that still have a name, by inode number and offset, blind appends after the rest. */
    public List<DirtyRun> dirtyRuns() {
        return writes.dirtyRuns();
    }

    /** Copies bytes of a run, from its {@code from}-th on, until {@code target} is full. */
    public void readDirty(DirtyRun run, long from, ByteBuffer target) throws FsException {
        writes.of(run.ino()).file().readRun(run, from, target);
    }

    /** Grows whenever bytes of this 128 KiB block are written; 0 when none were. A copy of the same stamp is right. */
    public long changedAt(Ino ino, long blockIndex) {
        return writes.changedAt(ino, blockIndex);
    }

    /** How many page frames hold written bytes, appended ones not counted. */
    public long dirtyPageCount() {
        return writes.dirtyPageCount();
    }

    /**
     * What the backend needs to decide.
     *
     * @throws FsException when bytes could not be written or read back, now or in an operation before: what the
     *     transaction holds is not whole and is not to be committed
     */
    public CommitRequest toCommitRequest(
            VolumeName volume, TxnId txn, int attempt, String invocationId, long leaseId, FileBytesSource source)
            throws FsException {
        core.frames().requireSound();
        writes.all().forEach(orphans::recordLostLinks);
        List<Mutation> mutations = writes.mutations(source);
        return new CommitRequest(volume, txn, attempt, invocationId, snapshotAt(), leaseId, reads.keys(), mutations);
    }

    /** Gives every frame back. Harmless when called again. */
    public void discard() {
        writes.all().forEach(InodeOverlay::free);
        core.room().leave();
    }
}
