package io.cffs.daemon.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HostProcessesTest {
    private static final String MARK = "CFFS_TXN_ID=a-test-of-" + ProcessHandle.current().pid();
    private final HostProcesses processes = new HostProcesses(Path.of("/proc"));

    private static Process sleeper(boolean marked) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("sleep", "60");
        if (marked) {
            builder.environment().put("CFFS_TXN_ID", MARK.substring(MARK.indexOf('=') + 1));
        }
        return builder.start();
    }

    /** In a name space of its own a function is known by it; the client's helpers are left until the client goes. */
    @Test
    void aFunctionIsKnownByItsNameSpace() throws Exception {
        long client = ProcessHandle.current().pid();
        String namespace = processes.namespaceOf(client);
        Process function = sleeper(true);
        Process helper = sleeper(false);
        try {
            int uid = (Integer) Files.getAttribute(Path.of("/proc/self"), "unix:uid");
            HostProcesses.Family alive = new HostProcesses.Family(client, uid, namespace, MARK, false);
            List<Long> own = processes.find(alive).stream().map(ProcessHandle::pid).toList();
            assertTrue(own.contains(function.pid()), own::toString);
            assertTrue(!own.contains(helper.pid()), own::toString);
            assertEquals(List.of(), processes.find(new HostProcesses.Family(client, uid, "mnt:[1]", MARK, true)));
        } finally {
            helper.destroyForcibly();
            function.destroyForcibly();
        }
    }

    @Test
    void aThreadIsItsProcess() throws Exception {
        long process = ProcessHandle.current().pid();
        try (var threads = Files.list(Path.of("/proc/self/task"))) {
            for (Path thread : threads.limit(3).toList()) {
                assertEquals(process, processes.processOf(Integer.parseInt(thread.getFileName().toString())));
            }
        }
    }

    @Test
    void inASharedNameSpaceTheMarkDecides() throws Exception {
        Process function = sleeper(true);
        Process other = sleeper(false);
        try {
            HostProcesses.Family family =
                    new HostProcesses.Family(ProcessHandle.current().pid(), 0, null, MARK, false);
            assertEquals(List.of(function.pid()), processes.find(family).stream().map(ProcessHandle::pid).toList());
            assertTrue(processes.end(family));
            assertTrue(function.waitFor(10, TimeUnit.SECONDS) && other.isAlive());
        } finally {
            other.destroyForcibly();
            function.destroyForcibly();
        }
    }
}
