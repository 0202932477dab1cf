package io.cffs.daemon.buffer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How much memory there is for this process and the function beside it, and the daemon's share of it.
 *
 * @param limitBytes the control group's limit, or the machine's memory if that is less or there is none
 * @param heapBytesMax the heap's limit; off-heap memory has one of the same size unless the command line says otherwise
 */
public record MemoryBudget(long limitBytes, long heapBytesMax) {
    private static final long MIB = 1024 * 1024;

    /** Of this process. */
    public static MemoryBudget ofThisProcess() {
        Path root = Path.of("/");
        long limit = Math.min(CgroupMemory.limitBytes(root), machineBytes(root));
        return new MemoryBudget(limit, Runtime.getRuntime().maxMemory());
    }

    /**
     * Off-heap bytes for written pages before they spill: an eighth of the limit, because the function lives in the
     * same control group, at most half of what off-heap memory may take in all, 16 to 256 MiB.
     */
    public long frameBytesMax() {
        long share = Math.min(limitBytes / 8, heapBytesMax / 2);
        return Math.clamp(share, 16 * MIB, 256 * MIB);
    }

    /**
     * Heap for what transactions have changed, their commits included: what an eighth for metadata, up to 64 MiB, and
     * 48 MiB for the young and the program itself leave, less an eighth; at least a quarter of the heap.
     */
    public long writeHeapBytesMax() {
        long left = heapBytesMax - Math.min(64 * MIB, heapBytesMax / 8) - 48 * MIB;
        return Math.max(heapBytesMax / 4, left / 8 * 7);
    }

    static long machineBytes(Path root) {
        try {
            List<String> lines = Files.readAllLines(root.resolve("proc/meminfo"));
            for (String line : lines) {
                String[] words = line.split("\\s+");
                if (words[0].equals("MemTotal:")) {
                    return Long.parseLong(words[1]) * 1024;
                }
            }
        } catch (IOException | RuntimeException e) {
            // Not Linux, or /proc is not there: no limit is known.
            return Long.MAX_VALUE;
        }
        return Long.MAX_VALUE;
    }
}
