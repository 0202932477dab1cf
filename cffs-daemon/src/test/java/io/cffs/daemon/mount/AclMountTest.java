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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** ACLs and attributes from attempt to attempt: what the kernel keeps of them, and who depends on what. */
@Timeout(60)
class AclMountTest {
    @TempDir
    Path dir;

    private final MemoryVolume store = new MemoryVolume();

    @BeforeEach
    void needsMountsUsersAndTools() throws IOException {
        TestMount.assumeMountsWork();
        assumeTrue(TestMount.run(Path.of("/"), "command -v setfacl getfattr && setpriv --reuid=1000 --regid=1000 "
                + "--clear-groups true").status() == 0);
        Files.setPosixFilePermissions(dir, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private TestMount mount(String name, MountAdapter.Users users) throws IOException {
        TestMount mount = new TestMount(store, dir.resolve(name), CommitMode.INVOCATION, users);
        mount.begin();
        return mount;
    }

    private static String user(String script) {
        return "setpriv --reuid=1000 --regid=1000 --clear-groups sh -c '" + script + "'";
    }

    @ParameterizedTest
    @EnumSource(names = {"CHECKED_HERE", "KERNEL_CHECKED"})
    void anAclDecidesAtOnceAndUntilItChanges(MountAdapter.Users users) throws Exception {
        try (TestMount mount = mount("m", users)) {
            mount.sh("chmod 755 .; echo x > f; chmod 600 f; mkdir d; echo y > d/g; chmod 700 d");
            assertNotEquals(0, mount.run(user("cat f")).status());
            mount.sh("setfacl -m u:1000:rw f; setfacl -m u:1000:x d");
            mount.sh(user("cat f; echo more >> f; cat d/g"));
            assertNotEquals(0, mount.run(user("ls d")).status());
            mount.sh("chmod g-w f");
            mount.sh(user("cat f"));
            assertNotEquals(0, mount.run(user("echo more >> f")).status());
            mount.sh("setfacl -x u:1000 f; setfacl -b d");
            assertNotEquals(0, mount.run(user("cat f")).status());
            assertNotEquals(0, mount.run(user("cat d/g")).status());
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CHECKED_HERE", "KERNEL_CHECKED"})
    void theNextAttemptSeesTheAclThatAnotherMountHasSet(MountAdapter.Users users) throws Exception {
        try (TestMount one = mount("one", users); TestMount two = mount("two", users)) {
            one.sh("chmod 755 .; echo x > f; chmod 640 f; setfacl -m u:1000:r f");
            one.commitMustSucceed();
            two.abort();
            two.begin();
            two.sh(user("cat f"));
            one.begin();
            one.sh("setfacl -m u:1000:- f");
            one.commitMustSucceed();
            two.sh(user("cat f"));
            two.abort();
            two.begin();
            assertNotEquals(0, two.run(user("cat f")).status());
            assertEquals("user:1000:---\n", two.sh("getfacl -cpn f | grep 1000"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"CHECKED_HERE", "KERNEL_CHECKED"})
    void whoWasLetInByAnAclDependsOnIt(MountAdapter.Users users) throws Exception {
        try (TestMount one = mount("one", users); TestMount two = mount("two", users)) {
            one.sh("chmod 777 .; echo x > f; chmod 640 f; setfacl -m u:1000:r,u:1001:rw f");
            one.commitMustSucceed();
            one.begin();
            two.abort();
            two.begin();
            two.sh(user("cat f > copy"));
            one.sh("setfacl -m u:1000:- f");
            one.commitMustSucceed();
            assertInstanceOf(CommitOutcome.Conflicted.class, two.commit());
        }
    }

    @Test
    void whoAskedForAnAttributeThatWasNotThereDependsOnItsAbsence() throws Exception {
        MountAdapter.Users users = MountAdapter.Users.ONE;
        try (TestMount one = mount("one", users); TestMount two = mount("two", users)) {
            one.sh("echo x > f; setfattr -n user.a -v 1 f");
            one.commitMustSucceed();
            one.begin();
            two.abort();
            two.begin();
            two.sh("getfattr -n user.b f || echo none > said");
            one.sh("setfattr -n user.a -v 2 f");
            one.commitMustSucceed();
            two.commitMustSucceed();
            one.begin();
            two.begin();
            two.sh("getfattr -n user.b f || echo none again > said");
            one.sh("setfattr -n user.b -v 2 f");
            one.commitMustSucceed();
            assertInstanceOf(CommitOutcome.Conflicted.class, two.commit());
            two.begin();
            assertEquals("user.a=\"2\"\nuser.b=\"2\"\n", two.sh("getfattr -d f | grep user"));
        }
    }
}
