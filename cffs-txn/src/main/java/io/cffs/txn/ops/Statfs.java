package io.cffs.txn.ops;

import io.cffs.model.Blocks;
import io.cffs.model.Name;
import io.cffs.txn.port.BackendPort.VolumeStatus;

/** statvfs(3). Figures of the volume as the backend last told them; they are not part of any snapshot. */
public final class Statfs {
    /** Inodes are numbered without a practical limit; this many are always said to be free. */
    private static final long FREE_INODES = 1L << 40;

    private Statfs() {}

    /**
     * @param blockBytes the unit of the three block counts
     * @param nameBytesMax longest name
     */
    public record Figures(
            int blockBytes, long blocks, long freeBlocks, long availableBlocks, long inodes, long freeInodes,
            int nameBytesMax) {}

    public static Figures run(VolumeStatus status) {
        long capacity = status.capacityBytes() / Blocks.PAGE_BYTES;
        long used = (status.usedBytes() + Blocks.PAGE_BYTES - 1) / Blocks.PAGE_BYTES;
        long available = Math.max(0, status.availableBytes() / Blocks.PAGE_BYTES);
        long free = Math.max(available, Math.max(0, capacity - used));
        long blocks = Math.max(capacity, used + free);
        return new Figures(Blocks.PAGE_BYTES, blocks, free, available, status.inodes() + FREE_INODES, FREE_INODES,
                Name.BYTES_MAX);
    }
}
