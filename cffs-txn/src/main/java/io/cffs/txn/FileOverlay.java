package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.port.PageFrames;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What a transaction has done to the bytes of one file, and how it reads the file through that.
 *
 * <p>Three things make the view: pages written here ({@link PageTable}), the stored file below {@link #cutTo}, zeros
 * elsewhere up to the length. {@code cutTo} is the least length that the file was given here; from it on nothing of the
 * stored file shows, so nothing there is a read, and the length no longer depends on the stored one. A created file is
 * one that was cut to 0. Bytes appended blindly wait in an {@link AppendBuffer}; as soon as anything depends on where
 * they are, they are placed at the end of the file as seen, and that end has then been read.
 *
 * <p>Bytes of a frame beyond the length are zeros. Every method reads before it changes: on {@link SnapshotMiss} and on
 * NO_SPACE nothing has happened. Not thread-safe.
 */
final class FileOverlay {
    private static final long NOT_CUT = Long.MAX_VALUE;

    private final Ino ino;
    private final TransactionCore core;
    private final PageFrames frames;
    private final PageTable pages = new PageTable();
    private final long storedLength;
    private final boolean created;
    private final Underlay under = new Underlay();
    private AppendBuffer appends;
    private long cutTo;
    private long length;
    /**
     * Where what was written, or taken over, or asked for, ends; -1 for nowhere. Unless it was cut here, the file is at
     * least so long in the end: also when a hole was made of what was there, and when others cut it meanwhile.
     */
    private long reached = -1;

    /** @param storedLength the length at the snapshot; for a created file 0 */
    FileOverlay(TransactionCore core, Ino ino, long storedLength, boolean created) {
        this.core = core;
        this.frames = core.frames();
        this.ino = ino;
        this.storedLength = storedLength;
        this.created = created;
        this.cutTo = created ? 0 : NOT_CUT;
        this.length = storedLength;
    }

    /** With bytes that were appended blindly, as if nobody else had changed the length. */
    long lengthBytes() {
        return length + pendingBytes();
    }

    boolean lengthIsOwn() {
        return cutTo != NOT_CUT;
    }

    boolean hasEffects() {
        return !created && cutTo != NOT_CUT
                || !pages.isEmpty() || !under.isEmpty() || reached >= 0 || pendingBytes() > 0;
    }

    /** Mutations of a commit, runs that are divided between staged objects counted once. */
    long changeCount() {
        long written = Math.min(pages.endPage() * Blocks.PAGE_BYTES, length);
        boolean setsLength = !created && cutTo != NOT_CUT || (lengthIsOwn() ? length : reached) > written;
        return pages.runCount() + under.size() + (setsLength ? 1 : 0) + (pendingBytes() > 0 ? 1 : 0);
    }

    /** Somebody wants to know the length: records it unless it is this transaction's own doing. */
    void look() throws FsException {
        placeAppends();
        if (!lengthIsOwn()) {
            core.reads().lengthExactly(ino);
        }
    }

    /** Fills {@code target} from {@code offset} on as far as the file reaches; 0 at or after the end. */
    int read(long offset, ByteBuffer target) throws FsException {
        int wanted = target.remaining();
        if (wanted == 0) {
            return 0;
        }
        if (offset + wanted > length) {
            look();
        }
        if (offset >= length) {
            return 0;
        }
        int count = (int) Math.min(wanted, length - offset);
        int start = target.position();
        try {
            copy(offset, count, target);
        } catch (SnapshotMiss miss) {
            target.position(start);
            throw miss;
        }
        return count;
    }

    /** Takes what remains in {@code source}, at least one byte. */
    void write(long offset, ByteBuffer source) throws FsException {
        long end = offset + source.remaining();
        if (pendingBytes() > 0) {
            if (end > length) {
                placeAppends();
            } else if (end <= storedLength) {
                // The bytes lie before the appended ones only as long as the file reaches this far.
                core.reads().lengthAtLeast(ino, end);
            }
        }
        prepare(offset, end);
        put(offset, source);
        reach(end);
    }

    /** Appends blindly when nothing here depends on the length; else at the end as seen. */
    void append(ByteBuffer source) throws FsException {
        boolean looked = lengthIsOwn() || core.reads().hasLengthExactly(ino);
        if (looked || pendingBytes() + source.remaining() > Transaction.BLIND_APPEND_BYTES_MAX) {
            look();
            write(length, source);
            return;
        }
        if (appends == null) {
            appends = new AppendBuffer(frames);
        }
        appends.add(source);
    }

    /** Makes the file exactly this long. Reads nothing, unless bytes appended blindly may survive. */
    void truncate(long newLength) throws FsException {
        if (newLength == 0) {
            dropAppends();
        }
        placeAppends();
        long page = Blocks.pageOf(newLength);
        int inPage = (int) (newLength % Blocks.PAGE_BYTES);
        pages.cut(inPage == 0 ? page : page + 1, frames);
        int frame = inPage == 0 ? PageTable.NO_FRAME : pages.frameOf(page);
        if (frame != PageTable.NO_FRAME) {
            ByteBuffer zeros = core.scratch(0);
            StoredBytes.putZeros(zeros, Blocks.PAGE_BYTES - inPage);
            frames.write(frame, inPage, zeros.flip());
            pages.stamp(page, core.nextStamp());
        }
        under.cut(newLength);
        cutTo = Math.min(cutTo, newLength);
        length = newLength;
    }

    /** The runs of written pages, clipped to the length, by offset; then what was appended blindly. */
    List<DirtyRun> runs() {
        List<DirtyRun> runs = new ArrayList<>();
        long page = pages.nextPage(0);
        while (page >= 0) {
            long end = pages.endOfRun(page, Long.MAX_VALUE);
            long from = page * Blocks.PAGE_BYTES;
            long to = Math.min(end * Blocks.PAGE_BYTES, length);
            runs.add(new DirtyRun(ino, from, to - from, false));
            page = pages.nextPage(end);
        }
        if (pendingBytes() > 0) {
            runs.add(new DirtyRun(ino, 0, pendingBytes(), true));
        }
        return runs;
    }

    void readRun(DirtyRun run, long from, ByteBuffer target) throws FsException {
        if (run.append()) {
            appends.read(from, target);
        } else {
            copyFrames(run.offset() + from, run.offset() + from + target.remaining(), target);
        }
    }

    /** Adds what a commit does to this file's length and bytes. */
    void collect(FileBytesSource source, List<Mutation> into) throws FsException {
        long cut = created || cutTo == NOT_CUT ? -1 : cutTo;
        FileMutations.collect(ino, runs(), cut, lengthIsOwn() ? length : reached,
                changes -> under.collect(ino, created ? 0 : cutTo, length, changes), source, into);
    }

    PageTable pages() {
        return pages;
    }

    Underlay under() {
        return under;
    }

    /** The file reaches at least this far from now on, whatever it is at the commit. */
    void reach(long end) {
        length = Math.max(length, end);
        reached = Math.max(reached, end);
    }

    void free() {
        dropAppends();
        pages.cut(0, frames);
    }

    long pendingBytes() {
        return appends == null ? 0 : appends.lengthBytes();
    }

    private void dropAppends() {
        if (appends != null) {
            appends.clear();
            appends = null;
        }
    }

    /** Turns blind appends into ordinary writes at the end of the file as seen. */
    void placeAppends() throws FsException {
        long pending = pendingBytes();
        if (pending == 0) {
            return;
        }
        prepare(length, length + pending);
        core.reads().lengthExactly(ino);
        ByteBuffer part = core.scratch(0);
        for (long done = 0; done < pending; done += part.limit()) {
            part.clear().limit((int) Math.min(Blocks.PAGE_BYTES, pending - done));
            appends.read(done, part);
            put(length + done, part.flip());
        }
        reach(length + pending);
        dropAppends();
    }

    /** Where the stored file stops to show. */
    long storedEnd() {
        return Math.min(storedLength, cutTo);
    }

    private void copy(long offset, int count, ByteBuffer target) throws FsException {
        long stop = offset + count;
        long at = offset;
        while (at < stop) {
            long page = Blocks.pageOf(at);
            if (pages.frameOf(page) != PageTable.NO_FRAME) {
                long end = Math.min(stop, pages.endOfRun(page, Blocks.pageOf(stop - 1) + 1) * Blocks.PAGE_BYTES);
                copyFrames(at, end, target);
                at = end;
            } else {
                long next = pages.nextPage(page);
                long end = next < 0 ? stop : Math.min(stop, next * Blocks.PAGE_BYTES);
                copyUnwritten(at, end, target);
                at = end;
            }
        }
    }

    private void copyUnwritten(long from, long to, ByteBuffer target) {
        long at = from;
        while (at < to) {
            Underlay.Extent extent = under.at(Blocks.pageOf(at));
            long next = under.nextAfter(Blocks.pageOf(at));
            if (extent != null) {
                long end = Math.min(to, extent.endByte());
                copyExtent(extent, at, end, target);
                at = end;
            } else {
                long end = next > Blocks.pageOf(to) ? to : Math.min(to, next * Blocks.PAGE_BYTES);
                copyStored(at, end, target);
                at = end;
            }
        }
    }

    /** What was taken over was recorded as read then. */
    private void copyExtent(Underlay.Extent extent, long from, long to, ByteBuffer target) {
        if (extent.isHole()) {
            StoredBytes.putZeros(target, (int) (to - from));
        } else {
            core.stored().copy(extent.source(), from + extent.shiftBytes(), (int) (to - from), extent.sourceEnd(),
                    target);
        }
    }

    private void copyStored(long from, long to, ByteBuffer target) {
        core.stored().copy(ino, from, (int) (to - from), storedEnd(), target);
        recordStored(from, to);
    }

    /** Bytes from {@code from} to {@code to} were taken from the stored file. */
    void recordStored(long from, long to) {
        long visible = Math.min(to, cutTo);
        if (visible <= from) {
            return;
        }
        core.reads().pages(ino, Blocks.pageOf(from), Blocks.pageOf(visible - 1));
        long used = Math.min(to, storedEnd());
        if (used > from) {
            core.reads().lengthAtLeast(ino, used);
        }
    }

    private void copyFrames(long from, long to, ByteBuffer target) throws FsException {
        int limit = target.limit();
        long at = from;
        while (at < to) {
            long page = Blocks.pageOf(at);
            int frame = pages.frameOf(page);
            long next = page + 1;
            while (next * Blocks.PAGE_BYTES < to && pages.frameOf(next) == frame + (next - page)) {
                next++;
            }
            long end = Math.min(to, next * Blocks.PAGE_BYTES);
            target.limit(target.position() + (int) (end - at));
            frames.read(frame, (int) (at - page * Blocks.PAGE_BYTES), target);
            target.limit(limit);
            at = end;
        }
    }

    /** Gives every page of the range a frame; pages that the range covers in part get their present bytes first. */
    void prepare(long offset, long end) throws FsException {
        long first = Blocks.pageOf(offset);
        long last = Blocks.pageOf(end - 1);
        ByteBuffer head = presentBytes(first, offset, end, 0);
        ByteBuffer tail = first == last ? null : presentBytes(last, offset, end, 1);
        int missing = pages.missing(first, last);
        if (missing == 0) {
            return;
        }
        int frame = frames.allocate(missing);
        for (long page = first; page <= last; page++) {
            if (pages.frameOf(page) == PageTable.NO_FRAME) {
                pages.put(page, frame++);
            }
        }
        if (head != null) {
            frames.write(pages.frameOf(first), 0, head);
        }
        if (tail != null) {
            frames.write(pages.frameOf(last), 0, tail);
        }
    }

    /** A page's bytes before a write that covers part of it; null when it has a frame or is covered whole. */
    ByteBuffer presentBytes(long page, long offset, long end, int scratch) {
        long pageStart = page * Blocks.PAGE_BYTES;
        long pageEnd = pageStart + Blocks.PAGE_BYTES;
        if ((offset <= pageStart && end >= pageEnd) || pages.frameOf(page) != PageTable.NO_FRAME) {
            return null;
        }
        ByteBuffer bytes = core.scratch(scratch);
        Underlay.Extent extent = under.at(page);
        if (extent != null) {
            copyExtent(extent, pageStart, pageEnd, bytes);
            return bytes.flip();
        }
        long stored = Math.min(pageEnd, storedEnd());
        long used = end < stored ? stored : Math.min(offset, stored);
        if (used > pageStart) {
            core.stored().copy(ino, pageStart, Blocks.PAGE_BYTES, used, bytes);
            core.reads().lengthAtLeast(ino, used);
        } else {
            StoredBytes.putZeros(bytes, Blocks.PAGE_BYTES);
        }
        if (pageStart < cutTo) {
            core.reads().pages(ino, page, page);
        }
        return bytes.flip();
    }

    /** Writes into frames that {@link #prepare} has made ready. */
    void put(long offset, ByteBuffer source) throws FsException {
        int limit = source.limit();
        long at = offset;
        long stamp = core.nextStamp();
        while (source.position() < limit) {
            long page = Blocks.pageOf(at);
            int frame = pages.frameOf(page);
            long stop = at + (limit - source.position());
            pages.stamp(page, stamp);
            long next = page + 1;
            while (next * Blocks.PAGE_BYTES < stop && pages.frameOf(next) == frame + (next - page)) {
                pages.stamp(next, stamp);
                next++;
            }
            long end = Math.min(stop, next * Blocks.PAGE_BYTES);
            source.limit(source.position() + (int) (end - at));
            frames.write(frame, (int) (at - page * Blocks.PAGE_BYTES), source);
            source.limit(limit);
            at = end;
        }
    }
}
