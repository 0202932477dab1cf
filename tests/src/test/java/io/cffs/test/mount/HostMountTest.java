package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.test.mount.CffsCommand.Finished;
import io.cffs.test.mount.CffsCommand.Started;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Functions that a host daemon serves: what {@code cffs run} promises, without a JVM of their own. */
class HostMountTest {
    private static final int FUNCTIONS = 6;
    private static final int INCREMENTS_EACH = 10;
    private static final int MOUNTS = 50;

    @TempDir
    Path scratch;

    private HostDaemon host;

    @BeforeEach
    void startHost() throws Exception {
        host = new HostDaemon(scratch);
    }

    @AfterEach
    void stopHost() throws Exception {
        host.stop();
        assertFalse(Files.exists(host.control().resolve("status")), "the control directory is still mounted");
    }

    @Test
    void everyIncrementOfManyFunctionsCounts() throws Exception {
        host.runShell("echo 0 > count").expectExit(0);
        List<Callable<Integer>> functions = new ArrayList<>();
        for (int i = 0; i < FUNCTIONS; i++) {
            String[] options = i % 2 == 0 ? new String[] {"--keep", "counter"} : new String[0];
            functions.add(() -> {
                for (int n = 0; n < INCREMENTS_EACH; n++) {
                    host.runShell("read n < count; echo $((n + 1)) > count", options).expectExit(0);
                }
                return INCREMENTS_EACH;
            });
        }
        CffsCommand.together(functions);
        assertEquals("" + FUNCTIONS * INCREMENTS_EACH, host.runShell("cat count").expectExit(0).out().strip());
        assertEquals("" + FUNCTIONS * INCREMENTS_EACH, host.store().runShell("cat count").expectExit(0).out().strip());
        host.awaitFigure("mountsInUse", 0);
        host.store().expectClean();
    }

    @Test
    void statusesAndSentencesAreThoseOfRun() {
        String store = host.store().store().toString();
        String[][] cases = {
            {"--", "sh", "-c", "exit 3"},
            {"--", "sh", "-c", "kill -9 $$"},
            {"--", "no-such-program"},
            {"--", "/etc/passwd"},
            {"--", "/no/such"},
            {"--cwd", "nowhere", "--", "true"},
            {"--timeout", "300ms", "--", "sleep", "20"},
            {"--timeout", "x", "--", "true"},
            {"--retries", "99999", "--", "true"},
            {"--volume", "NO", "--", "true"},
            {"--no-such-option", "--", "true"},
            {"--invocation-id", "twice", "--", "true"},
            {"--read-only", "--", "sh", "-c", "echo > a"},
            {"--hold-output", "--", "sh", "-c", "echo out; echo err >&2; exit 5"},
            {"--json", "--", "sh", "-c", "exit 6"},
        };
        for (String[] options : cases) {
            List<String> own = new ArrayList<>(List.of("run", "--store", store));
            List<String> hosted = new ArrayList<>(List.of("run", "--host=" + host.control()));
            own.addAll(List.of(options));
            hosted.addAll(List.of(options));
            Finished expected = host.store().cffs(own.toArray(String[]::new));
            Finished actual = host.store().cffs(hosted.toArray(String[]::new));
            assertEquals(expected.exit(), actual.exit(), () -> hosted + "\n" + expected + "\n" + actual);
            assertEquals(expected.out(), actual.out(), hosted::toString);
            assertEquals(comparable(expected.err()), comparable(actual.err()), hosted::toString);
        }
    }

    /** Who complains about an option that it cannot read words it in its own way. */
    private static String comparable(String err) {
        return err.contains("wrong value for") || err.startsWith("cffs: --") ? "an option" : err;
    }

