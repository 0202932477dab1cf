package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.test.mount.CffsCommand.Started;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The flags of chattr(1): the script {@code inode_flags.py} says the same on a mount as on tmpfs, and the programs of
 * e2fsprogs say the same after commits. Needs uid 0, and a tmpfs that knows flags itself (Linux 6.0).
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class InodeFlagsMountTest extends StoreTest {
    private static final Path LOCAL = Path.of("/dev/shm");

    @BeforeEach
    void needsUidZeroAndTools() throws Exception {
        assumeTrue(Files.getOwner(Path.of("/proc/self")).getName().equals("root"), "needs uid 0");
        assumeTrue(isDone("command -v python3 chattr lsattr && f=$(mktemp -p " + LOCAL + ") && chattr +d $f; s=$?;"
                + " rm -f $f; exit $s"), "needs a local file system with flags");
    }

    private static boolean isDone(String script) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", script)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        return process.waitFor() == 0;
    }

    private static String script() {
        try {
            return Path.of(InodeFlagsMountTest.class.getResource("inode_flags.py").toURI()).toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> said(Path directory) throws Exception {
        Path errors = scratch.resolve("flags.err");
        Process process = new ProcessBuilder("timeout", "100", "python3", script(), directory.toString())
                .redirectError(errors.toFile()).start();
        List<String> lines = new String(process.getInputStream().readAllBytes()).lines().toList();
        assertEquals(0, process.waitFor(), () -> lines + "\n" + errors);
        return lines;
    }

    private List<String> saidLocally() throws Exception {
        Path directory = Files.createTempDirectory(LOCAL, "cffs-flags");
        try {
            List<String> lines = said(directory);
            assertTrue(lines.size() > 600, lines::toString);
            return lines;
        } finally {
            isDone("rm -rf " + directory);
        }
    }

    @Test
    void aFunctionsMountFollowsTheRulesOfTheKernel() throws Exception {
        String said = cffs.runShell("python3 " + script() + " \"$PWD\"").expectExit(0).out();
        assertEquals(String.join("\n", saidLocally()), said.strip());
        cffs.expectClean();
    }

    /**
     * There the kernel checks permissions first, and knows no flags: access(2) looks at permissions alone, and who has
     * neither permission is told so with another number.
     */
    @Test
    void aMountForAllUsersFollowsThemToo() throws Exception {
        Path root = Files.createDirectory(scratch.resolve("mnt"));
        Started mount = cffs.start(List.of("mount", "--store", cffs.store().toString(), "-o",
                "allow_other,commit=manual", root.toString()));
        try {
            long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
            while (!Files.readString(mount.out()).contains("mounted ")) {
                if (System.nanoTime() - deadlineNanos > 0 || mount.process().waitFor(20, TimeUnit.MILLISECONDS)) {
                    fail("not mounted; " + Files.readString(mount.err()));
                }
            }
            assertEquals(asTheKernelChecks(saidLocally()), asTheKernelChecks(said(root)));
        } finally {
            cffs.cffs("umount", "--force", root.toString());
            cffs.finish(mount);
        }
    }

    private static String asTheKernelChecks(List<String> lines) {
        return lines.stream().filter(line -> !line.contains(", access "))
                .map(line -> line.contains(" by stranger") ? line.replace("EACCES", "EPERM") : line)
                .collect(Collectors.joining("\n"));
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
