package io.cffs.txn;

import io.cffs.model.FileType;
import io.cffs.model.Ino;
import java.util.HashMap;
import java.util.Map;

/**
 * Files that have lost their last name in this transaction: their bytes stay while a handle is open, and are no part of
 * the commit. Not thread-safe.
 */
final class Orphans {
    private final ReadSet reads;
    private final Map<Ino, Integer> handles = new HashMap<>();

    Orphans(ReadSet reads) {
        this.reads = reads;
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
            reads.links(overlay.ino());
        }
    }

    private void drop(InodeOverlay overlay) {
        recordLostLinks(overlay);
        overlay.free();
    }
}
