package io.cffs.daemon.buffer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemoryBudgetTest {
    private static final long MIB = 1024 * 1024;

    @TempDir
    Path root;

    @Test
    void versionTwoTakesTheLeastOfTheGroupsAbove() throws Exception {
        write("proc/self/cgroup", "0::/user.slice/function\n");
        write("sys/fs/cgroup/user.slice/function/memory.max", "max\n");
        write("sys/fs/cgroup/user.slice/memory.max", "536870912\n");
        assertEquals(512 * MIB, CgroupMemory.limitBytes(root));
        write("sys/fs/cgroup/user.slice/function/memory.max", "268435456\n");
        assertEquals(256 * MIB, CgroupMemory.limitBytes(root));
    }

    @Test
    void versionOneInAContainerThatSeesTheHostsPath() throws Exception {
        write("proc/self/cgroup", "5:cpu,cpuacct:/docker/ab\n4:hugetlb,memory:/docker/ab\n1:name=systemd:/docker/ab\n");
        write("sys/fs/cgroup/memory/memory.limit_in_bytes", "134217728\n");
        assertEquals(128 * MIB, CgroupMemory.limitBytes(root));
    }

    @Test
    void aPathThatClimbsOutStaysInside() throws Exception {
        write("proc/self/cgroup", "0::/../../../etc\n");
        write("sys/fs/cgroup/memory.max", "1048576\n");
        assertEquals(MIB, CgroupMemory.limitBytes(root));
    }

    @Test
    void nothingToReadIsNoLimit() throws Exception {
        assertEquals(Long.MAX_VALUE, CgroupMemory.limitBytes(root));
        assertEquals(Long.MAX_VALUE, MemoryBudget.machineBytes(root));
        write("proc/self/cgroup", "nonsense\n0::/a\n");
        write("sys/fs/cgroup/a/memory.max", "nonsense\n");
        assertEquals(Long.MAX_VALUE, CgroupMemory.limitBytes(root));
    }

    @Test
    void machineMemoryIsRead() throws Exception {
        write("proc/meminfo", "MemTotal:       16384 kB\nMemFree:        1 kB\n");
        assertEquals(16 * MIB, MemoryBudget.machineBytes(root));
    }

    @Test
    void sharesHaveBounds() {
        assertEquals(16 * MIB, new MemoryBudget(64 * MIB, 32 * MIB).frameBytesMax());
        assertEquals(128 * MIB, new MemoryBudget(1024 * MIB, 512 * MIB).frameBytesMax());
        assertEquals(256 * MIB, new MemoryBudget(Long.MAX_VALUE, Long.MAX_VALUE).frameBytesMax());
        assertTrue(MemoryBudget.ofThisProcess().frameBytesMax() >= 16 * MIB);
    }

    private void write(String path, String text) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }
}
