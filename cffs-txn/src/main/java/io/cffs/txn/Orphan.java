package io.cffs.txn;

import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.port.PageFrames;

/**
 * An inode that no name leads to and that somebody still has open, between two transactions of a mount: what {@link
 * Orphans#take} takes out of one and {@link Orphans#adopt} puts into the next. It owns page frames: exactly one of
 * {@code adopt} and {@link #discard} must follow. Not thread-safe.
 */
public final class Orphan {
    private final Inode inode;
    private final boolean yetUnnamed;
    private final PageTable pages; // null unless a regular file
    private final XattrChanges xattrs; // null for none

    Orphan(Inode inode, boolean yetUnnamed, PageTable pages, XattrChanges xattrs) {
        this.inode = inode;
        this.yetUnnamed = yetUnnamed;
        this.pages = pages;
        this.xattrs = xattrs;
    }

    public Ino ino() {
        return inode.ino();
    }

    /** Its attributes; the count of its links is 0. */
    public Inode inode() {
        return inode;
    }

    /** It was made without a name and may get its first. */
    boolean isYetUnnamed() {
        return yetUnnamed;
    }

    PageTable pages() {
        return pages;
    }

    XattrChanges xattrs() {
        return xattrs;
    }

    /** Nobody has it open any more. @param frames where its transactions have put their pages */
    public void discard(PageFrames frames) {
        if (pages != null) {
            pages.cut(0, frames);
        }
    }
}
