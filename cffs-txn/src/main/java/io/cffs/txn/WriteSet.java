package io.cffs.txn;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that an attempt has changed, by inode, and how that reads as {@link Mutation}s. Only the net effect is
 * sent: what was created and removed again leaves nothing. Not thread-safe; belongs to one {@link Transaction}.
 */
public final class WriteSet {
    private final TransactionCore core;
    private final Map<Ino, InodeOverlay> overlays = new HashMap<>();

    WriteSet(TransactionCore core) {
        this.core = core;
        core.room().isThatOf(this);
    }

    /** Null when the inode is as stored. */
    InodeOverlay of(Ino ino) {
        return overlays.isEmpty() ? null : overlays.get(ino);
    }

    /** For a change to an inode that was seen. */
    InodeOverlay open(Inode inode) {
        InodeOverlay overlay = overlays.get(inode.ino());
        if (overlay == null) {
            overlay = new InodeOverlay(core, inode, false);
            overlays.put(inode.ino(), overlay);
        }
        core.room().touched(overlay);
        return overlay;
    }

    InodeOverlay create(Inode inode) {
        InodeOverlay overlay = new InodeOverlay(core, inode, true);
        overlays.put(inode.ino(), overlay);
        core.room().touched(overlay);
        return overlay;
    }

    /** It was made here and there is nothing left that leads to it. */
    void forget(InodeOverlay overlay) {
        overlays.remove(overlay.ino());
        core.room().gone(overlay);
    }

    /** As {@link Transaction#readLength}. */
    void readLength(Ino ino) throws FsException {
        InodeOverlay overlay = of(ino);
        if (overlay != null && overlay.file() != null) {
            overlay.file().look();
        } else if (overlay == null || !overlay.isCreated()) {
            core.reads().lengthExactly(ino);
        }
    }

    boolean isCreated(Ino ino) {
        InodeOverlay overlay = of(ino);
        return overlay != null && overlay.isCreated();
    }

    Collection<InodeOverlay> all() {
        return overlays.values();
    }

    /** Whether a commit would change anything, access times that passed by apart. */
    boolean hasEffects() {
        for (InodeOverlay overlay : overlays.values()) {
            if (overlay.hasEffects()) {
                return true;
            }
        }
        return false;
    }

    long dirtyPageCount() {
        long pages = 0;
        for (InodeOverlay overlay : overlays.values()) {
            pages += overlay.file() == null ? 0 : overlay.file().pages().pageCount();
        }
        return pages;
    }

    /** Runs of written bytes of files that still have a name, by inode number and offset. */
    List<DirtyRun> dirtyRuns() {
        List<DirtyRun> runs = new ArrayList<>();
        for (InodeOverlay overlay : inOrder()) {
            if (overlay.file() != null && !overlay.isOrphan()) {
                runs.addAll(overlay.file().runs());
            }
        }
        return runs;
    }

    /** New inodes, then names that go, then names that come, then attributes and bytes; each by inode number. */
    List<Mutation> mutations(FileBytesSource source) throws FsException {
        List<Mutation> mutations = new ArrayList<>();
        if (!hasEffects()) {
            return mutations;
        }
        List<InodeOverlay> order = inOrder();
        for (InodeOverlay overlay : order) {
            if (overlay.isCreated() && !overlay.isOrphan()) {
                overlay.collectCreation(mutations);
            }
        }
        for (InodeOverlay overlay : order) {
            overlay.collectRemovedNames(mutations);
        }
        for (InodeOverlay overlay : order) {
            overlay.collectAddedNames(mutations);
        }
        for (InodeOverlay overlay : order) {
            if (!overlay.isOrphan()) {
                overlay.collectAttributes(source, mutations);
            }
        }
        return mutations;
    }

    private List<InodeOverlay> inOrder() {
        List<InodeOverlay> order = new ArrayList<>(overlays.values());
        order.sort(Comparator.comparing(InodeOverlay::ino));
        return order;
    }

    /** As {@link Transaction#isAsStored}. */
    boolean isAsStored(Ino ino) {
        InodeOverlay overlay = of(ino);
        return overlay == null || !overlay.isCreated() && overlay.file() == null;
    }

    /** As {@link Transaction#changedAt}. */
    long changedAt(Ino ino, long blockIndex) {
        InodeOverlay overlay = of(ino);
        return overlay == null || overlay.file() == null ? 0 : overlay.file().pages().changedAt(blockIndex);
    }
}
