package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * SIGKILL at random moments, of the function, of the daemon and of the backend. Each function writes a file of its own,
 * raises a counter and appends to a log; whatever died, the three agree, every acknowledged function is among them, and
 * no function is that reported failure before its commit.
 */
class KillMountTest extends StoreTest {
    private static final int KILLS = Integer.getInteger("cffs.kills", 8);
    private static final long SEED = Long.getLong("cffs.seed", 20_191_110L);
    /** Kills fall into the first this many milliseconds of a function's life: start-up, body, commit and after. */
    private static final int KILL_WITHIN_MILLIS = 1500;

    private static final String BODY =
            "echo $ID > f/$ID; read n < count; echo $((n + 1)) > count; echo $ID >> log; mkdir d$ID; rmdir d$ID; "
                    + "sleep 0.2";

    private final Set<String> acknowledged = new HashSet<>();
    private final Set<String> failedBeforeCommit = new HashSet<>();

    @BeforeEach
    void openStore() {
        cffs.runShell("mkdir f; echo 0 > count; : > log").expectExit(0);
    }

    @Test
    void killedFunctionsNeverHappened() throws Exception {
        killAtRandomMoments((started, id) -> functionOf(started.process(), id));
        failedBeforeCommit.forEach(id -> assertTrue(!acknowledged.contains(id)));
    }

    @Test
    void killedDaemonsLeaveWholeFunctionsOrNothing() throws Exception {
        Set<String> before = cffsMounts();
        killAtRandomMoments((started, id) -> daemonOf(started.process()));
        // Other programs of this machine may have mounts of their own: those from before, and those that are served.
        Set<String> left = minus(cffsMounts(), before);
        left.removeIf(point -> new File(point).isDirectory());
        assertEquals(Set.of(), left);
    }

    @Test
    void killedBackendsKeepWhatTheyAcknowledged() throws Exception {
        killAtRandomMoments((started, id) -> cffs.backendProcess());
    }

    @Test
    void functionOutlivesItsBackend() throws Exception {
        Path started = scratch.resolve("started");
        Path goOn = scratch.resolve("go-on");
        CffsCommand.Started function = cffs.startShell("echo one > a; : > " + started + "; n=0; until [ -e " + goOn
                + " ] || [ $n -ge 600 ]; do sleep 0.1; n=$((n + 1)); done; ls > /dev/null; mkdir later; echo two >> "
                        + "log");
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(started)) {
            assertTrue(System.nanoTime() < deadlineNanos && !function.process().waitFor(20, TimeUnit.MILLISECONDS));
        }
        ProcessHandle backend = cffs.backendProcess().orElseThrow();
        CffsCommand.killTree(backend);
        Files.createFile(goOn);
        cffs.finish(function).expectExit(0);
        assertEquals("one\ntwo\n", cffs.runShell("cat a log; ls -d later > /dev/null").expectExit(0).out());
        cffs.expectClean();
    }

    private void killAtRandomMoments(BiFunction<CffsCommand.Started, String,
            Optional<ProcessHandle>> victim) throws Exception {
        SplittableRandom random = new SplittableRandom(SEED);
        for (int i = 0; i < KILLS; i++) {
            String id = "k" + i;
            CffsCommand.Started started = cffs.startShell("ID=" + id + "; " + BODY);
            int delayMillis = random.nextInt(KILL_WITHIN_MILLIS);
            if (!started.process().waitFor(delayMillis, TimeUnit.MILLISECONDS)) {
                victim.apply(started, id).ifPresent(ProcessHandle::destroyForcibly);
            }
            note(id, cffs.finish(started));
        }
        check();
        cffs.stopBackend();
        check();
    }

    private void note(String id, CffsCommand.Finished finished) {
        if (finished.exit() == 0) {
            acknowledged.add(id);
        } else if (finished.exit() == 137) {
            // The function's own status is reported: it was killed before it could commit. (A killed daemon also ends
            // with 137, but then nobody reported anything.)
            if (!finished.err().isEmpty()) {
                failedBeforeCommit.add(id);
            }
        }
    }

    /** The three traces agree, contain everything acknowledged and nothing that failed. */
    private void check() {
        List<String> lines = cffs.runShell("cat count; ls f; echo --; cat log; echo --; ls").expectExit(0).out()
                .lines().toList();
        int firstMark = lines.indexOf("--");
        int secondMark = lines.lastIndexOf("--");
        Set<String> files = new HashSet<>(lines.subList(1, firstMark));
        List<String> log = lines.subList(firstMark + 1, secondMark);
        assertEquals(files.size(), Integer.parseInt(lines.get(0)), "the counter against the files");
        assertEquals(files.size(), log.size(), "the log against the files");
        assertEquals(files, new HashSet<>(log));
        assertTrue(files.containsAll(acknowledged), () -> "lost: " + minus(acknowledged, files));
        failedBeforeCommit.forEach(id -> assertTrue(!files.contains(id), () ->
                "a failed function left its trace: " + id));
        assertEquals(List.of("count", "f", "log"), lines.subList(secondMark + 1, lines.size()));
        cffs.expectClean();
    }

    private static Set<String> minus(Set<String> from, Set<String> without) {
        Set<String> rest = new HashSet<>(from);
        rest.removeAll(without);
        return rest;
    }

    private static Optional<ProcessHandle> functionOf(Process process, String id) {
        return process.descendants()
                .filter(handle -> CffsCommand.commandLine(handle).startsWith("sh\0-c\0ID=" + id + ";"))
                .findFirst();
    }

    private static Optional<ProcessHandle> daemonOf(Process process) {
        return Stream.concat(Stream.of(process.toHandle()), process.descendants())
                .filter(handle -> CffsCommand.commandLine(handle).split("\0", 2)[0].endsWith("/java"))
                .findFirst();
    }

    /** The mount points of CFFS in this mount namespace. */
    private static Set<String> cffsMounts() throws IOException {
        Set<String> mounts = new HashSet<>();
        for (String line : Files.readAllLines(Path.of("/proc/self/mounts"))) {
            String[] fields = line.split(" ");
            if (fields[2].startsWith("fuse") && fields[0].startsWith("cffs")) {
                mounts.add(fields[1]);
            }
        }
        return mounts;
    }
}
