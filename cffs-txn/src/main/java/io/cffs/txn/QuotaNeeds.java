package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.FsException;
import io.cffs.model.Inode;

/**
 * How much more a change of a file's bytes needs of its quotas: a page for each hole that gets data. Asks nothing where
 * there is no quota. Records nothing. May throw {@link SnapshotMiss}, before anything has changed.
 */
final class QuotaNeeds {
    private final TransactionCore core;
    private final WriteSet writes;

    QuotaNeeds(TransactionCore core, WriteSet writes) {
        this.core = core;
        this.writes = writes;
    }

    /** @throws FsException QUOTA_EXCEEDED */
    void requireWrite(Inode file, long offset, long end) throws FsException {
        if (core.quotas().limits(file)) {
            long first = Blocks.pageOf(offset);
            long stop = StoredPages.pagesOf(end);
            require(file, stop - first - VisiblePages.of(core, writes, file).count(first, stop));
        }
    }

    /** @throws FsException QUOTA_EXCEEDED */
    void requireAppend(Inode file, long lengthBytes) throws FsException {
        if (core.quotas().limits(file)) {
            long length = file.sizeBytes();
            long tail = Blocks.pageOf(length);
            InodeOverlay overlay = writes.of(file.ino());
            boolean appended = overlay != null && overlay.file() != null && overlay.file().pendingBytes() > 0;
            boolean open = length % Blocks.PAGE_BYTES != 0
                    && (appended || VisiblePages.of(core, writes, file).isData(tail));
            require(file, StoredPages.pagesOf(length + lengthBytes) - tail - (open ? 1 : 0));
        }
    }

    /** @throws FsException QUOTA_EXCEEDED */
    void requireClone(Inode source, long from, Inode target, long to, long lengthBytes) throws FsException {
        if (core.quotas().limits(target)) {
            long pages = StoredPages.pagesOf(lengthBytes);
            long first = Blocks.pageOf(from);
            long targetFirst = Blocks.pageOf(to);
            require(target, VisiblePages.of(core, writes, source).count(first, first + pages)
                    - VisiblePages.of(core, writes, target).count(targetFirst, targetFirst + pages));
        }
    }

    private void require(Inode file, long pages) throws FsException {
        core.quotas().require(file, pages * Blocks.PAGE_BYTES, 0);
    }
}
