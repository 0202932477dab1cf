package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.daemon.fuse.MountAdapter;
import io.cffs.txn.CommitOutcome;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** chattr(1) and lsattr(1) of e2fsprogs on mounts, from attempt to attempt. */
@Timeout(60)
class InodeFlagsTest {
    @TempDir
    Path dir;

    private final MemoryVolume store = new MemoryVolume();

    @BeforeEach
    void needsMountsAndTools() throws IOException {
        TestMount.assumeMountsWork();
        assumeTrue(TestMount.run(Path.of("/"), "command -v chattr lsattr && test $(id -u) = 0").status() == 0);
    }

    private TestMount mount(String name, MountAdapter.Users users) throws IOException {
        TestMount mount = new TestMount(store, dir.resolve(name), CommitMode.INVOCATION, users);
        mount.begin();
        return mount;
    }

    private TestMount mount(String name) throws IOException {
        return mount(name, MountAdapter.Users.ONE);
    }

    @ParameterizedTest
    @EnumSource
    void flagsAreShownAndHoldAtOnceAndInTheNextAttempt(MountAdapter.Users users) throws Exception {
        try (TestMount one = mount("one", users); TestMount two = mount("two", users)) {
            one.sh("echo x > f; mkdir d; echo y > log; chattr +i f; chattr +a log; chattr +dA d; echo z > d/g");
            assertNotEquals(0, one.run("echo more >> f").status());
            one.sh("echo more >> log");
            one.commitMustSucceed();
            two.abort();
            two.begin();
            assertEquals("----i f\n-----a log\n------dA d/g\n", two.sh(
                    "lsattr f log d/g | sed 's/-* / /'"));
            for (String refused : new String[] {"rm f", "mv f g", "chmod 600 f", "echo > f", "echo > log", "rm log"}) {
                assertNotEquals(0, two.run(refused).status(), refused);
            }
            two.sh("chattr -i f; chattr -a log; rm f log");
            two.commitMustSucceed();
        }
    }

    @Test
    void whoWroteBeforeItWasForbiddenRunsAgain() throws Exception {
        try (TestMount one = mount("one"); TestMount two = mount("two")) {
            one.sh("echo x > f; echo x > other");
            one.commitMustSucceed();
            one.begin();
            two.abort();
            two.begin();
            two.sh("echo changed > f");
            one.sh("chattr +i f");
            one.commitMustSucceed();
            assertInstanceOf(CommitOutcome.Conflicted.class, two.commit());
            two.begin();
            assertNotEquals(0, two.run("echo changed > f").status());
            assertEquals("x\n", two.sh("cat f"));
        }
    }

    @Test
    void flagsThatForbidNothingAbortNobody() throws Exception {
        try (TestMount one = mount("one"); TestMount two = mount("two")) {
            one.sh("echo x > f");
            one.commitMustSucceed();
            one.begin();
            two.abort();
            two.begin();
            two.sh("echo changed > f");
            one.sh("chattr +d f");
            one.commitMustSucceed();
            two.commitMustSucceed();
        }
    }

    @Test
    void whatIsOpenGoesOnBeingWritten() throws Exception {
        try (TestMount mount = mount("m")) {
            mount.sh("exec 3> f; echo before >&3; chattr +i f; echo after >&3");
            assertEquals("before\nafter\n", mount.sh("cat f"));
        }
    }

    @Test
    void theKernelForgetsTheTimeOfTheLastChange() throws Exception {
        try (TestMount mount = mount("m")) {
            mount.sh("echo x > f");
            String before = mount.sh("stat -c %z f");
            assertTrue(mount.sh("chattr +d f; stat -c %z f").compareTo(before) > 0);
        }
    }

    @Test
    void theVirtualDirectoryHasNone() throws Exception {
        try (TestMount mount = mount("m")) {
            assertNotEquals(0, mount.run("lsattr .cffs/status").status());
            assertNotEquals(0, mount.run("chattr +i .cffs/status").status());
            assertEquals(0, mount.run("lsattr -d .").status());
        }
    }
}
