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

    /**
     * An eighth of the heap for metadata, up to 64 MiB, and 8 MiB for hot blocks: with twice as many, those of a large
     * file that is read for the first time outlive their youth on the heap, and it grows to its bound (600 MiB resident
     * were measured, against 160).
     */
    public static CacheLimits forHeap(long heapBytesMax) {
        return new CacheLimits(
                Math.min(64 * MIB, heapBytesMax / 8),
                8 * MIB,
                32,
                4096);
    }
}
