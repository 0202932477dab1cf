package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.test.mount.CffsCommand.Started;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Calls that programs make of files now and then have on a mount, of either transport, the outcome that they have on a
 * local disk. What differs is listed here, and in {@code cffs-daemon/SEMANTICS.md}.
 */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FileCallsMountTest extends StoreTest {
    /** What a local file system answers depends on its kind. */
    private static final Map<String, String> BY_FUSE = Map.ofEntries(
            Map.entry("fallocate ZERO_RANGE", "(45056, b'y\\x00', b'\\x00\\x00')"),
            Map.entry("fallocate ZERO_RANGE KEEP_SIZE", "(20000, b'y\\x00', b'\\x00\\x00')"),
            Map.entry("fallocate COLLAPSE_RANGE", "ENOTSUP"),
            Map.entry("fallocate INSERT_RANGE", "ENOTSUP"),
            Map.entry("ioctl FS_IOC_GETFLAGS", "b'" + "\\x00".repeat(8) + "'"),
            Map.entry("ioctl FS_IOC_FSGETXATTR", "b'" + "\\x00".repeat(28) + "'"),
            Map.entry("ioctl FIBMAP", "b'\\x00\\x00\\x00\\x00'"),
            Map.entry("ioctl FICLONE", "ENOTSUP"),
            Map.entry("poll and select", "(5, [1, 1, 0], 'done')"),
            Map.entry("a device", "(True, 'EACCES')"));

    private static final Map<String, String> BY_LIBFUSE = Map.ofEntries(
            Map.entry("renameat2 NOREPLACE, free", "EINVAL"),
            Map.entry("renameat2 EXCHANGE", "EINVAL"),
            Map.entry("renameat2 WHITEOUT", "EINVAL"),
            Map.entry("a name that is not UTF-8", "EINVAL"),
            Map.entry("a symlink's target that is not UTF-8", "EINVAL"),
            Map.entry("O_TMPFILE, linked", "ENOTSUP"),
            Map.entry("ioctl FS_IOC_GETFLAGS", "ENOTTY"),
            Map.entry("ioctl FS_IOC_FSGETXATTR", "ENOTTY"),
            Map.entry("an unlinked file that is open",
                    "(b'ab', 2, '0o100600', 6, 0, ['.fuse_hidden0000000000000000'])"),
            Map.entry("a default ACL", "['user::rw-', 'user:7:rwx\\t#effective:---', "
                    + "'group::r-x\\t#effective:---', 'mask::---', 'other::---']"),
            Map.entry("mmap, shared", "ENODEV"),
            Map.entry("mmap, shared, to read", "ENODEV"),
            Map.entry("a mapping that two processes share", "ENODEV"),
            Map.entry("statx: time of birth", "False"));

    @BeforeEach
    void openStore() throws Exception {
        assumeTrue(Files.getOwner(Path.of("/proc/self")).getName().equals("root"), "needs uid 0");
        assumeTrue(new ProcessBuilder("sh", "-c", "command -v python3 setfacl > /dev/null && f=$(mktemp) && "
                + "setfacl -m u:7:r $f && rm $f").start().waitFor() == 0, "needs a local file system with ACLs");
    }

    private static String script() {
        try {
            return Path.of(FileCallsMountTest.class.getResource("file_calls.py").toURI()).toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static Map<String, String> outcomes(String output) {
        Map<String, String> outcomes = new LinkedHashMap<>();
        for (String line : output.lines().toList()) {
            int colon = line.indexOf(": ", line.startsWith("statx") ? 7 : 0);
            outcomes.put(line.substring(0, colon), line.substring(colon + 2)
                    .replaceAll("fuse_hidden[0-9a-f]{16}", "fuse_hidden0000000000000000"));
        }
        return outcomes;
    }

    private Map<String, String> in(Path directory) throws Exception {
        Path errors = scratch.resolve("errors");
        Process process = new ProcessBuilder("timeout", "200", "python3", script(), directory.toString())
                .redirectError(errors.toFile()).start();
        String output = new String(process.getInputStream().readAllBytes());
        assertEquals(0, process.waitFor(), () -> output);
        return outcomes(output);
    }

    private Map<String, String> expected(List<Map<String, String>> differences) throws Exception {
        Map<String, String> expected = in(Files.createDirectory(scratch.resolve("local")));
        assertTrue(expected.size() > 50, expected::toString);
        for (Map<String, String> some : differences) {
            some.keySet().forEach(call -> assertTrue(expected.containsKey(call), call));
            expected.putAll(some);
        }
        return expected;
    }

    private static void assertSame(Map<String, String> expected, Map<String, String> seen) {
        assertEquals(text(expected), text(seen));
    }

    private static String text(Map<String, String> outcomes) {
        return String.join("\n", outcomes.entrySet().stream().map(Map.Entry::toString).toList());
    }

    @Test
    void inAFunction() throws Exception {
        String said = cffs.runShell("python3 " + script() + " \"$PWD\"").expectExit(0).out();
        assertSame(expected(List.of(BY_FUSE)), outcomes(said));
        cffs.expectClean();
    }

    @Test
    void onALongLivedMountThatCommitsAtEachClose() throws Exception {
        assertSame(expected(List.of(BY_FUSE)), onMount("commit=close"));
    }

    @Test
    void overLibfuse() throws Exception {
        boolean there = new ProcessBuilder("sh", "-c", "/sbin/ldconfig -p | grep -q libfuse.so.2").start()
                .waitFor() == 0;
        assumeTrue(there, "needs libfuse 2");
        assertSame(expected(List.of(BY_FUSE, BY_LIBFUSE)), onMount("commit=manual,transport=libfuse"));
    }

    private Map<String, String> onMount(String options) throws Exception {
        Path root = Files.createDirectory(scratch.resolve("mnt"));
        Started mount = cffs.start(List.of(
                "mount", "--store", cffs.store().toString(), "-o", options, root.toString()));
        try {
            long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
            while (!Files.readString(mount.out()).contains("mounted ")) {
                if (System.nanoTime() - deadlineNanos > 0 || mount.process().waitFor(20, TimeUnit.MILLISECONDS)) {
                    fail("not mounted; " + Files.readString(mount.err()));
                }
            }
            return in(root);
        } finally {
            cffs.cffs("umount", "--force", root.toString());
            cffs.finish(mount);
        }
    }
}
