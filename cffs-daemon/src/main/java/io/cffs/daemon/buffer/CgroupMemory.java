package io.cffs.daemon.buffer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The memory limit that the control groups set for this process: the least of its own group's and of those above it,
 * in both versions of the interface (cgroups(7)).
 */
final class CgroupMemory {
    private CgroupMemory() {}

    /**
     * @param root "/", or a copy of its proc and sys in a test
     * @return bytes; {@link Long#MAX_VALUE} when there is no limit or none can be read
     */
    static long limitBytes(Path root) {
        long limit = Long.MAX_VALUE;
        try {
            for (String line : Files.readAllLines(root.resolve("proc/self/cgroup"))) {
                String[] fields = line.split(":", 3);
                if (fields.length < 3) {
                    continue;
                }
                Path hierarchy = root.resolve("sys/fs/cgroup");
                if (fields[0].equals("0") && fields[1].isEmpty()) {
                    limit = Math.min(limit, leastUpwards(hierarchy, fields[2], "memory.max"));
                } else if (("," + fields[1] + ",").contains(",memory,")) {
                    Path memory = hierarchy.resolve("memory");
                    limit = Math.min(limit, leastUpwards(memory, fields[2], "memory.limit_in_bytes"));
                }
            }
        } catch (IOException | RuntimeException e) {
            return limit;
        }
        return limit;
    }

    /** In a container the group's path may be the host's: what does not exist is left out, the top is always asked. */
    private static long leastUpwards(Path hierarchy, String group, String file) {
        Path at = hierarchy.resolve(group.replaceFirst("^/+", "")).normalize();
        if (!at.startsWith(hierarchy)) {
            at = hierarchy;
        }
        long least = Long.MAX_VALUE;
        while (true) {
            least = Math.min(least, read(at.resolve(file)));
            if (at.equals(hierarchy)) {
                return least;
            }
            at = at.getParent();
        }
    }

    private static long read(Path file) {
        try {
            String text = Files.readString(file).strip();
            return text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text);
        } catch (IOException | NumberFormatException e) {
            return Long.MAX_VALUE;
        }
    }
}
