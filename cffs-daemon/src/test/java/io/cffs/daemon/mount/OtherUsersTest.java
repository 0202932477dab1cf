package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.daemon.fuse.MountAdapter;
import io.cffs.txn.CommitOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A mount that users other than its owner work in: whoever checks permissions, what was decided from is read. */
@Timeout(60)
class OtherUsersTest {
    @TempDir
    Path dir;

    private final MemoryVolume store = new MemoryVolume();

    @BeforeEach
    void needsMountsAndUsers() throws IOException {
        TestMount.assumeMountsWork();
        assumeTrue(TestMount.run(Path.of("/"), "setpriv --reuid=1000 --regid=1000 --clear-groups true").status() == 0);
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private TestMount mount(String name, MountAdapter.Users users) throws IOException {
        TestMount mount = new TestMount(store, dir.resolve(name), CommitMode.INVOCATION, users);
        mount.begin();
        return mount;
    }

    private static String user(String groups, String script) {
        return "setpriv --reuid=1000 --regid=1000 " + groups + " sh -c '" + script + "'";
    }

    @ParameterizedTest
    @EnumSource(names = {"CHECKED_HERE", "KERNEL_CHECKED"})
    void usersMayDoWhatModesAllow(MountAdapter.Users users) throws Exception {
        try (TestMount mount = mount("m", users)) {
            mount.sh("echo s > secret; chmod 600 secret; echo o > open; chmod 666 open; mkdir shared team closed; "
                    + "chmod 1777 shared; chgrp 2000 team; chmod 2770 team; chmod 700 closed; touch shared/roots");
            String[] allowed = {"echo more >> open", "echo x > shared/mine", "test $(stat -c %u shared/mine) = 1000",
                    "chmod 640 shared/mine", "mv shared/mine shared/renamed", "ls shared"};
            for (String script : allowed) {
                mount.sh(user("--clear-groups", script));
            }
            String[] refused = {"cat secret", "echo x > new", "ls closed", "rm shared/roots", "ls team",
                    "chmod 777 open", "chown 1000 open", "test -r secret", "cd closed"};
            for (String script : refused) {
                assertNotEquals(0, mount.run(user("--clear-groups", script)).status(), script);
            }
            mount.sh(user("--groups=2000", "ls team; echo t > team/t; test $(stat -c %g team/t) = 2000"));
            assertEquals("o\nmore\n", mount.sh("cat open"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CHECKED_HERE", "KERNEL_CHECKED"})
    void aPermissionThatWasDecidedFromIsInTheReadSet(MountAdapter.Users users) throws Exception {
        try (TestMount one = mount("one", users); TestMount two = mount("two", users)) {
            one.sh("mkdir d; echo x > d/f; chmod 777 . d");
            one.commitMustSucceed();
            one.begin();
            two.abort();
            two.begin();
            one.sh("cat d/f"); // the kernel has the names by now, from one who may do everything
            one.sh(user("--clear-groups", "cat d/f > copy"));
            two.sh("chmod 700 d");
            two.commitMustSucceed();
            assertInstanceOf(CommitOutcome.Conflicted.class, one.commit());
            one.begin();
            assertNotEquals(0, one.run(user("--clear-groups", "cat d/f")).status());
        }
    }

    /** The kernel walks over names that it has cached for one user in the name of another. */
    @ParameterizedTest
    @EnumSource(names = {"CHECKED_HERE", "KERNEL_CHECKED"})
    void namesCachedForOneUserAreClosedToAnother(MountAdapter.Users users) throws Exception {
        try (TestMount mount = mount("m", users)) {
            mount.sh("mkdir -p open/closed/d old team; chmod 700 open/closed; echo x > open/closed/d/f; chmod 666 "
                    + "open/closed/d/f; mkdir old/d; echo x > old/d/f; chmod 666 old/d/f; ls -lR; cat old/d/f");
            assertNotEquals(0, mount.run(user("--clear-groups", "stat open/closed/d/f")).status());
            assertNotEquals(0, mount.run(user("--clear-groups", "cat open/closed/d/f")).status());
            mount.sh(user("--clear-groups", "cat old/d/f"));
            mount.sh("chmod 750 old; stat old/d/f");
            assertNotEquals(0, mount.run(user("--clear-groups", "stat old/d/f")).status());
            assertNotEquals(0, mount.run(user("--clear-groups", "echo y > old/d/f")).status());
            mount.sh("chgrp 2000 old; cat old/d/f");
            mount.sh(user("--groups=2000", "cat old/d/f"));
            mount.sh("chmod 755 old");
            mount.sh(user("--clear-groups", "cat old/d/f"));
        }
    }
}
