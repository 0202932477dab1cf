package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
}
