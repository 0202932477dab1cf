package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.test.mount.CffsCommand.Started;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The flags of chattr(1), and what the programs of e2fsprogs say after commits. Needs a tmpfs that knows flags itself
 * (Linux 6.0).
 */
class InodeFlagsMountTest extends KernelRulesTest {
    InodeFlagsMountTest() {
        super("inode_flags.py", 600, "command -v lsattr && chattr +d $f");
    }

    /**
     * It checks permissions first, and knows no flags: access(2) looks at permissions alone, and who has neither
     * permission is told so with another number.
     */
    @Override
    List<String> asTheKernelChecks(List<String> lines) {
        return lines.stream().filter(line -> !line.contains(", access "))
                .map(line -> line.contains(" by stranger") ? line.replace("EACCES", "EPERM") : line)
                .toList();
    }

    @Test
    void flagsOutliveTheCommitAndTheStoreIsSound() {
        cffs.runShell("echo x > f; echo a > log; mkdir -p d/below; chattr +i f; chattr +a log; chattr +dA d;"
                + " setfacl -m u:1001:r log 2> /dev/null; touch d/new; chattr -R +i d").expectExit(0);
        assertEquals("""
                ----i-dA d
                ----i-dA d/new
                ----i f
                -----a log
                a
                b
                1
                """, cffs.runShell("echo b >> log; lsattr -d d d/new f log | sed 's/-* / /'; cat log;"
                + " rm f 2> /dev/null; echo $?").expectExit(0).out());
        cffs.expectClean();
        cffs.runShell("chattr -R -i d; chattr -i f; chattr -a log; rm -r d f log").expectExit(0);
        cffs.expectClean();
    }

    /** Its ioctl does not come here, so nobody sets or sees them there. */
    @Test
    void theyHoldOverLibfuseToo() throws Exception {
        assumeTrue(isDone("/sbin/ldconfig -p | grep -q libfuse.so.2"), "needs libfuse 2");
        cffs.runShell("echo x > f; echo a > log; mkdir d; touch d/e; chattr +i f d; chattr +a log").expectExit(0);
        Path root = Files.createDirectory(scratch.resolve("mnt"));
        Started mount = cffs.start(List.of("mount", "--store", cffs.store().toString(), "-o",
                "transport=libfuse,commit=manual", root.toString()));
        try {
            awaitMounted(mount);
            for (String refused : List.of("rm -f f", "echo y > f", "echo y >> f", "chmod 600 f", "touch f", "mv f g",
                    "ln f h", "setfattr -n user.a -v 1 f", "touch d/new", "rm -f d/e", "rmdir d", "echo b > log",
                    "mv log other", "rm -f log")) {
                assertFalse(isDone("cd " + root + " && " + refused), refused);
            }
            assertTrue(isDone("cd " + root + " && echo b >> log && test \"$(cat f log)\" = \"$(printf "
                    + "'x\\na\\nb')\""), "appending");
        } finally {
            cffs.cffs("umount", "--force", root.toString());
            cffs.finish(mount);
        }
    }
}
