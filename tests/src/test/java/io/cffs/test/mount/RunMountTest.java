package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.test.mount.CffsCommand.Finished;
import io.cffs.test.mount.CffsCommand.Started;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What {@code cffs run} is to the program it runs, and to whoever called it. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RunMountTest extends StoreTest {
    private String again;

    @BeforeEach
    void openStore() {
        // Called by a function in its first attempt, it makes that attempt fail validation.
        again = CffsCommand.launcher() + " run --store " + cffs.store() + " -- sh -c 'echo other > hot'";
    }

    private void await(Path file) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!Files.exists(file) && System.nanoTime() < deadlineNanos) {
            Thread.onSpinWait();
        }
        assertTrue(Files.exists(file), "the function did not get that far");
    }

    @Test
    void aFunctionFindsItsAttemptInItsEnvironment() {
        String out = cffs.runShell("pwd; env | grep '^CFFS_' | sort | sed 's/=.*//'; echo $CFFS_ATTEMPT",
                "--timeout", "60s").expectExit(0).out();
        String[] lines = out.split("\n");
        assertTrue(lines[0].startsWith("/"), out);
        assertEquals("CFFS_ATTEMPT CFFS_DEADLINE_MS CFFS_ROOT CFFS_SNAPSHOT_TS CFFS_TXN_ID 1",
                out.substring(out.indexOf('\n') + 1).strip().replace('\n', ' '));
        assertEquals(lines[0] + "\n", cffs.runShell("echo $CFFS_ROOT").expectExit(0).out());
    }

    @Test
    void argumentsArriveAsTheyWereGiven() {
        cffs.cffs("run", "--store", cffs.store().toString(), "--", "printf", "%s|", "\u00e9", "a  b", "@file", "--help",
                "--", "").expectExit(0);
        Finished printed = cffs.cffs("run", "--store", cffs.store().toString(), "--", "printf", "%s|", "a  b", "@file",
                "--help", "--", "");
        assertEquals("a  b|@file|--help|--||", printed.out());
    }

    @Test
    void statusesAreTheFunctionsOwn() {
        cffs.runShell("exit 0").expectExit(0);
        cffs.runShell("exit 41").expectExit(41);
        cffs.runShell("kill -9 $$").expectExit(128 + 9);
        cffs.cffs("run", "--store", cffs.store().toString(), "--", "./nosuch").expectExit(127);
        cffs.runShell("sleep 60", "--timeout", "300ms").expectExit(124);
    }

    @Test
    void aRerunGetsTheSameInputFromItsStart() throws Exception {
        Path input = Files.writeString(scratch.resolve("input"), "one\ntwo\n");
        String function = "cat > copy-$CFFS_ATTEMPT; cat hot 2> /dev/null; [ $CFFS_ATTEMPT != 1 ] || " + again
                + " < /dev/null; echo mine > hot";
        Finished piped = cffs.finish(started("cat " + input + " | " + run(function)));
        assertEquals("other\n", piped.expectExit(0).out());
        assertEquals("copy-2\nhot\none\ntwo\n", cffs.runShell("ls; cat copy-2; rm copy-2 hot").expectExit(0).out());
        cffs.finish(started("{ read first; " + run(function) + "; } < " + input)).expectExit(0);
        assertEquals("two\n", cffs.runShell("cat copy-2").expectExit(0).out(), "a file starts where it stood");
    }

    @Test
    void withoutRetriesAConflictIsReportedAndNothingChanges() {
        Finished lost = cffs.runShell("cat hot; " + again + "; echo mine > hot; exit 0", "--retries", "0");
        lost.expectExit(75);
        assertEquals(1, lost.err().lines().filter(line -> line.startsWith("cffs: ")).count(), lost.err());
        assertEquals("other\n", cffs.runShell("cat hot").expectExit(0).out());
    }

    @Test
    void heldOutputIsThatOfTheCommittedAttempt() {
        String function = "echo attempt $CFFS_ATTEMPT; cat hot 2> /dev/null; [ $CFFS_ATTEMPT != 1 ] || " + again
                + "; echo mine > hot";
        assertEquals("attempt 2\nother\n", cffs.runShell(function, "--hold-output").expectExit(0).out());
        Finished failed = cffs.runShell("echo out; echo why >&2; exit 3", "--hold-output").expectExit(3);
        assertEquals("", failed.out());
        assertEquals("why\n", failed.err());
    }

    @Test
    void aSignalIsHandedOnAndAborts() throws Exception {
        Path ready = scratch.resolve("ready");
        Started running = cffs.startShell("trap 'echo heard; exit 0' TERM; echo lost > a; touch " + ready
                + "; while :; do sleep 0.05; done");
        await(ready);
        running.process().destroy();
        assertEquals("heard\n", cffs.finish(running).expectExit(128 + 15).out());
        assertEquals("", cffs.runShell("ls").expectExit(0).out());
    }

    @Test
    void whatAFunctionLeavesRunningEndsWithIt() throws Exception {
        Path note = scratch.resolve("pid");
        cffs.runShell("sleep 1000 & echo $! > " + note).expectExit(0);
        long pid = Long.parseLong(Files.readString(note).strip());
        assertFalse(ProcessHandle.of(pid).map(CffsCommand::commandLine).orElse("").startsWith("sleep"));
    }

    @Test
    void aFunctionHasTheUmaskOfItsCaller() throws Exception {
        String function = "umask; echo > f; stat -c %a f";
        assertEquals("0027\n640\n", cffs.finish(started("umask 027; " + run(function))).expectExit(0).out());
    }

    /** Neither its environment nor its session tells whose it is; that it can see the mount does. */
    @Test
    void whatHidesItsOriginEndsToo() throws Exception {
        Path note = scratch.resolve("pid");
        cffs.runShell("env -i setsid sh -c 'echo $$ > " + note + "; exec sleep 1000' & until [ -s " + note
                + " ]; do sleep 0.02; done").expectExit(0);
        ProcessHandle.of(Long.parseLong(Files.readString(note).strip()))
                .ifPresent(left -> left.onExit().orTimeout(30, TimeUnit.SECONDS).join());
    }

    @Test
    void whatAFunctionHasStartedEndsWithAKilledDaemon() throws Exception {
        Path note = scratch.resolve("pid");
        Started running = cffs.startShell("env -i setsid sh -c 'echo $$ > " + note + "; exec sleep 1000' & wait");
        await(note);
        while (Files.readString(note).isBlank()) {
            Thread.onSpinWait();
        }
        ProcessHandle left = ProcessHandle.of(Long.parseLong(Files.readString(note).strip())).orElseThrow();
        running.process().destroyForcibly();
        left.onExit().get(30, TimeUnit.SECONDS);
        cffs.finish(running).expectExit(137);
    }

    @Test
    void nobodyElseSeesTheMount() throws Exception {
        Path ready = scratch.resolve("ready");
        Path go = scratch.resolve("go");
        Started running = cffs.startShell("grep -c ' fuse.cffs ' /proc/self/mounts; touch " + ready
                + "; while [ ! -e " + go + " ]; do sleep 0.05; done");
        await(ready);
        String here = Files.readString(Path.of("/proc/self/mounts"));
        Files.createFile(go);
        assertTrue(Integer.parseInt(cffs.finish(running).expectExit(0).out().strip()) >= 1);
        assertFalse(here.contains(scratch.toString()), here);
        String root = cffs.runShell("echo $CFFS_ROOT").out().strip();
        assertFalse(here.contains(" " + root + " fuse.cffs "), here);
    }

    private String run(String function) {
        return CffsCommand.launcher() + " run --store " + cffs.store() + " -- sh -c \"" + function.replace("$", "\\$")
                + "\"";
    }

    /** A shell line in place of the launcher, for what only a shell can set up. */
    private Started started(String line) throws Exception {
        Path out = Files.createTempFile(scratch, "out", ".txt");
        Path err = Files.createTempFile(scratch, "err", ".txt");
        Process process = new ProcessBuilder("sh", "-c", line)
                .redirectInput(Path.of("/dev/null").toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        return new Started(process, out, err);
    }

    @Test
    void aFunctionMaySwitchUsers() {
        assumeTrue("root".equals(System.getProperty("user.name")), "only root may switch users");
        String user = "setpriv --reuid=1000 --regid=1000 --clear-groups sh -c ";
        cffs.runShell("mkdir -m 1777 shared && mkdir -m 700 closed && echo s > closed/s && ls -lR && "
                + user + "'echo mine > shared/mine && ! cat closed/s && ! touch new'").expectExit(0);
        assertEquals("1000:1000 mine\n", cffs.runShell("stat -c %u:%g shared/mine | tr '\\n' ' '; cat shared/mine")
                .expectExit(0).out());
    }
}
