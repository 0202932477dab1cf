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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A Python script that tries rules of the kernel in a directory, with a line for each, says the same on a mount as on
 * tmpfs. Needs uid 0.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
abstract class KernelRulesTest extends StoreTest {
    private static final Path LOCAL = Path.of("/dev/shm");

    private final String resource;
    private final int linesMin;
    private final String needs;

    /**
     * @param resource the script
     * @param linesMin how many lines it says at least
     * @param needs a shell script that succeeds where the local file system knows these rules; {@code $f} is a file
     */
    KernelRulesTest(String resource, int linesMin, String needs) {
        this.resource = resource;
        this.linesMin = linesMin;
        this.needs = needs;
    }

    /** What the script may say otherwise where the kernel checks permissions. */
    abstract List<String> asTheKernelChecks(List<String> lines);

    @BeforeEach
    final void needsUidZeroAndTools() throws Exception {
        assumeTrue(Files.getOwner(Path.of("/proc/self")).getName().equals("root"), "needs uid 0");
        assumeTrue(isDone("command -v python3 && f=$(mktemp -p " + LOCAL + ") && { " + needs + "; }; s=$?;"
                + " rm -f $f; exit $s"), "needs a local file system that knows these rules");
    }

    static boolean isDone(String script) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", script)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        return process.waitFor() == 0;
    }

    private String script() {
        try {
            return Path.of(KernelRulesTest.class.getResource(resource).toURI()).toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private List<String> said(Path directory) throws Exception {
        Path errors = scratch.resolve("rules.err");
        Process process = new ProcessBuilder("timeout", "100", "python3", script(), directory.toString())
                .redirectError(errors.toFile()).start();
        List<String> lines = new String(process.getInputStream().readAllBytes()).lines().toList();
        int status = process.waitFor();
        assertEquals("", Files.readString(errors), lines::toString);
        assertEquals(0, status, lines::toString);
        return lines;
    }

    private List<String> saidLocally() throws Exception {
        Path directory = Files.createTempDirectory(LOCAL, "cffs-rules");
        try {
            List<String> lines = said(directory);
            assertTrue(lines.size() >= linesMin, lines::toString);
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

    @Test
    void aMountForAllUsersFollowsThemToo() throws Exception {
        Path root = Files.createDirectory(scratch.resolve("mnt"));
        Started mount = cffs.start(List.of("mount", "--store", cffs.store().toString(), "-o",
                "allow_other,commit=manual", root.toString()));
        try {
            awaitMounted(mount);
            assertEquals(String.join("\n", asTheKernelChecks(saidLocally())),
                    String.join("\n", asTheKernelChecks(said(root))));
        } finally {
            cffs.cffs("umount", "--force", root.toString());
            cffs.finish(mount);
        }
    }

    static void awaitMounted(Started mount) throws Exception {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!Files.readString(mount.out()).contains("mounted ")) {
            if (System.nanoTime() - deadlineNanos > 0 || mount.process().waitFor(20, TimeUnit.MILLISECONDS)) {
                fail("not mounted; " + Files.readString(mount.err()));
            }
        }
    }
}
