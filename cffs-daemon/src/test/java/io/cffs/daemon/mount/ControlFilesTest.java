package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.session.AttemptHealth;
import io.cffs.daemon.session.AttemptTicket;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The virtual files under /.cffs, and the modes in which a long-lived mount commits. */
@Timeout(60)
class ControlFilesTest {
    @TempDir
    Path dir;

    private final MemoryVolume store = new MemoryVolume();

    @BeforeEach
    void needsMounts() {
        TestMount.assumeMountsWork();
    }

    private TestMount mount(String name, CommitMode mode) throws IOException {
        return new TestMount(store, dir.resolve(name), mode);
    }

    @Test
    void aFunctionLooksAtItsTransaction() throws Exception {
        try (TestMount mount = mount("m", CommitMode.INVOCATION)) {
            AttemptTicket ticket = mount.begin();
            assertEquals("txn " + ticket.txn() + "\nattempt 1\nsnapshot 0\n", mount.sh("cat .cffs/txn"));
            String status = mount.sh("echo x > f; cat .cffs/status");
            assertTrue(status.contains("\"state\":\"OPEN\""), status);
            assertTrue(status.contains("\"changed\":true"), status);
            assertEquals("abort\nbegin\ncommit\nstatus\ntxn\n", mount.sh("ls .cffs"));
            mount.sh("ls -l .cffs > /dev/null; test -d .cffs");
            assertEquals("f\n", mount.sh("ls -A"), "no listing shows the virtual directory");
            mount.commitMustSucceed();
        }
    }

    @Test
    void aFunctionDecidesNeitherWhenItBeginsNorWhenItCommitsButMayGiveUp() throws Exception {
        try (TestMount mount = mount("m", CommitMode.INVOCATION)) {
            AttemptTicket ticket = mount.begin();
            assertTrue(mount.run("echo | tee .cffs/commit").errors().contains("not permitted"));
            assertTrue(mount.run("echo | tee .cffs/begin").errors().contains("not permitted"));
            mount.sh("echo x > f; echo > .cffs/abort; cat f");
            assertEquals(AttemptHealth.GIVEN_UP, mount.volume.attempts().health(ticket));
        }
    }

    @Test
    void nobodyChangesTheVirtualDirectory() throws Exception {
        try (TestMount mount = mount("m", CommitMode.INVOCATION)) {
            mount.begin();
            String[] refused = {"mkdir .cffs", "rmdir .cffs", "mv .cffs x", "touch .cffs/new", "rm .cffs/status",
                    "echo y > f; mv f .cffs/f", "ln f .cffs/g", "ln .cffs/status here", "echo 1 > .cffs/status",
                    "mkdir d; mv -T d .cffs"};
            for (String script : refused) {
                assertNotEquals(0, mount.run(script).status(), script);
            }
            mount.sh("mkdir d2; mkdir d2/.cffs; touch d2/.cffs/status");
        }
    }

    @Test
    void programsCommitAndAbortByHand() throws Exception {
        try (TestMount writer = mount("w", CommitMode.MANUAL); TestMount reader = mount("r", CommitMode.MANUAL)) {
            writer.sh("echo 1 > a");
            assertEquals("", reader.sh("ls"));
            writer.sh("echo > .cffs/commit");
            assertEquals("committed 1\n", writer.sh("cat .cffs/commit"));
            assertEquals("", reader.sh("ls"), "its transaction goes on");
            reader.sh("echo > .cffs/begin");
            assertEquals("a\n", reader.sh("ls"));
            writer.sh("echo 2 > a; echo > .cffs/abort; cat a");
            assertEquals("1\n", writer.sh("cat a"));
            reader.sh("echo 3 > b");
            assertTrue(reader.run("echo | tee .cffs/begin").errors().contains("busy"), "that would lose b");
        }
    }

