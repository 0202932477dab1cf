package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The kernel's rules about times, owners, modes, kinds of files, names, locks, notifications, attributes and ACLs.
 * Needs a tmpfs that has ACLs and attributes itself.
 */
class PosixRulesMountTest extends KernelRulesTest {
    PosixRulesMountTest() {
        super("posix_rules.py", 400, "setfacl -m u:1001:r $f && setfattr -n user.x -v y $f");
    }

    /** We may not know the groups of whoever asks: the set-group-id bit of what a stranger is given may stay. */
    @Override
    List<String> asTheKernelChecks(List<String> lines) {
        return lines.stream()
                .map(line -> line.startsWith("2767 ") && line.contains(" by stranger: ")
                        ? line.replace(": 100767", ": 102767") : line)
                .toList();
    }

    @Test
    void attributesAclsAndLinkedFilesOutliveTheCommitAndUnlinkedOnesDoNot() {
        cffs.runShell("echo x > f; setfattr -n user.a -v 1 f; setfattr -n user.b -v 2 f; setfattr -x user.b f;"
                + " setfacl -m u:1001:rw f; mkdir d; setfacl -d -m u:1001:rwx d;"
                + " python3 -c 'import os\n"
                + "lost = os.open(\".\", os.O_TMPFILE | os.O_RDWR, 0o600); os.write(lost, b\"lost\")\n"
                + "kept = os.open(\".\", os.O_TMPFILE | os.O_RDWR, 0o600); os.write(kept, b\"kept\")\n"
                + "os.link(\"/proc/self/fd/%d\" % kept, \"kept\", src_dir_fd=0, follow_symlinks=True)'").expectExit(0);
        assertEquals("""
                user.a="1"
                user::rw-
                user:1001:rw-
                group::r--
                mask::rw-
                other::r--

                kept
                d
                f
                kept
                """, cffs.runShell("getfattr -d f | grep -v '^#' | grep .; getfacl -cpn f; cat kept; echo; ls;"
                + " touch d/n; rm f kept").expectExit(0).out());
        assertEquals("user:1001:rwx\t#effective:rw-\n",
                cffs.runShell("getfacl -cpn d/n | grep 1001; rm -r d").expectExit(0).out());
        cffs.expectClean();
    }
}
