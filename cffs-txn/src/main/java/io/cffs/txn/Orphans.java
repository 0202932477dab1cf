package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.FileType;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject.XattrObject;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/**
 * What has lost its last name in this transaction, or never had one: a file's bytes stay while a handle is open, and
 * are no part of the commit.
 *
 * <p><b>From one transaction to the next.</b> The programs of a long-lived mount outlive its transactions, and what
 * they have open stays theirs. Before the commit {@link #keep} turns what such a file still shows of the stored tree
 * into pages of its own, because nothing of it is stored afterwards and older states are not kept for long. That is a
 * read: what the program will see is part of the serial order. {@link #take} then moves it out, pages and all, and
 * {@link #adopt} into the next transaction, where it is like a file that was made there and never named. So an
 * O_TMPFILE file may get its first name there.
 *
 * <p>As {@link Transaction}: restartable, not thread-safe.
 */
public final class Orphans {
    /** 8 MiB: what is done under the session's lock in one go, and fetched at once. */
    private static final int BLOCKS_AT_ONCE = 64;
    private static final long ALL = Long.MAX_VALUE;

    private final TransactionCore core;
    private final WriteSet writes;
    private final Map<Ino, Integer> handles = new HashMap<>();
    /** Those of an earlier transaction, whether they have been given a name here or not. */
    private final Set<Ino> adopted = new HashSet<>();
    /** How far stored files have been turned into pages of their own, in bytes. */
    private final Map<Ino, Long> keptTo = new HashMap<>();
    private final Set<Ino> givenUp = new HashSet<>();

    Orphans(TransactionCore core, WriteSet writes) {
        this.core = core;
        this.writes = writes;
    }

    void retain(Ino ino) {
        handles.merge(ino, 1, Integer::sum);
    }

    /** @param overlay null when the inode is as stored */
    void release(Ino ino, InodeOverlay overlay) {
        Integer left = handles.computeIfPresent(ino, (key, count) -> count == 1 ? null : count - 1);
        if (left == null && overlay != null && overlay.type() != FileType.DIRECTORY && overlay.isOrphan()) {
            drop(overlay);
        }
    }

    /** A file has lost a name. When it was the last and no handle is open, its bytes go. */
    void nameLost(InodeOverlay overlay) {
        if (overlay.isOrphan() && !handles.containsKey(overlay.ino())) {
            drop(overlay);
        }
    }

    /** Changes that die with an inode are left out of the commit, because it has no link left: that count was read. */
    void recordLostLinks(InodeOverlay overlay) {
        boolean dies = overlay.isOrphan() && !overlay.isCreated() && overlay.type() != FileType.DIRECTORY;
        if (dies && overlay.hasContentEffects()) {
            core.reads().links(overlay.ino());
        }
    }

    private void drop(InodeOverlay overlay) {
        recordLostLinks(overlay);
        overlay.free();
        core.room().touched(overlay);
    }

    /**
     * Open files that {@link #take} will move out and that still show something of the stored tree.
     *
     * @param undone what was done here will not have happened: what has lost its name here has it back
     */
    public List<Ino> toKeep(boolean undone) {
        List<Ino> files = new ArrayList<>();
        for (InodeOverlay overlay : writes.all()) {
            boolean lives = undone ? overlay.isCreated() && isCarried(overlay) : overlay.isOrphan();
            if (lives && isOpenFile(overlay) && !isKept(overlay) && !givenUp.contains(overlay.ino())) {
                files.add(overlay.ino());
            }
        }
        return files;
    }

    /** Without a name, or without one but for what is done here. */
    private boolean isCarried(InodeOverlay overlay) {
        return overlay.isOrphan() || adopted.contains(overlay.ino());
    }

    private boolean isOpenFile(InodeOverlay overlay) {
        return overlay.type() == FileType.REGULAR && handles.containsKey(overlay.ino());
    }

    private boolean isKept(InodeOverlay overlay) {
        boolean takesOver = overlay.file() != null && overlay.file().under().takesOver();
        return !takesOver && (overlay.isCreated() || keptTo.getOrDefault(overlay.ino(), 0L) == ALL);
    }

    /**
     * Turns the next few blocks of one of {@link #toKeep} into pages of its own, and before the first one its extended
     * attributes. Recorded as read.
     *
     * @return whether there is more; false also when it has been closed or named meanwhile
     * @throws FsException NO_SPACE when there is no room for its pages: see {@link #giveUp}
     */
    public boolean keep(Ino ino) throws FsException {
        InodeOverlay overlay = writes.of(ino);
        if (overlay == null || !isCarried(overlay) || !isOpenFile(overlay) || isKept(overlay)) {
            return false;
        }
        FileOverlay file = overlay.fileForWriting();
        file.look();
        long kept = keptTo.getOrDefault(ino, 0L);
        long from = kept == ALL ? 0 : kept;
        if (from == 0 && !overlay.isCreated()) {
            core.reads().identity(ino);
            keepXattrs(overlay);
        }
        long end = file.under().isEmpty() ? Math.min(file.storedEnd(), file.lengthBytes()) : file.lengthBytes();
        long to = Math.min((from / Blocks.BLOCK_BYTES + BLOCKS_AT_ONCE) * Blocks.BLOCK_BYTES, end);
        requireAtHand(file, ino, from, Math.min(to, file.storedEnd()));
        for (long page = Blocks.pageOf(from); page * Blocks.PAGE_BYTES < to; page++) {
            keepPage(file, ino, page);
        }
        boolean more = to < end;
        keptTo.put(ino, more ? to : ALL);
        if (!more) {
            file.under().forgetTaken();
        }
        return more;
    }