    @Test
    void aConflictUndoesAndSaysSo() throws Exception {
        try (TestMount one = mount("1", CommitMode.MANUAL); TestMount two = mount("2", CommitMode.MANUAL)) {
            one.sh("echo 1 > n");
            one.sh("echo > .cffs/commit; ");
            two.sh("echo > .cffs/begin; n=$(cat n); echo $((n + 1)) > n");
            one.sh("n=$(cat n); echo $((n + 1)) > n; echo > .cffs/commit");
            assertTrue(two.run("echo | tee .cffs/commit").errors().contains("busy"));
            assertTrue(two.sh("cat .cffs/commit").startsWith("conflict: "), two.sh("cat .cffs/commit"));
            assertEquals("2\n", two.sh("cat n"));
            two.sh("n=$(cat n); echo $((n + 1)) > n; echo > .cffs/commit");
            assertEquals("3\n", two.sh("cat n"));
        }
    }

    @Test
    void whoBeginsAgainAfterAConflictAsksForPriority() throws Exception {
        try (TestMount one = mount("1", CommitMode.MANUAL); TestMount two = mount("2", CommitMode.MANUAL)) {
            one.sh("echo 1 > n; echo > .cffs/commit");
            two.sh("echo > .cffs/begin; n=$(cat n); echo $((n + 1)) > n");
            one.sh("echo > .cffs/begin; echo 5 > n; echo > .cffs/commit");
            assertTrue(two.run("echo | tee .cffs/commit").errors().contains("busy"));
            assertTrue(two.run("echo | tee .cffs/commit").errors().contains("busy"), "as long as nothing is changed");
            assertTrue(two.sh("cat .cffs/commit").startsWith("conflict: "));
            assertTrue(store.witnesses.isEmpty(), "nobody has said that it is run again");
            two.sh("echo > .cffs/begin");
            assertFalse(store.witnesses.isEmpty());
            two.sh("n=$(cat n); echo $((n + 1)) > n; echo > .cffs/commit");
            two.sh("echo > .cffs/begin; test $(cat n) = 6");
            assertFalse(store.witnesses.isEmpty(), "who has lost here may well lose again");
            two.sh("echo 9 > n; echo > .cffs/abort; echo > .cffs/begin");
            assertTrue(store.witnesses.isEmpty(), "it has given up");
        }
    }

    @Test
    void runByRunNothingIsOpenInBetween() throws Exception {
        try (TestMount one = mount("1", CommitMode.RUNS); TestMount two = mount("2", CommitMode.RUNS)) {
            assertStale(one, "nothing has begun");
            begin("1");
            one.sh("echo 1 > n; echo > .cffs/commit");
            assertStale(one, "it has ended");
            begin("2");
            two.sh("n=$(cat n); echo $((n + 1)) > n");
            begin("1");
            one.sh("n=$(cat n); echo $((n + 1)) > n; echo > .cffs/commit");
            assertTrue(two.run("echo | tee .cffs/commit").errors().contains("busy"));
            assertStale(two, "it has lost");
            begin("2");
            two.sh("n=$(cat n); echo $((n + 1)) > n; echo > .cffs/commit");
            begin("1");
            one.sh("test $(cat n) = 3; echo 4 > n; echo > .cffs/abort");
            begin("1");
            one.sh("test $(cat n) = 3");
        }
    }

    private static void assertStale(TestMount mount, String why) {
        for (String use : new String[] {"ls", "cat n", "echo 5 > n", "mkdir d", "touch ."}) {
            TestMount.Outcome outcome = mount.run(use);
            assertNotEquals(0, outcome.status(), use + ": " + why);
            assertTrue(outcome.errors().contains("Stale") || use.startsWith("echo"), outcome::errors);
        }
    }

    @Test
    void betweenRunsTheRootIsThereAndNothingElse() throws Exception {
        try (TestMount one = mount("1", CommitMode.RUNS); TestMount two = mount("2", CommitMode.RUNS)) {
            String look = "mountpoint -q . && df . > /dev/null && stat -c '%F %a %i %Y' . && cd . && pwd > /dev/null";
            String before = one.sh(look);
            assertTrue(before.startsWith("directory ") && before.contains(" 1 "), before);
            begin("1");
            one.sh("mkdir d; touch -d @1000000000 .; stat . > /dev/null; echo > .cffs/commit");
            assertTrue(one.sh(look).endsWith(" 1000000000\n"), "as it was when somebody last looked");
            assertStale(one, "the root alone is answered");
            begin("2");
            two.sh("chmod 711 .; echo > .cffs/commit");
            begin("1");
            one.sh("mkdir e; echo > .cffs/commit");
            begin("1");
            assertEquals("711\n", one.sh("stat -c %a ."), "what was answered in between is not kept");
            assertEquals("d\ne\n", one.sh("ls"));
        }
    }

