package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.port.PageFrames;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** One range of a file taken over by another: first what it consists of, then what that makes of the target. */
final class Taking {
    /** A run of the source's pages: written ones, or what lies under them. {@code extent} is null for written ones. */
    private record Piece(long firstPage, long lastPage, Underlay.Extent extent) {}

    private Taking() {}

    static void take(TransactionCore core, Inode source, boolean created, FileOverlay giver, long from,
            FileOverlay taker, long to, long lengthBytes) throws FsException {
        long first = Blocks.pageOf(from);
        long last = Blocks.pageOf(from + lengthBytes - 1);
        List<Piece> pieces = giver == null
                ? List.of(stored(core, source, created, first, last))
                : piecesOf(giver, source.ino(), first, last);
        PageFrames frames = core.frames();
        long shift = Blocks.pageOf(to) - first;
        int missing = 0;
        for (Piece piece : pieces) {
            missing += piece.extent() == null
                    ? taker.pages().missing(piece.firstPage() + shift, piece.lastPage() + shift)
                    : 0;
        }
        int frame = missing == 0 ? 0 : frames.allocate(missing);
        for (Piece piece : pieces) {
            if (piece.extent() != null) {
                taker.pages().free(piece.firstPage() + shift, piece.lastPage() + shift, core.nextStamp(), frames);
                taker.under().put(moved(piece, shift));
                continue;
            }
            for (long page = piece.firstPage(); page <= piece.lastPage(); page++) {
                if (taker.pages().frameOf(page + shift) == PageTable.NO_FRAME) {
                    taker.pages().put(page + shift, frame++);
                }
            }
            copyFrames(core, giver, piece, taker, shift);
        }
        taker.reach(to + lengthBytes);
    }

    private static void copyFrames(TransactionCore core, FileOverlay giver, Piece piece, FileOverlay taker, long shift)
            throws FsException {
        for (long page = piece.firstPage(); page <= piece.lastPage(); page++) {
            ByteBuffer bytes = core.scratch(0);
            core.frames().read(giver.pages().frameOf(page), 0, bytes);
            taker.put((page + shift) * Blocks.PAGE_BYTES, bytes.flip());
        }
    }

    private static Underlay.Extent moved(Piece piece, long shift) {
        Underlay.Extent extent = piece.extent();
        return new Underlay.Extent(piece.firstPage() + shift, piece.lastPage() + shift, extent.source(),
                extent.isHole() ? 0 : extent.shiftBytes() - shift * Blocks.PAGE_BYTES, extent.sourceEnd());
    }

    /** Of a file whose bytes this transaction has not touched. */
    private static Piece stored(TransactionCore core, Inode source, boolean created, long first, long last) {
        Ino ino = source.ino();
        if (created) {
            return new Piece(first, last, Underlay.hole(first, last));
        }
        core.reads().pages(ino, first, last);
        long used = Math.min((last + 1) * Blocks.PAGE_BYTES, source.sizeBytes());
        if (used > first * Blocks.PAGE_BYTES) {
            core.reads().lengthAtLeast(ino, used);
        }
        return new Piece(first, last, new Underlay.Extent(first, last, ino, 0, source.sizeBytes()));
    }

    private static List<Piece> piecesOf(FileOverlay giver, Ino ino, long first, long last) {
        List<Piece> pieces = new ArrayList<>();
        long page = first;
        while (page <= last) {
            if (giver.pages().frameOf(page) != PageTable.NO_FRAME) {
                long end = giver.pages().endOfRun(page, last + 1);
                pieces.add(new Piece(page, end - 1, null));
                page = end;
                continue;
            }
            long written = giver.pages().nextPage(page);
            long stop = written < 0 ? last + 1 : Math.min(last + 1, written);
            page = addUnwritten(giver, ino, page, stop, pieces);
        }
        return pieces;
    }

    private static long addUnwritten(FileOverlay giver, Ino ino, long first, long stop, List<Piece> pieces) {
        Underlay.Extent extent = giver.under().at(first);
        if (extent != null) {
            long end = Math.min(stop, extent.lastPage() + 1);
            pieces.add(new Piece(first, end - 1, extent));
            return end;
        }
        long end = Math.min(stop, giver.under().nextAfter(first));
        giver.recordStored(first * Blocks.PAGE_BYTES, end * Blocks.PAGE_BYTES);
        boolean shows = first * Blocks.PAGE_BYTES < giver.storedEnd();
        if (shows) {
            // The file may have grown here: what lies beyond its stored end is a hole, and has to be told as one.
            end = Math.min(end, StoredPages.pagesOf(giver.storedEnd()));
        }
        pieces.add(new Piece(first, end - 1, shows
                ? new Underlay.Extent(first, end - 1, ino, 0, giver.storedEnd())
                : Underlay.hole(first, end - 1)));
        return end;
    }
}
