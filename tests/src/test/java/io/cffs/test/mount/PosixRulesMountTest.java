package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.test.mount.CffsCommand.Started;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The kernel's rules about times, owners, modes, kinds of files, names, locks, notifications, attributes and ACLs: the
 * script {@code posix_rules.py} says the same on a mount as on a local file system. Needs uid 0, and a local file
 * system that has ACLs and attributes itself.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PosixRulesMountTest extends StoreTest {
    private static final Path LOCAL = Path.of("/dev/shm");

    @BeforeEach
    void openStore() throws Exception {
        assumeTrue(Files.getOwner(Path.of("/proc/self")).getName().equals("root"), "needs uid 0");
        assumeTrue(isDone("command -v python3 setfacl && f=$(mktemp -p " + LOCAL + ") && setfacl -m u:1001:r $f"
                + " && setfattr -n user.x -v y $f; s=$?; rm -f $f; exit $s"), "needs a local file system with ACLs");
    }

    private static boolean isDone(String script) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", script)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        return process.waitFor() == 0;
    }

    private static String script() {
        try {
            return Path.of(PosixRulesMountTest.class.getResource("posix_rules.py").toURI()).toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> said(String directory) throws Exception {
        Process process = new ProcessBuilder("timeout", "100", "python3", script(), directory)
                .redirectError(scratch.resolve("rules.err").toFile()).start();
        List<String> lines = new String(process.getInputStream().readAllBytes()).lines().toList();
        assertEquals(0, process.waitFor(), () -> lines + "\n" + errors());
        return lines;
    }

    private String errors() {
        try {
            return Files.readString(scratch.resolve("rules.err"));
        } catch (java.io.IOException e) {
            return e.toString();
        }
    }

    private List<String> saidLocally() throws Exception {
        Path directory = Files.createTempDirectory(LOCAL, "cffs-rules");
        try {
            return said(directory.toString());
        } finally {
            isDone("rm -rf " + directory);
        }
    }

    @Test
    void aFunctionsMountFollowsTheRulesOfTheKernel() throws Exception {
        List<String> local = saidLocally();
        assertTrue(local.size() > 400, () -> local.toString());
        List<String> said = cffs.runShell("python3 " + script() + " \"$PWD\"").expectExit(0).out().lines().toList();
        assertEquals(String.join("\n", local), String.join("\n", said));
        cffs.expectClean();
    }

    /** Where the kernel checks permissions we may not know the groups of whoever asks. */
    @Test
    void aMountForAllUsersFollowsThemToo() throws Exception {
        Path root = Files.createDirectory(scratch.resolve("mnt"));
        Started mount = cffs.start(List.of("mount", "--store", cffs.store().toString(), "-o",
                "allow_other,commit=manual", root.toString()));
        try {
            awaitMounted(mount);
            List<String> expected = new ArrayList<>(saidLocally());
            expected.replaceAll(line -> line.startsWith("2767 ") && line.contains(" by stranger: ")
                    ? line.replace(": 100767", ": 102767") : line);
            assertEquals(String.join("\n", expected), String.join("\n", said(root.toString())));
        } finally {
            cffs.cffs("umount", "--force", root.toString());
            cffs.finish(mount);
        }
    }

    private static void awaitMounted(Started mount) throws Exception {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!Files.readString(mount.out()).contains("mounted ")) {
            if (System.nanoTime() - deadlineNanos > 0 || mount.process().waitFor(20, TimeUnit.MILLISECONDS)) {
                fail("not mounted; " + Files.readString(mount.err()));
            }
        }
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
