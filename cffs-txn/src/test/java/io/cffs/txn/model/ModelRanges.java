package io.cffs.txn.model;

import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.txn.Credentials;
import java.util.Arrays;
import java.util.BitSet;

/** What {@link FsModel} does to ranges of files. */
final class ModelRanges {
    private ModelRanges() {}

    /** fallocate: zeros in the range as far as the file reaches, and then as far as it has to reach. */
    static void allocate(Credentials who, FsModel.Node node, long offset, int length, boolean zeros, boolean grows)
            throws FsException {
        FsModel.requireRegular(node);
        int end = (int) offset + length;
        if (zeros) {
            ModelHoles.punched(node, offset, end);
        }
        boolean changes = zeros || grows && end > node.content.length;
        node.content = Arrays.copyOf(node.content, grows ? Math.max(node.content.length, end) : node.content.length);
        if (zeros) {
            Arrays.fill(node.content, (int) Math.min(offset, node.content.length),
                    Math.min(end, node.content.length), (byte) 0);
        }
        if (changes) {
            FsModel.dropSetIdsAfterWrite(who, node);
        }
    }

    /** copy_file_range, all of it. */
    static int copyRange(Credentials who, FsModel.Node from, long offset, FsModel.Node to, long toOffset, int length)
            throws FsException {
        FsModel.requireRegular(from);
        FsModel.requireRegular(to);
        byte[] bytes = FsModel.read(from, offset, length);
        if (from == to && bytes.length > 0 && Math.abs(offset - toOffset) < bytes.length) {
            throw new FsException(FsError.INVALID_ARGUMENT);
        }
        int before = to.content.length;
        BitSet there = (BitSet) to.data.clone();
        FsModel.write(who, to, toOffset, bytes);
        holes(from, offset, to, toOffset, bytes.length, before, there);
        return bytes.length;
    }

    /** Blocks that lie alike, and a tail that is one of both files, come with their holes; the rest is written. */
    private static void holes(FsModel.Node from, long offset, FsModel.Node to, long toOffset, int length, int before,
            BitSet there) {
        BitSet written = (BitSet) to.data.clone();
        to.data.clear();
        to.data.or(there);
        boolean alike = (offset - toOffset) % Blocks.BLOCK_BYTES == 0;
        int done = 0;
        while (done < length) {
            long at = offset + done;
            boolean aligned = alike && at % Blocks.BLOCK_BYTES == 0;
            int left = length - done;
            int part = (int) Math.min(left, Blocks.BLOCK_BYTES - at % Blocks.BLOCK_BYTES);
            // A file that is copied to behind its own end grows on the way.
            long fromLength = from != to ? from.content.length : done == 0 ? before : Math.max(before, toOffset + done);
            boolean whole = part == Blocks.BLOCK_BYTES
                    || at + part >= fromLength && toOffset + done + part >= before;
            if (aligned && whole) {
                ModelHoles.taken(from, at, to, toOffset + done, part);
            } else {
                int first = (int) ((toOffset + done) / Blocks.PAGE_BYTES);
                to.data.set(first, ModelHoles.pages(toOffset + done + part));
            }
            done += part;
        }
        if (!alike) {
            to.data.clear();
            to.data.or(written);
        }
    }
}
