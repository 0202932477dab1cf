package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A young host daemon runs functions for practice: nobody notices, and nothing of them is left. */
class HostWarmingMountTest {
    @TempDir
    Path scratch;

    /** Practice ends after this at the latest: on a machine that is too busy, before it has begun. */
    private static final long PRACTICE_NANOS_MAX = TimeUnit.SECONDS.toNanos(10);

    private long startedNanos;
    private HostDaemon host;

    @BeforeEach
    void startHost() throws Exception {
        startedNanos = System.nanoTime();
        host = new HostDaemon(scratch, HostDaemon.WARM);
    }

    @AfterEach
    void stopHost() throws Exception {
        host.stop();
    }

    @Test
    void aWarmingDaemonServesAndNothingOfItIsLeft() throws Exception {
        awaitPractice();
        host.runShell("echo mine > a").expectExit(0);
        assertTrue(host.isWarming() || isTimeOver(), "the function had to wait for the end of it");
        assertEquals("a\n", host.runShell("ls -A").expectExit(0).out());
        assertEquals(2, host.figure("begun"), "practice is not counted");
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (host.isWarming()) {
            assertTrue(System.nanoTime() < deadlineNanos, "it warms for ever");
        }
        ProcessHandle daemon = host.process();
        assertEquals(List.of(), daemon.descendants().filter(HostWarmingMountTest::isPractice).toList());
        assertEquals("", partsOf(daemon, "mountinfo", "cffs-warming"));
        assertEquals("", partsOf(daemon, "mountinfo", "cffs-scratch"));
        assertEquals("", partsOf(daemon, "comm", "cffs-warming"));
        String maps = Files.readString(Path.of("/proc", Long.toString(daemon.pid()), "maps"));
        String store = host.store().store().toString();
        assertEquals(List.of(), maps.lines().filter(line -> line.contains("blocks.slab") && !line.contains(store))
                .toList(), "the cache for practice is still mapped");
        assertEquals("a\n", host.runShell("ls -A").expectExit(0).out());
        host.store().expectClean();
    }

    @Test
    void whatAKilledDaemonHadStartedEnds() throws Exception {
        ProcessHandle daemon = host.process();
        awaitPractice();
        List<ProcessHandle> practice = daemon.descendants().filter(HostWarmingMountTest::isPractice).toList();
        daemon.destroyForcibly();
        for (ProcessHandle process : practice) {
            process.onExit().get(30, TimeUnit.SECONDS);
        }
        host.killAndRestart();
        host.runShell("ls -A").expectExit(0);
    }

    @Test
    void aDaemonThatWarmsEndsWhenAsked() throws Exception {
        ProcessHandle daemon = host.process();
        awaitPractice();
        List<ProcessHandle> practice = daemon.descendants().filter(HostWarmingMountTest::isPractice).toList();
        daemon.destroy();
        daemon.onExit().get(30, TimeUnit.SECONDS);
        for (ProcessHandle process : practice) {
            process.onExit().get(30, TimeUnit.SECONDS);
        }
        assertFalse(Files.exists(host.control().resolve("status")), "the control directory is still mounted");
    }

    /** Until a function for practice runs, with its client. */
    private void awaitPractice() throws Exception {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (host.process().descendants().filter(HostWarmingMountTest::isPractice).count() < 2) {
            assertTrue(System.nanoTime() < deadlineNanos, "no function ran for practice");
            if (!host.isWarming()) {
                assertTrue(isTimeOver(), "it has ended before a function ran");
                abort("this machine is too busy for practice just now");
            }
        }
    }

    private boolean isTimeOver() {
        return System.nanoTime() - startedNanos > PRACTICE_NANOS_MAX;
    }

    private static boolean isPractice(ProcessHandle process) {
        return CffsCommand.commandLine(process).contains("\0practice\0");
    }

    /** Lines with a word in a file of /proc of each thread. */
    private static String partsOf(ProcessHandle daemon, String file, String word) throws IOException {
        StringBuilder found = new StringBuilder();
        try (Stream<Path> tasks = Files.list(Path.of("/proc", Long.toString(daemon.pid()), "task"))) {
            for (Path task : tasks.toList()) {
                try {
                    Files.readAllLines(task.resolve(file), StandardCharsets.ISO_8859_1).stream()
                            .filter(line -> line.contains(word)).forEach(found::append);
                } catch (IOException ended) {
                    // A thread that has none of it any more.
                }
            }
        }
        return found.toString();
    }
}
