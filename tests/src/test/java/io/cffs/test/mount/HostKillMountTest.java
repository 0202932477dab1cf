package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.test.mount.CffsCommand.Finished;
import io.cffs.test.mount.CffsCommand.Started;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * SIGKILL at random moments, of the function, of its client and of the host daemon that serves it. Each function writes
 * a file of its own, raises a counter and appends to a log: whatever died, the three agree, every acknowledged function
 * is among them, nothing of the others is, and nobody waits for ever.
 */
class HostKillMountTest {
    private static final int KILLS = Integer.getInteger("cffs.kills", 8);
    private static final long SEED = Long.getLong("cffs.seed", 20_191_110L);
    private static final int KILL_WITHIN_MILLIS = 500;
    private static final int LOST = 74;
    private static final String BODY =
            "echo $ID > f/$ID; read n < count; echo $((n + 1)) > count; echo $ID >> log; mkdir d$ID; rmdir d$ID; "
                    + "sleep 0.15";

    @TempDir
    Path scratch;

    private HostDaemon host;
    private final Set<String> acknowledged = new HashSet<>();
    private final Set<String> refused = new HashSet<>();

    @BeforeEach
    void startHost() throws Exception {
        host = new HostDaemon(scratch);
        host.runShell("mkdir f; echo 0 > count; : > log").expectExit(0);
    }

    @AfterEach
    void stopHost() throws Exception {
        host.stop();
    }

    @Test
    void killedFunctionsNeverHappened() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < KILLS; i++) {
            Started started = begin("k" + i);
            if (!ends(started, random.nextInt(KILL_WITHIN_MILLIS))) {
                started.process().descendants().filter(each -> isFunction(each)).findFirst()
                        .ifPresent(ProcessHandle::destroyForcibly);
            }
            note("k" + i, host.finish(started));
        }
        check();
    }

    @Test
    void killedClientsLeaveNoFunctionBehind() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        List<ProcessHandle> functions = new ArrayList<>();
        for (int i = 0; i < KILLS; i++) {
            Started started = begin("k" + i);
            if (!ends(started, random.nextInt(KILL_WITHIN_MILLIS))) {
                started.process().descendants().forEach(functions::add);
                started.process().destroyForcibly();
            }
            note("k" + i, host.finish(started));
        }
        host.awaitFigure("running", 0);
        host.awaitFigure("mountsInUse", 0);
        for (ProcessHandle function : functions) {
            function.onExit().get(30, TimeUnit.SECONDS);
        }
        check();
    }

    @Test
    void whatAFunctionHasStartedEndsWithItsClient() throws Exception {
        Path note = scratch.resolve("pid");
        // Neither the environment nor the session leads to it any more.
        Started started = host.startShell("env -i setsid sh -c 'sleep 1000 & echo $! > " + note + ".new; mv " + note
                + ".new " + note + "; wait' & wait");
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(note)) {
            assertTrue(System.nanoTime() < deadlineNanos && !started.process().waitFor(20, TimeUnit.MILLISECONDS));
        }
        ProcessHandle left = ProcessHandle.of(Long.parseLong(Files.readString(note).strip())).orElseThrow();
        started.process().destroyForcibly();
        left.onExit().get(30, TimeUnit.SECONDS);
        host.finish(started).expectExit(137);
        host.awaitFigure("mountsInUse", 0);
    }

    @Test
    void aKilledDaemonLosesNothingItAcknowledged() throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < KILLS / 2; i++) {
            List<Started> started = new ArrayList<>();
            for (int j = 0; j < 3; j++) {
                started.add(begin("k" + i + "x" + j));
            }
            ends(started.getFirst(), random.nextInt(KILL_WITHIN_MILLIS));
            host.killAndRestart();
            for (int j = 0; j < 3; j++) {
                note("k" + i + "x" + j, host.finish(started.get(j)));
            }
        }
        check();
        String mounts = Files.readString(Path.of("/proc/self/mounts"));
        assertFalse(mounts.contains(" /run/cffs/volume fuse.cffs "), mounts);
    }

    private Started begin(String id) {
        return host.startShell("ID=" + id + "; " + BODY);
    }

    private static boolean ends(Started started, int withinMillis) throws InterruptedException {
        return started.process().waitFor(withinMillis, TimeUnit.MILLISECONDS);
    }

    private static boolean isFunction(ProcessHandle process) {
        return CffsCommand.commandLine(process).startsWith("sh\0-c\0ID=");
    }

    private void note(String id, Finished finished) {
        if (finished.exit() == 0) {
            acknowledged.add(id);
        } else if (finished.exit() == LOST && finished.err().contains("nothing was changed")) {
            refused.add(id); // the ledger was asked, or nothing had been sent
        }
    }

    /** The three traces agree and contain everything acknowledged. */
    private void check() {
        List<String> lines = host.runShell("cat count; ls f; echo --; cat log; echo --; ls").expectExit(0).out()
                .lines().toList();
        int firstMark = lines.indexOf("--");
        int secondMark = lines.lastIndexOf("--");
        Set<String> files = new HashSet<>(lines.subList(1, firstMark));
        List<String> log = lines.subList(firstMark + 1, secondMark);
        assertEquals(files.size(), Integer.parseInt(lines.getFirst()), "the counter against the files");
        assertEquals(files.size(), log.size(), "the log against the files");
        assertEquals(files, new HashSet<>(log));
        assertTrue(files.containsAll(acknowledged), () -> "lost: " + acknowledged + " of which only " + files);
        refused.forEach(id -> assertFalse(files.contains(id), () -> "it was said to have changed nothing: " + id));
        assertEquals(List.of("count", "f", "log"), lines.subList(secondMark + 1, lines.size()));
        host.store().expectClean();
    }
}
