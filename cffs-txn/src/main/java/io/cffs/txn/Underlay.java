package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.Ino;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What shows where a file has no written page, as far as it is not the stored file: holes that were made here, and
 * ranges that were taken over from a stored file. Disjoint runs of pages, so that a terabyte taken over is one entry.
 *
 * <p>Holds: within one block, every page that is neither written nor a hole comes from the same block of the same file.
 * So a commit may name whole blocks, and then the holes and written pages in them. Not thread-safe.
 */
final class Underlay {
    private final TreeMap<Long, Extent> byFirst = new TreeMap<>();

    /**
     * @param lastPage inclusive
     * @param source the file whose stored bytes show; null for a hole
     * @param shiftBytes what to add to an offset here for the offset in the source; a multiple of the block size
     * @param sourceEnd offset in the source from which on nothing of it shows but zeros
     */
    record Extent(long firstPage, long lastPage, Ino source, long shiftBytes, long sourceEnd) {
        boolean isHole() {
            return source == null;
        }

        long firstByte() {
            return firstPage * Blocks.PAGE_BYTES;
        }

        long endByte() {
            return (lastPage + 1) * Blocks.PAGE_BYTES;
        }

        Extent part(long first, long last) {
            return new Extent(first, last, source, shiftBytes, sourceEnd);
        }

        private boolean continues(Extent left) {
            return left.lastPage + 1 == firstPage && shiftBytes == left.shiftBytes && sourceEnd == left.sourceEnd
                    && (source == null ? left.source == null : source.equals(left.source));
        }
    }

    static Extent hole(long firstPage, long lastPage) {
        return new Extent(firstPage, lastPage, null, 0, 0);
    }

    int size() {
        return byFirst.size();
    }

    boolean isEmpty() {
        return byFirst.isEmpty();
    }

    /** Whether something shows that was taken over from a stored file. */
    boolean takesOver() {
        return byFirst.values().stream().anyMatch(extent -> !extent.isHole());
    }

    /** Every page that was taken over has been written since: it shows no more. */
    void forgetTaken() {
        byFirst.values().removeIf(extent -> !extent.isHole());
    }

    /** Null when the stored file shows at this page. */
    Extent at(long page) {
        Map.Entry<Long, Extent> left = byFirst.floorEntry(page);
        return left != null && left.getValue().lastPage() >= page ? left.getValue() : null;
    }

    /** The first page of the next extent that begins after this page; {@link Long#MAX_VALUE} when none does. */
    long nextAfter(long page) {
        Long next = byFirst.higherKey(page);
        return next == null ? Long.MAX_VALUE : next;
    }

    void put(Extent added) {
        remove(added.firstPage(), added.lastPage());
        Extent left = at(added.firstPage() - 1);
        Extent whole = left != null && added.continues(left)
                ? left.part(left.firstPage(), added.lastPage())
                : added;
        Extent right = byFirst.get(added.lastPage() + 1);
        if (right != null && right.continues(whole)) {
            byFirst.remove(right.firstPage());
            whole = whole.part(whole.firstPage(), right.lastPage());
        }
        byFirst.put(whole.firstPage(), whole);
    }

    /** The file was cut to this length: what lies beyond shows no more. */
    void cut(long lengthBytes) {
        if (isEmpty()) {
            return;
        }
        remove((lengthBytes + Blocks.PAGE_BYTES - 1) / Blocks.PAGE_BYTES, Long.MAX_VALUE / Blocks.PAGE_BYTES);
        // A commit names whole blocks, so everything in the block of the cut has to know of it.
        long blockStart = lengthBytes / Blocks.BLOCK_BYTES * Blocks.BLOCK_BYTES;
        Map.Entry<Long, Extent> last = byFirst.lastEntry();
        while (last != null && last.getValue().endByte() > blockStart) {
            Extent extent = last.getValue();
            long sourceEnd = Math.min(extent.sourceEnd(), lengthBytes + extent.shiftBytes());
            if (!extent.isHole()) {
                byFirst.put(extent.firstPage(), new Extent(
                        extent.firstPage(), extent.lastPage(), extent.source(), extent.shiftBytes(), sourceEnd));
            }
            last = byFirst.lowerEntry(extent.firstPage());
        }
    }

    private void remove(long first, long last) {
        Extent next = at(first);
        next = next != null ? next : firstIn(first, last);
        while (next != null) {
            byFirst.remove(next.firstPage());
            if (next.firstPage() < first) {
                byFirst.put(next.firstPage(), next.part(next.firstPage(), first - 1));
            }
            if (next.lastPage() > last) {
                byFirst.put(last + 1, next.part(last + 1, next.lastPage()));
            }
            next = firstIn(first, last);
        }
    }

    private Extent firstIn(long first, long last) {
        Map.Entry<Long, Extent> next = byFirst.ceilingEntry(first);
        return next != null && next.getKey() <= last ? next.getValue() : null;
    }

    /**
     * Adds what a commit does: whole blocks taken over, then the holes in them and in the stored file.
     *
     * @param storedStop from here on nothing is stored; 0 for a created file
     * @param lengthBytes of the file in the end
     */
    void collect(Ino ino, long storedStop, long lengthBytes, List<Mutation> into) {
        List<Mutation.CloneRange> clones = clones(ino, lengthBytes);
        into.addAll(clones);
        for (Extent extent : byFirst.values()) {
            if (extent.isHole() && (extent.firstByte() < storedStop || overlapsAny(clones, extent))) {
                into.add(new Mutation.PunchHole(ino, extent.firstByte(), extent.endByte() - extent.firstByte()));
            }
        }
    }

    private List<Mutation.CloneRange> clones(Ino ino, long lengthBytes) {
        List<Mutation.CloneRange> clones = new ArrayList<>();
        for (Extent extent : byFirst.values()) {
            if (extent.isHole()) {
                continue;
            }
            long from = extent.firstByte() / Blocks.BLOCK_BYTES * Blocks.BLOCK_BYTES;
            long whole = (extent.endByte() + Blocks.BLOCK_BYTES - 1) / Blocks.BLOCK_BYTES * Blocks.BLOCK_BYTES;
            long to = Math.min(Math.min(whole, lengthBytes), extent.sourceEnd() - extent.shiftBytes());
            Mutation.CloneRange before = clones.isEmpty() ? null : clones.getLast();
            boolean goesOn = before != null && before.offset() + before.lengthBytes() >= from
                    && before.source().equals(extent.source())
                    && before.sourceOffset() - before.offset() == extent.shiftBytes();
            if (goesOn) {
                long end = Math.max(to, before.offset() + before.lengthBytes());
                clones.set(clones.size() - 1, new Mutation.CloneRange(
                        ino, before.offset(), before.source(), before.sourceOffset(), end - before.offset()));
            } else if (to > from) {
                clones.add(new Mutation.CloneRange(
                        ino, from, extent.source(), from + extent.shiftBytes(), to - from));
            }
        }
        return clones;
    }

    private static boolean overlapsAny(List<Mutation.CloneRange> clones, Extent hole) {
        int low = 0;
        int high = clones.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (clones.get(middle).offset() + clones.get(middle).lengthBytes() <= hole.firstByte()) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < clones.size() && clones.get(low).offset() < hole.endByte();
    }
}
