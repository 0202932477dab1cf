package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.cffs.test.mount.CffsCommand.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code cffs mount}: there until it is asked to go, and back when it was killed. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class LongMountTest extends StoreTest {
    private Path root;
    private Started mount;

    @BeforeEach
    void mountVolume() throws Exception {
        root = Files.createDirectory(scratch.resolve("mnt"));
        mount = cffs.start(List.of("mount", "--store", cffs.store().toString(), root.toString()));
        awaitMounted(1);
    }

    @AfterEach
    void unmountVolume() {
        if (mount.process().isAlive()) {
            cffs.cffs("umount", "--force", root.toString());
        }
    }

    private void awaitMounted(int times) throws IOException, InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (Files.readString(mount.out()).lines().filter(line -> line.startsWith("mounted ")).count() < times) {
            if (System.nanoTime() - deadlineNanos > 0 || mount.process().waitFor(20, TimeUnit.MILLISECONDS)) {
                fail("not mounted; " + Files.readString(mount.err()));
            }
        }
    }

    private boolean isMounted() throws IOException {
        return Files.readString(Path.of("/proc/self/mounts")).contains(" " + root + " fuse.cffs ");
    }

    /** File calls are made by another process than this one, which could wait for itself. */
    private String shell(String script) throws Exception {
        Process process = new ProcessBuilder("timeout", "30", "sh", "-c", "cd \"$1\" && { " + script + "; }", "sh",
                root.toString()).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), output);
        return output;
    }

    @Test
    void whatIsWrittenIsSeenByFunctionsAndStaysAfterUmount() throws Exception {
        shell("echo one > a; mkdir d; mv a d/b");
        assertEquals("one\n", cffs.runShell("cat d/b; echo two > c").expectExit(0).out());
        shell("echo three > e");
        assertEquals("two\n", shell("cat c"), "the next transaction of the mount sees it");
        String status = cffs.cffs("status", "--store", cffs.store().toString()).expectExit(0).out();
        assertTrue(status.contains(root.toString()), status);
        cffs.cffs("umount", root.toString()).expectExit(0);
        cffs.finish(mount).expectExit(0);
        assertFalse(isMounted());
        assertEquals("one\n", cffs.runShell("cat d/b").expectExit(0).out());
        cffs.cffs("umount", root.toString()).expectExit(64);
    }

    @Test
    void aMountThatOnlyReadsGoesOnToWhatFunctionsCommit() throws Exception {
        cffs.runShell("echo one > a").expectExit(0);
        String waiting = "n=0; until [ \"$(cat a 2>/dev/null)\" = VALUE ] || [ $n -ge 100 ]; do sleep 0.2; n=$((n + "
                + "1)); done;"
                + " cat a";
        assertEquals("one\n", shell(waiting.replace("VALUE", "one")));
        cffs.runShell("echo two > a").expectExit(0);
        assertEquals("two\n", shell(waiting.replace("VALUE", "two")));
    }

    /** Each with a transaction of its own, and the store in the process with them. */
    @Test
    void severalDirectoriesAreMountsOfOneProcess() throws Exception {
        Path one = Files.createDirectory(scratch.resolve("one"));
        Path two = Files.createDirectory(scratch.resolve("two"));
        String store = scratch.resolve("their.store").toString();
        Started both = cffs.start(List.of("mount", "--in-process", "--store", store, "-o", "commit=runs",
                one.toString(), two.toString()));
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (Files.readString(both.out()).lines().filter(line -> line.startsWith("mounted ")).count() < 2) {
            assertTrue(System.nanoTime() - deadlineNanos < 0, Files.readString(both.err()));
            assertFalse(both.process().waitFor(20, TimeUnit.MILLISECONDS), Files.readString(both.err()));
        }
        String from = "cd '" + scratch + "'; ";
        shell(from + "echo > one/.cffs/begin; echo > two/.cffs/begin; echo 1 > one/n; test ! -e two/n");
        shell(from + "echo > one/.cffs/commit; test ! -e two/n; echo > two/.cffs/abort");
        assertEquals("1\n", shell(from + "echo > two/.cffs/begin; cat two/n; echo 2 > two/m"));
        cffs.cffs("umount", two.toString()).expectExit(0);
        cffs.finish(both).expectExit(0);
        String mounts = Files.readString(Path.of("/proc/self/mounts"));
        assertFalse(mounts.contains(" " + one + " ") || mounts.contains(" " + two + " "), mounts);
    }

    @Test
    void aKilledMountComesBackByItself() throws Exception {
        shell("echo one > a");
        ProcessHandle server = mount.process().children().findFirst().orElseThrow();
        CffsCommand.killTree(server);
        awaitMounted(2);
        assertEquals("one\n", shell("cat a; echo two > b"));
        assertEquals("two\n", cffs.runShell("cat b").expectExit(0).out());
        cffs.cffs("umount", root.toString()).expectExit(0);
        assertFalse(isMounted());
    }

    @Test
    void whenItsSupervisorIsKilledTheMountEnds() throws Exception {
        ProcessHandle server = mount.process().children().findFirst().orElseThrow();
        mount.process().destroyForcibly().waitFor();
        server.onExit().get(60, TimeUnit.SECONDS);
        assertFalse(isMounted());
    }

    @Test
    void aDirectoryHasOneMount() {
        String err = cffs.cffs("mount", "--store", cffs.store().toString(), root.toString()).expectExit(64).err();
        assertTrue(err.contains("umount"), err);
    }

    /** Its process is over, though whoever started it has not asked for its status. */
    @Test
    void umountDoesNotWaitForWhoeverStartedTheMount() throws Exception {
        cffs.cffs("umount", root.toString()).expectExit(0);
        String script = """
                import subprocess, sys, time
                launcher, store, at = sys.argv[1:]
                mount = subprocess.Popen([launcher, "mount", "--store", store, at], stdout=subprocess.PIPE)
                assert mount.stdout.readline().startswith(b"mounted ")
                sys.exit(subprocess.call([launcher, "umount", "--timeout", "20s", at]))
                """;
        Process python = new ProcessBuilder("python3", "-c", script, CffsCommand.launcher().toString(),
                cffs.store().toString(), root.toString()).inheritIO().start();
        assertTrue(python.waitFor(120, TimeUnit.SECONDS));
        assertEquals(0, python.exitValue());
        assertFalse(isMounted());
    }

    /** As 'cffs umount' does. The kernel tells nobody of it, and the mount's process goes on for a moment. */
    @Test
    void whoUnmountsByHandLosesNothingAndCanMountAtOnce() throws Exception {
        cffs.cffs("umount", root.toString()).expectExit(0);
        String[] options = {"commit=manual", "commit=interval,interval=1h", "commit=close"};
        for (int round = 0; round < options.length; round++) {
            Started again = cffs.start(List.of("mount", "--store", cffs.store().toString(), "-o", options[round],
                    root.toString()));
            mount = again;
            awaitMounted(1);
            assertEquals(round == 0 ? "" : "round\n".repeat(round), shell("touch log; cat log; echo round >> log"));
            assertEquals(0, new ProcessBuilder("umount", root.toString()).inheritIO().start().waitFor());
        }
        cffs.finish(mount).expectExit(0);
        assertEquals("round\n".repeat(options.length), cffs.runShell("cat log").expectExit(0).out());
    }

    @Test
    void accessTimesAndProgramsStayWhereTheyAreIfAsked() throws Exception {
        shell("echo old > read; touch -a -d 2001-01-01 read; cp /bin/true program; chmod 755 program; ./program");
        cffs.cffs("umount", root.toString()).expectExit(0);
        cffs.finish(mount).expectExit(0);
        mount = cffs.start(List.of("mount", "--store", cffs.store().toString(), "-o",
                "noatime,nodiratime,noexec,nosuid,nodev", root.toString()));
        awaitMounted(1);
        assertEquals("2001-01-01\n", shell("cat read > /dev/null; stat -c %x read | cut -c 1-10"));
        assertTrue(shell("./program 2>&1 || true").contains("ermission denied"));
        String words = Files.readString(Path.of("/proc/self/mounts"));
        assertTrue(words.contains(root + " fuse.cffs rw,nosuid,nodev,noexec,noatime,"), words);
    }

    @Test
    void setUserIdProgramsAndDevicesWorkIfRootWantsThem() throws Exception {
        String asNobody = "setpriv --reuid 65534 --regid 65534 --clear-groups ./whoami -u; echo x 2>&1 > null || true";
        shell("cp /usr/bin/id whoami; chmod 4755 whoami; mknod -m 666 null c 1 3; chmod 755 .");
        cffs.cffs("umount", root.toString()).expectExit(0);
        cffs.finish(mount).expectExit(0);
        for (String transport : List.of("libfuse", "devfuse")) {
            mount = cffs.start(List.of("mount", "--store", cffs.store().toString(), "-o",
                    "allow_other,transport=" + transport, root.toString()));
            awaitMounted(1);
            String said = shell(asNobody);
            assertTrue(said.startsWith("65534\n") && said.contains("ermission denied"), said);
            cffs.cffs("umount", root.toString()).expectExit(0);
            cffs.finish(mount).expectExit(0);
            mount = cffs.start(List.of("mount", "--store", cffs.store().toString(), "-o",
                    "allow_other,suid,dev,transport=" + transport, root.toString()));
            awaitMounted(1);
            assertEquals("0\n", shell(asNobody), transport);
            cffs.cffs("umount", root.toString()).expectExit(0);
            cffs.finish(mount).expectExit(0);
        }
        mount = cffs.start(List.of("mount", "--store", cffs.store().toString(), root.toString()));
        awaitMounted(1);
    }
}
