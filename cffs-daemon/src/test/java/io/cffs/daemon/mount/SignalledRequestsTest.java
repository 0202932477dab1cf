package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Requests that wait for a backend that does not answer, and what signals do to them. */
@Timeout(60)
class SignalledRequestsTest {
    @TempDir
    Path dir;

    private MemoryVolume store;
    private TestMount mount;

    @BeforeEach
    void mountWithAFileThatNobodyHasRead() throws IOException {
        TestMount.assumeMountsWork();
        store = new MemoryVolume();
        try (TestMount writer = new TestMount(store, dir.resolve("writer"), CommitMode.INVOCATION)) {
            writer.begin();
            writer.sh("for i in 1 2 3 4 5 6 7 8; do echo $i > f$i; done");
            writer.commitMustSucceed();
        }
        mount = new TestMount(store, dir.resolve("m"), CommitMode.INVOCATION);
        mount.begin();
        // The root is known: what a shell waits for is what its script asks for.
        mount.sh(":");
    }

    @AfterEach
    void unmount() {
        mount.close();
    }

    private Process stuck(String script) throws IOException, InterruptedException {
        var came = store.holdNextFetch();
        Process process = TestMount.start(mount.root, script);
        assertTrue(came.await(20, TimeUnit.SECONDS), "no request came");
        return process;
    }

    private static void assertDies(Process process) throws InterruptedException {
        assertTrue(process.waitFor(20, TimeUnit.SECONDS), "it cannot be killed while it waits");
    }

    @Test
    void whoIsKilledDoesNotWaitForTheBackend() throws Exception {
        Process process = stuck("exec cat f1");
        process.destroyForcibly();
        assertDies(process);
        store.releaseFetch();
        assertEquals("1\n", mount.sh("cat f1"));
        mount.sh("echo y > new");
        mount.commitMustSucceed();
    }

    @Test
    void aSignalThatTheProgramHandlesEndsNoRequestAndALaterKillDoes() throws Exception {
        Process process = stuck("trap 'echo handled' USR1; exec 3< f1; echo opened; cat <&3");
        Process signalled = new ProcessBuilder("kill", "-USR1", Long.toString(process.pid())).start();
        assertEquals(0, signalled.waitFor());
        assertFalse(process.waitFor(300, TimeUnit.MILLISECONDS));
        store.releaseFetch();
        assertTrue(process.waitFor(20, TimeUnit.SECONDS));
        assertEquals("handled\nopened\n1\n", new String(process.getInputStream().readAllBytes()));

        Process second = stuck("trap 'echo handled' USR1; exec 3< f2; echo opened");
        assertEquals(0, new ProcessBuilder("kill", "-USR1", Long.toString(second.pid())).start().waitFor());
        assertFalse(second.waitFor(300, TimeUnit.MILLISECONDS));
        second.destroyForcibly();
        assertDies(second);
        store.releaseFetch();
    }

    /** More of them than there are threads that read requests. */
    @Test
    void manyThatWaitDoNotKeepOthersFromBeingKilled() throws Exception {
        List<Process> all = new ArrayList<>();
        all.add(stuck("exec cat f1"));
        for (int i = 2; i <= 8; i++) {
            all.add(TestMount.start(mount.root, "exec cat f" + i));
        }
        assertFalse(all.getLast().waitFor(500, TimeUnit.MILLISECONDS));
        for (Process process : all) {
            process.destroyForcibly();
        }
        for (Process process : all) {
            assertDies(process);
        }
        store.releaseFetch();
        assertEquals("8\n", mount.sh("cat f8"));
    }

    /** fsync(2), close(2) and the control files wait for commits, others for the next transaction. */
    @Test
    void whoIsKilledDoesNotWaitForACommit() throws Exception {
        try (TestMount busy = new TestMount(store, dir.resolve("busy"), CommitMode.FSYNC)) {
            for (String waits : List.of("echo x > new && exec sync new", "mkdir d && exec sync d",
                    "echo y > new; exec sh -c 'echo > .cffs/commit'")) {
                var came = store.holdCommits();
                Process process = TestMount.start(busy.root, waits);
                assertTrue(came.await(20, TimeUnit.SECONDS), "no commit came");
                Process waiting = TestMount.start(dir, "exec cat busy/f1");
                assertFalse(waiting.waitFor(300, TimeUnit.MILLISECONDS));
                process.destroyForcibly();
                waiting.destroyForcibly();
                assertDies(process);
                assertDies(waiting);
                store.releaseCommit();
                assertEquals("1\n", busy.sh("cat f1"));
            }
            assertEquals("y\n", busy.sh("cat new; test -d d"));
        }
        try (TestMount later = new TestMount(store, dir.resolve("later"), CommitMode.MANUAL)) {
            assertEquals("y\n", later.sh("cat new; test -d d"), "what was asked for was done");
        }
    }

    /** The kernel holds a directory's lock while its fsync waits for the commit, which has names there to expire. */
    @Test
    void fsyncOfADirectoryDoesNotWaitForItsOwnNames() throws Exception {
        try (TestMount busy = new TestMount(store, dir.resolve("busy"), CommitMode.FSYNC)) {
            Process process = TestMount.start(busy.root, """
                    mkdir d; for i in 1 2 3 4 5 6 7 8 9; do
                      echo $i > d/f$i; mv d/f$i d/g$i; test ! -e d/h; sync d; sync .; sync d/g$i; ls -l d > /dev/null
                    done""");
            assertTrue(process.waitFor(30, TimeUnit.SECONDS), "it waits for itself");
            assertEquals(0, process.exitValue());
            assertEquals("9\n", busy.sh("ls d | wc -l"));
        }
    }

    @Test
    void theTimeOfBirthIsTold() throws Exception {
        String birth = mount.sh("stat -c %W f1").strip();
        assertTrue(Long.parseLong(birth) > 1_600_000_000L, birth);
        mount.sh("stat /proc/self > /dev/null; stat -c %W .cffs/status > /dev/null");
        mount.sh("touch -d 2001-01-01 f1");
        assertEquals(birth, mount.sh("stat -c %W f1").strip());
        assertTrue(Long.parseLong(mount.sh("stat -c %W f2").strip()) > 1_600_000_000L, "asked for after .cffs");
        mount.commitMustSucceed();
    }
}
