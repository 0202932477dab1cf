package io.cffs.txn;

import io.cffs.model.Inode;

/**
 * What the changes of an inode, or of many, take: in a commit, and on the heap of the process, its commit and what the
 * tables of a mount know of a new inode included. The figures for the heap were measured and are rather too large: an
 * empty file with a name of 12 bytes in a stored directory, of which the name was looked up before, has 920 bytes here,
 * and took 640 before the commit and 830 in it.
 */
record Weight(long changes, long requestBytes, long heapBytes) {
    static final Weight NONE = new Weight(0, 0, 0);

    /** Mode or owner of a stored inode. */
    static final Weight OF_IDENTITY = new Weight(1, 16, 48);

    /** Of an operation, at most: a rename over a file that was never touched here is the largest. */
    static final int CHANGES_OF_ONE = 16;

    private static final int INODE_REQUEST_BYTES = 56;
    private static final int INODE_HEAP_BYTES = 520;
    private static final int UNSENT_HEAP_BYTES = 360;
    private static final int NAME_REQUEST_BYTES = 14;
    private static final int NAME_HEAP_BYTES = 224;
    private static final int XATTR_REQUEST_BYTES = 12;
    private static final int XATTR_HEAP_BYTES = 200;
    private static final int FILE_HEAP_BYTES = 208;
    private static final int BLOCK_HEAP_BYTES = 64;
    private static final int SLOT_HEAP_BYTES = 4;
    private static final int RUN_REQUEST_BYTES = 40;
    private static final int RUN_HEAP_BYTES = 256;
    /** On the heap bytes are there twice: in the transaction and in the request. */
    private static final int TWICE = 2;
    /** A staged object holds so many pages: a run has a change for each that it lies in. */
    private static final int PAGES_OF_OBJECT = 1024;

    Weight plus(Weight more) {
        return new Weight(changes + more.changes, requestBytes + more.requestBytes, heapBytes + more.heapBytes);
    }

    Weight minus(Weight less) {
        return new Weight(changes - less.changes, requestBytes - less.requestBytes, heapBytes - less.heapBytes);
    }

    /** A new inode by itself. */
    static Weight ofNew(Inode inode) {
        long target = inode.symlinkTarget() == null ? 0 : inode.symlinkTarget().length();
        return new Weight(1, INODE_REQUEST_BYTES + target, INODE_HEAP_BYTES + TWICE * target);
    }

    /** A stored one that has changed, so that its times have. */
    static Weight ofTouched(Inode inode) {
        Weight same = ofNew(inode);
        return new Weight(same.changes + WriteLimits.MORE_OF_TOUCHED, same.requestBytes, same.heapBytes);
    }

    /** A stored one that goes: what a backend notes of its end takes more memory than what it notes of a new one. */
    static Weight ofRemoved(Inode inode) {
        return new Weight(WriteLimits.MORE_OF_REMOVED, 0, ofNew(inode).heapBytes());
    }

    /** One that was made and has no name. @param file null when there is none */
    static Weight unsent(Inode inode, FileOverlay file) {
        long target = inode.symlinkTarget() == null ? 0 : inode.symlinkTarget().length();
        return new Weight(0, 0, UNSENT_HEAP_BYTES + target + (file == null ? 0 : of(file).heapBytes()));
    }

    /** @param changes of names, each of which may be one that is removed and one that is added */
    static Weight ofNames(long names, long nameBytes, long changes, long changedBytes) {
        return new Weight(changes, NAME_REQUEST_BYTES * changes + changedBytes,
                NAME_HEAP_BYTES * names + nameBytes + changedBytes);
    }

    static Weight ofXattrs(long count, long bytes) {
        return new Weight(count, XATTR_REQUEST_BYTES * count + bytes, XATTR_HEAP_BYTES * count + TWICE * bytes);
    }

    static Weight of(FileOverlay file) {
        PageTable pages = file.pages();
        long runs = file.changeCount() + pages.pageCount() / PAGES_OF_OBJECT;
        return new Weight(runs, RUN_REQUEST_BYTES * runs, FILE_HEAP_BYTES + RUN_HEAP_BYTES * runs
                + (long) BLOCK_HEAP_BYTES * pages.blockCount() + (long) SLOT_HEAP_BYTES * pages.slotCount());
    }
}
