package io.cffs.daemon.staging;

import io.cffs.model.Blocks;
import io.cffs.model.Ino;
import io.cffs.txn.DirtyRun;
import io.cffs.txn.StagedId;
import java.util.ArrayList;
import java.util.List;

/** The 4 MiB of a file that one staged object covers when it is uploaded while the function still runs. */
record StagedWindow(Ino ino, long firstBlock) {
    static final int BLOCKS = StagedId.BYTES_MAX / Blocks.BLOCK_BYTES;

    long offset() {
        return firstBlock * Blocks.BLOCK_BYTES;
    }

    long end() {
        return offset() + StagedId.BYTES_MAX;
    }

    /** The windows that lie wholly in a run. */
    static List<StagedWindow> within(DirtyRun run) {
        List<StagedWindow> windows = new ArrayList<>();
        if (!run.append()) {
            long end = run.offset() + run.lengthBytes();
            long first = Math.ceilDiv(run.offset(), (long) StagedId.BYTES_MAX);
            for (long at = first * StagedId.BYTES_MAX; at + StagedId.BYTES_MAX <= end; at += StagedId.BYTES_MAX) {
                windows.add(new StagedWindow(run.ino(), Blocks.blockOf(at)));
            }
        }
        return windows;
    }

    /** The stamp of the newest change to any of its blocks. */
    long changedAt(DirtyBytes bytes) {
        long newest = 0;
        for (long block = firstBlock; block < firstBlock + BLOCKS; block++) {
            newest = Math.max(newest, bytes.changedAt(ino, block));
        }
        return newest;
    }
}