    @Test
    void aFunctionFindsItsFactsAndItsInput() throws Exception {
        Path input = Files.writeString(scratch.resolve("input"), "first\nsecond\n");
        String script = "read line; echo $CFFS_ATTEMPT $line $PWD $CFFS_ROOT ${#CFFS_TXN_ID} $CFFS_SNAPSHOT_TS";
        for (String line : List.of(" < " + input, "< /dev/null printf 'first\\n' | ")) {
            boolean pipe = line.contains("|");
            String run = CffsCommand.launcher() + " run --host=" + host.control() + " -- sh -c '" + script + "'";
            Process shell = new ProcessBuilder("sh", "-c", pipe ? "printf 'first\\n' | " + run : run + line)
                    .redirectErrorStream(true).start();
            shell.getOutputStream().close();
            String said = new String(shell.getInputStream().readAllBytes()).strip();
            assertTrue(shell.waitFor(60, TimeUnit.SECONDS) && shell.exitValue() == 0, said);
            assertEquals("1 first /run/cffs/volume /run/cffs/volume 32 0", said);
        }
    }

    @Test
    void aRerunReadsTheSameInputAgain() throws Exception {
        host.runShell("echo 0 > hot").expectExit(0);
        String other = CffsCommand.launcher() + " run --host=" + host.control() + " -- sh -c \"echo other > hot\"";
        String script = "cat hot > /dev/null; [ $CFFS_ATTEMPT = 2 ] || " + other
                + " < /dev/null; { echo $CFFS_ATTEMPT; cat; } > hot";
        String run = CffsCommand.launcher() + " run --host=" + host.control() + " -- sh -c '" + script + "'";
        Process shell = new ProcessBuilder("sh", "-c", "printf 'a\\nb\\n' | " + run).redirectErrorStream(true).start();
        shell.getOutputStream().close();
        String said = new String(shell.getInputStream().readAllBytes());
        assertTrue(shell.waitFor(60, TimeUnit.SECONDS) && shell.exitValue() == 0, said);
        assertEquals("2\na\nb\n", host.runShell("cat hot").expectExit(0).out());
    }

    @Test
    void aSignalIsHandedOnAndAborts() throws Exception {
        Path ready = scratch.resolve("ready");
        Started running = host.startShell("trap 'echo heard; exit 0' TERM; echo lost > a; touch " + ready
                + "; while :; do sleep 0.05; done");
        await(ready);
        running.process().destroy();
        assertEquals("heard\n", host.finish(running).expectExit(128 + 15).out());
        assertEquals("", host.runShell("ls").expectExit(0).out());
    }

    @Test
    void aKeptMountServesTheNextFunctionOfItsName() throws Exception {
        host.runShell("echo one > a; mkdir -p d/e", "--keep", "mine").expectExit(0);
        assertEquals(1, host.figure("mountsKept"));
        host.store().runShell("echo two > a; rmdir d/e").expectExit(0);
        assertEquals("two\n", host.runShell("cat a; ls d", "--keep", "mine").expectExit(0).out());
        assertEquals(1, host.figure("mountsKept"));
        host.runShell("exit 1", "--keep", "mine").expectExit(1);
        host.runShell("cat a", "--keep", "other").expectExit(0);
        assertEquals(2, host.figure("mountsKept"));
    }

    @Test
    void fiftyMountsAtOnce() throws Exception {
        Path go = scratch.resolve("go");
        List<Started> functions = new ArrayList<>();
        for (int i = 0; i < MOUNTS; i++) {
            functions.add(host.startShell("echo " + i + " > f" + i + "; n=0; until [ -e " + go
                    + " ] || [ $n -ge 600 ]; do sleep 0.2; n=$((n + 1)); done"));
        }
        host.awaitFigure("mountsInUse", MOUNTS);
        String here = Files.readString(Path.of("/proc/self/mounts"));
        Files.createFile(go);
        for (Started function : functions) {
            host.finish(function).expectExit(0);
        }
        assertFalse(here.contains(" /run/cffs/volume fuse.cffs "), here);
        assertEquals("" + MOUNTS, host.runShell("ls | wc -l", "--keep", "last").expectExit(0).out().strip());
        host.awaitFigure("mountsInUse", 0);
        host.store().expectClean();
    }

    private static void await(Path file) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(file)) {
            assertTrue(System.nanoTime() < deadlineNanos, "waited for " + file);
            Thread.onSpinWait();
        }
    }
}
