package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Inode;
import io.cffs.txn.port.HeapRoom;
import java.util.ArrayList;
import java.util.List;

/**
 * How much more one transaction may change. What a commit would be refused for, or what would end the process for want
 * of heap, is refused when it is asked for: NO_SPACE, and the transaction is as it was.
 *
 * <p>Inodes are weighed ({@link Weight}) after each operation that has opened them for a change: that takes the same
 * time however much they hold. An operation does not know what it is going to add, so it begins or not; what one alone
 * adds is small beside what is kept for removals. Not thread-safe; belongs to one {@link Transaction}.
 */
public final class WriteRoom {
    /** A part of each limit is kept for removing names. */
    private static final int KEPT_SHARE = 64;

    private final WriteLimits limits;
    private final ReadSet reads;
    private final List<InodeOverlay> touched = new ArrayList<>();
    private WriteSet writes;
    private Weight total = Weight.NONE;
    private long readsHeapBytes;
    private Shortage refused;

    /** Which limit an operation was refused for. */
    public enum Shortage { CHANGES, REQUEST_BYTES, HEAP }

    WriteRoom(WriteLimits limits, ReadSet reads) {
        this.limits = limits;
        this.reads = reads;
    }

    /** Once, before anything is asked. */
    void isThatOf(WriteSet changes) {
        writes = changes;
    }

    public WriteLimits limits() {
        return limits;
    }

    /** What the last refused operation was refused for; null when none was. */
    public Shortage refused() {
        return refused;
    }

    /** Its weight is going to change. */
    void touched(InodeOverlay overlay) {
        if (overlay.markTouched()) {
            touched.add(overlay);
        }
    }

    /** It is no part of the transaction any more. */
    void gone(InodeOverlay overlay) {
        settle();
        total = total.minus(overlay.weighed());
        limits.heap().use(-overlay.weighed().heapBytes());
    }

    /** Mutations that a commit would send, or a few more. */
    public long changes() {
        settle();
        return total.changes();
    }

    /** Bytes of a commit request without those of files, roughly. */
    public long requestBytes() {
        settle();
        return total.requestBytes() + reads.requestBytes();
    }

    /** Whether something may be added. */
    public boolean allowsMore() {
        return shortage(KEPT_SHARE - 1) == null;
    }

    /** @throws FsException NO_SPACE when nothing may be added */
    public void require() throws FsException {
        require(KEPT_SHARE - 1);
    }

    /** The same for a change of an inode, which adds little where the inode has been changed before. */
    public void requireToChange(Inode inode) throws FsException {
        if (writes.of(inode.ino()) == null) {
            require();
        }
    }

    /** The same for writing, which adds nothing where these pages have been written before. */
    public void requireToWrite(Inode file, long offset, long end) throws FsException {
        InodeOverlay overlay = allowsMore() ? null : writes.of(file.ino());
        boolean again = overlay != null && overlay.file() != null
                && overlay.file().pages().missing(Blocks.pageOf(offset), Blocks.pageOf(end - 1)) == 0;
        if (!again) {
            require();
        }
    }

    /** The same for removing a name: some room is kept for that, and what was made here takes none. */
    public void requireToRemove(Inode named) throws FsException {
        if (!writes.isCreated(named.ino())) {
            require(KEPT_SHARE);
        }
    }

    private void require(int share) throws FsException {
        Shortage shortage = shortage(share);
        if (shortage != null) {
            refused = shortage;
            throw new FsException(FsError.NO_SPACE);
        }
    }

    /** @param share how many parts of each limit may be used */
    private Shortage shortage(int share) {
        settle();
        HeapRoom heap = limits.heap();
        long kept = heap.bytesMax() / KEPT_SHARE * (KEPT_SHARE - share);
        if (heap.leftBytes() <= kept) {
            return Shortage.HEAP;
        }
        if (total.changes() + Weight.CHANGES_OF_ONE > limits.changesMax() / KEPT_SHARE * share) {
            return Shortage.CHANGES;
        }
        boolean wide = total.requestBytes() + reads.requestBytes() > limits.requestBytesMax() / KEPT_SHARE * share;
        return wide ? Shortage.REQUEST_BYTES : null;
    }

    private void settle() {
        long before = total.heapBytes();
        for (InodeOverlay overlay : touched) {
            total = total.plus(overlay.reweigh());
        }
        touched.clear();
        long readsNow = reads.heapBytes();
        limits.heap().use(total.heapBytes() - before + readsNow - readsHeapBytes);
        readsHeapBytes = readsNow;
    }

    /** The transaction is over. Harmless when called again. */
    void leave() {
        settle();
        limits.heap().use(-total.heapBytes() - readsHeapBytes);
        total = Weight.NONE;
        readsHeapBytes = 0;
    }
}
