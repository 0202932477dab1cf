package io.cffs.daemon.cache;

/**
 * How much a mount may remember and read ahead.
 *
 * @param metadataBytesMax inodes, names, listings and attributes on the heap, over all attempts
 * @param hotBlockBytesMax block contents on the heap, in front of the block cache. At least what the operations that
 *     run at the same time need together: 2 MiB each
 * @param readAheadBlocksMax largest window ahead of a sequential reader, in 128 KiB blocks; 0 turns reading ahead off
 * @param footprintKeysMax keys of an attempt that are fetched ahead for the next one; 0 turns it off
 */
public record CacheLimits(long metadataBytesMax, long hotBlockBytesMax, int readAheadBlocksMax, int footprintKeysMax) {
    private static final long MIB = 1024 * 1024;

    /** A share of the heap: an eighth for metadata up to 64 MiB, a sixteenth for hot blocks, 8 to 32 MiB. */
    public static CacheLimits forHeap(long heapBytesMax) {
        return new CacheLimits(
                Math.min(64 * MIB, heapBytesMax / 8),
                Math.max(8 * MIB, Math.min(32 * MIB, heapBytesMax / 16)),
                32,
                4096);
    }
}