    /** One fetch for many blocks instead of one for each: files without a name may be long, and have long holes. */
    private void requireAtHand(FileOverlay file, Ino ino, long from, long to) {
        List<ObjectKey> missing = new ArrayList<>();
        for (long index = Blocks.blockOf(from); index * Blocks.BLOCK_BYTES < to; index++) {
            try {
                long page = index * Blocks.PAGES_PER_BLOCK;
                if (file.pages().missing(page, page + Blocks.PAGES_PER_BLOCK - 1) > 0) {
                    core.snapshot().block(ino, index);
                }
            } catch (SnapshotMiss miss) {
                if (!(miss.wanted() instanceof SnapshotMiss.Wanted.Objects objects)) {
                    throw miss;
                }
                missing.addAll(objects.keys());
            }
        }
        if (!missing.isEmpty()) {
            throw new SnapshotMiss(new SnapshotMiss.Wanted.Objects(missing));
        }
    }

    private void keepPage(FileOverlay file, Ino ino, long page) throws FsException {
        Underlay.Extent extent = file.under().at(page);
        boolean written = file.pages().frameOf(page) != PageTable.NO_FRAME;
        if (written || extent != null && extent.isHole() || extent == null && isHole(file, ino, page)) {
            return;
        }
        long start = page * Blocks.PAGE_BYTES;
        ByteBuffer bytes = file.presentBytes(page, start, start, 0);
        file.pages().put(page, core.frames().allocate(1));
        file.put(start, bytes);
    }

    private boolean isHole(FileOverlay file, Ino ino, long page) {
        long start = page * Blocks.PAGE_BYTES;
        boolean hole = start >= file.storedEnd()
                || !new StoredPages(core.snapshot(), core.snapshot().inode(ino)).isData(page);
        if (hole) {
            file.recordStored(start, start + Blocks.PAGE_BYTES);
        }
        return hole;
    }

    private void keepXattrs(InodeOverlay overlay) {
        Inode inode = overlay.view();
        if (inode.xattrCount() == 0) {
            return;
        }
        Ino ino = inode.ino();
        Map<Name, XattrObject> stored = new HashMap<>();
        for (Name name : core.snapshot().xattrNames(ino)) {
            stored.put(name, core.snapshot().xattr(ino, name));
        }
        core.reads().xattrList(ino);
        XattrChanges changes = overlay.xattrsForWriting();
        stored.forEach((name, value) -> {
            core.reads().xattr(ino, name);
            changes.keep(name, value.value());
        });
    }

    /** Nobody knows this inode any more. One that was made here and has no name is as if it had never been. */
    public void forget(Ino ino) {
        InodeOverlay overlay = writes.of(ino);
        if (overlay != null && overlay.isCreated() && overlay.isOrphan() && !handles.containsKey(ino)) {
            overlay.free();
            writes.forget(overlay);
            adopted.remove(ino);
            givenUp.remove(ino);
        }
    }

    /** There is no room or no time to keep this one: whoever has it open will be answered STALE. */
    public void giveUp(Ino ino) {
        givenUp.add(ino);
    }

    /**
     * Moves out what the next transaction has to know, when this one is over and before it is discarded. What was made
     * or adopted here lives on whatever the outcome: nobody but the programs that have it open ever saw it. What has
     * lost its name here does when that is so, and else is stored as before.
     *
     * @param committed whether what was done here has happened
     * @param known whether somebody may still have this inode open, who would not be told of handles: a directory, a
     *     fifo
     */
    public List<Orphan> take(boolean committed, Predicate<Ino> known) {
        List<Orphan> taken = new ArrayList<>();
        if (!core.frames().isSound()) {
            return taken;
        }
        for (InodeOverlay overlay : writes.all()) {
            Ino ino = overlay.ino();
            boolean regular = overlay.type() == FileType.REGULAR;
            boolean open = regular ? handles.containsKey(ino) : known.test(ino);
            boolean lives = overlay.isCreated() || committed;
            boolean whole = open && (!regular || isKept(overlay));
            if (whole && lives && overlay.isOrphan()) {
                taken.add(overlay.leave(overlay.isCreated() && !overlay.hasHadName()));
            } else if (whole && !committed && adopted.contains(ino)) {
                // Named here, in vain, and the kernel lets nobody name it again.
                taken.add(overlay.leave(false));
            }
        }
        return taken;
    }

    /** Puts one of an earlier transaction into this one, before anything is asked of it. */
    public void adopt(Orphan orphan) {
        InodeOverlay overlay = writes.create(orphan.inode());
        overlay.resume(orphan, core.nextStamp());
        adopted.add(orphan.ino());
    }
}
