package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Copies file bytes out of a snapshot. Records nothing. Not thread-safe. */
final class StoredBytes {
    private static final byte[] ZEROS = new byte[Blocks.PAGE_BYTES];
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Snapshot snapshot;

    StoredBytes(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /**
     * Puts {@code length} bytes of the file from {@code offset} on; bytes at {@code end} and beyond are zeros.
     *
     * @throws SnapshotMiss naming every block of the range that is not at hand; the target's position is then unmoved
     */
    void copy(Ino ino, long offset, int length, long end, ByteBuffer target) {
        int start = target.position();
        long stop = offset + length;
        long storedStop = Math.min(stop, end);
        long at = offset;
        try {
            while (at < storedStop) {
                long index = Blocks.blockOf(at);
                int inBlock = (int) (at - index * Blocks.BLOCK_BYTES);
                int part = (int) Math.min(storedStop - at, Blocks.BLOCK_BYTES - inBlock);
                int stored = snapshot.copyBlock(ino, index, inBlock, part, target);
                putZeros(target, part - stored);
                at += part;
            }
        } catch (SnapshotMiss miss) {
            target.position(start);
            throw allMissing(miss, ino, Blocks.blockOf(at) + 1, Blocks.blockOf(storedStop - 1));
        }
        putZeros(target, (int) (stop - Math.max(at, offset)));
    }

    static void putZeros(ByteBuffer target, int count) {
        int left = count;
        while (left > 0) {
            int part = Math.min(left, ZEROS.length);
            target.put(ZEROS, 0, part);
            left -= part;
        }
    }

    /** One fetch for a whole range instead of one for each block. */
    private SnapshotMiss allMissing(SnapshotMiss first, Ino ino, long nextIndex, long lastIndex) {
        if (!(first.wanted() instanceof SnapshotMiss.Wanted.Objects objects) || nextIndex > lastIndex) {
            return first;
        }
        List<ObjectKey> keys = new ArrayList<>(objects.keys());
        for (long index = nextIndex; index <= lastIndex; index++) {
            try {
                snapshot.copyBlock(ino, index, 0, 0, NOTHING);
            } catch (SnapshotMiss miss) {
                if (miss.wanted() instanceof SnapshotMiss.Wanted.Objects more) {
                    keys.addAll(more.keys());
                }
            }
        }
        return new SnapshotMiss(new SnapshotMiss.Wanted.Objects(keys));
    }
}
