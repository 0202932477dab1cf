package io.cffs.daemon.staging;

import io.cffs.model.Blocks;
import io.cffs.txn.DirtyRun;
import io.cffs.txn.StagedId;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Where each written byte goes. Pure.
 *
 * <p>If everything together is small, all of it travels in the commit request. Else what begins at a block's start and
 * is half a block or longer goes to staged objects at block-aligned places, so that the backend can take whole blocks
 * over without looking at them; the rest, heads of runs and small files, travels in the request if it is small
 * together, and is packed into staged objects without gaps if not.
 */
final class StagingPlan {
    private static final int BLOCK = Blocks.BLOCK_BYTES;
    /**
     * From this length on a run's place in an object is aligned, at the price of a gap of less than half the object.
     */
    private static final int ALIGNED_BYTES_MIN = BLOCK / 2;

    private final List<List<Piece>> piecesOfRuns = new ArrayList<>();
    private final List<List<Piece>> objects = new ArrayList<>();
    private final List<Long> objectLengths = new ArrayList<>();
    private final boolean looseInline;
    private int alignedObject = -1;
    private int looseObject = -1;

    /**
     * @param inlineBytesMax most bytes that travel in the request
     * @param ahead the object that holds a window of a run as it now is; null when none does
     */
    StagingPlan(List<DirtyRun> runs, long inlineBytesMax, Function<StagedWindow, StagedId> ahead) {
        long total = runs.stream().mapToLong(DirtyRun::lengthBytes).sum();
        if (total <= inlineBytesMax) {
            looseInline = true;
            runs.forEach(run -> piecesOfRuns.add(List.of(new Piece.Inline(run, 0, run.lengthBytes()))));
            return;
        }
        looseInline = runs.stream().mapToLong(run -> run.lengthBytes() - alignedLength(run)).sum() <= inlineBytesMax;
        for (DirtyRun run : runs) {
            List<Piece> pieces = new ArrayList<>();
            long aligned = run.lengthBytes() - alignedLength(run);
            loose(run, aligned, pieces);
            if (aligned < run.lengthBytes()) {
                aligned(run, aligned, ahead, pieces);
            }
            piecesOfRuns.add(pieces);
        }
    }

    /** The pieces of the n-th run, in order; their lengths add up to the run's. */
    List<Piece> piecesOf(int run) {
        return piecesOfRuns.get(run);
    }

    int objectCount() {
        return objects.size();
    }

    /** The pieces of an object that is to be uploaded, by offset; between them are zeros. */
    List<Piece> contentOf(int object) {
        return objects.get(object);
    }

    int lengthOf(int object) {
        return Math.toIntExact(objectLengths.get(object));
    }

    /** How much of the run's end is worth an aligned place. */
    private static long alignedLength(DirtyRun run) {
        long start = Math.ceilDiv(run.offset(), (long) BLOCK) * BLOCK;
        long length = run.offset() + run.lengthBytes() - start;
        return run.append() || length < ALIGNED_BYTES_MIN ? 0 : length;
    }

    private void loose(DirtyRun run, long length, List<Piece> pieces) {
        if (looseInline && length > 0) {
            pieces.add(new Piece.Inline(run, 0, length));
            return;
        }
        for (long from = 0; from < length; ) {
            if (looseObject < 0 || objectLengths.get(looseObject) == StagedId.BYTES_MAX) {
                looseObject = newObject();
            }
            long room = StagedId.BYTES_MAX - objectLengths.get(looseObject);
            long count = Math.min(room, length - from);
            pieces.add(place(looseObject, objectLengths.get(looseObject), run, from, count));
            from += count;
        }
    }

    private void aligned(DirtyRun run, long start, Function<StagedWindow, StagedId> ahead, List<Piece> pieces) {
        long from = start;
        for (StagedWindow window : StagedWindow.within(run)) {
            StagedId object = ahead.apply(window);
            if (object != null) {
                pack(run, from, window.offset() - run.offset(), pieces);
                pieces.add(new Piece.Ahead(run, window.offset() - run.offset(), StagedId.BYTES_MAX, object));
                from = window.end() - run.offset();
            }
        }
        pack(run, from, run.lengthBytes(), pieces);
    }

    private void pack(DirtyRun run, long start, long end, List<Piece> pieces) {
        for (long from = start; from < end; ) {
            long place = alignedObject < 0 ? 0 : Math.ceilDiv(objectLengths.get(alignedObject), (long) BLOCK) * BLOCK;
            if (alignedObject < 0 || place == StagedId.BYTES_MAX) {
                alignedObject = newObject();
                place = 0;
            }
            long count = Math.min(StagedId.BYTES_MAX - place, end - from);
            pieces.add(place(alignedObject, place, run, from, count));
            from += count;
        }
    }

    private int newObject() {
        objects.add(new ArrayList<>());
        objectLengths.add(0L);
        return objects.size() - 1;
    }

    private Piece place(int object, long offset, DirtyRun run, long from, long count) {
        Piece piece = new Piece.InObject(run, from, count, object, offset);
        objects.get(object).add(piece);
        objectLengths.set(object, offset + count);
        return piece;
    }

    /** Bytes {@code from} to {@code from + lengthBytes - 1} of a run. */
    sealed interface Piece {
        DirtyRun run();

        long from();

        long lengthBytes();

        record Inline(DirtyRun run, long from, long lengthBytes) implements Piece {}

        /** To be uploaded in the {@code object}-th object of this plan, at {@code offset}. */
        record InObject(DirtyRun run, long from, long lengthBytes, int object, long offset) implements Piece {}

        /** The backend has it already, as the whole of {@code object}. */
        record Ahead(DirtyRun run, long from, long lengthBytes, StagedId object) implements Piece {}
    }
}
