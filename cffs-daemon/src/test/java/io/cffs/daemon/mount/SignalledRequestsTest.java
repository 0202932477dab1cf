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