    /** By a shell that does not enter the mount before. */
    private void begin(String mount) {
        TestMount.Outcome outcome = TestMount.run(dir, "echo > " + mount + "/.cffs/begin");
        assertEquals(0, outcome.status(), outcome::errors);
    }

    @Test
    void eachFsyncCommits() throws Exception {
        try (TestMount writer = mount("w", CommitMode.FSYNC); TestMount reader = mount("r", CommitMode.MANUAL)) {
            writer.sh("echo 1 > a; echo 2 > b; sync b; echo 3 > c");
            reader.sh("echo > .cffs/begin");
            assertEquals("a\nb\n", reader.sh("ls"));
        }
    }

    @Test
    void eachCloseCommits() throws Exception {
        try (TestMount writer = mount("w", CommitMode.CLOSE); TestMount reader = mount("r", CommitMode.MANUAL)) {
            writer.sh("echo 1 > a; exec 3> b; echo 2 >&3; mkdir under-way");
            reader.sh("echo > .cffs/begin");
            assertEquals("a\nb\nunder-way\n", reader.sh("ls; test $(cat b) = 2"));
            writer.sh("mkdir alone");
            awaitListing(reader, "a\nalone\nb\nunder-way\n");
        }
    }

    @Test
    void theClockCommits() throws Exception {
        try (TestMount writer = mount("w", CommitMode.INTERVAL); TestMount reader = mount("r", CommitMode.MANUAL)) {
            writer.sh("echo 1 > a");
            awaitListing(reader, "a\n");
        }
    }

    @Test
    void whatIsNotCommittedCanBeCommittedBeforeTheEnd() throws Exception {
        try (TestMount reader = mount("r", CommitMode.MANUAL)) {
            try (TestMount writer = mount("w", CommitMode.MANUAL)) {
                writer.sh("echo 1 > a");
                writer.volume.commitIfChanged();
                writer.sh("echo 2 > b");
            }
            reader.sh("echo > .cffs/begin");
            assertEquals("a\n", reader.sh("ls"));
        }
    }

    @Test
    void pagesChangedThroughAMappingWhileItCommitsBelongToOneCommitOrTheNext() throws Exception {
        Path script = Files.writeString(dir.resolve("mapper.py"), """
                import mmap, os, threading
                fd = os.open('f', os.O_RDWR | os.O_CREAT)
                os.ftruncate(fd, 65536)
                m = mmap.mmap(fd, 65536)
                last = [0] * 16
                lost = []
                stop = False
                def work():
                    n = 0
                    while not stop:
                        n += 1
                        at = n % 16 * 4096
                        if int.from_bytes(m[at:at + 8], 'little') != last[n % 16]:
                            lost.append(n)
                        last[n % 16] = n
                        m[at:at + 8] = n.to_bytes(8, 'little')
                worker = threading.Thread(target=work)
                worker.start()
                command = os.open('.cffs/commit', os.O_WRONLY)
                for i in range(30):
                    os.write(command, b'1')
                stop = True
                worker.join()
                os.write(command, b'1')
                print(lost, [int.from_bytes(os.pread(fd, 8, i * 4096), 'little') for i in range(16)] == last)
                """);
        try (TestMount mount = mount("m", CommitMode.MANUAL)) {
            assertEquals("[] True\n", mount.sh("python3 " + script));
        }
    }

    private static void awaitListing(TestMount reader, String wanted) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        String seen = "";
        while (System.nanoTime() < deadline) {
            seen = reader.sh("echo > .cffs/begin; ls");
            if (seen.equals(wanted)) {
                return;
            }
        }
        assertEquals(wanted, seen);
    }
}
