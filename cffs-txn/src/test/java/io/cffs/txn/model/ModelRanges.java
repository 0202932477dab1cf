package io.cffs.txn.model;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.txn.Credentials;
import java.util.Arrays;

/** What {@link FsModel} does to ranges of files. */
final class ModelRanges {
    private ModelRanges() {}

    /** fallocate: zeros in the range as far as the file reaches, and then as far as it has to reach. */
    static void allocate(Credentials who, FsModel.Node node, long offset, int length, boolean zeros, boolean grows)
            throws FsException {
        FsModel.requireRegular(node);
        int end = (int) offset + length;
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
        FsModel.write(who, to, toOffset, bytes);
        return bytes.length;
    }
}
