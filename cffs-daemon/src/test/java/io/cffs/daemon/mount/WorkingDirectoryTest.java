package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Directories that somebody works in, while others on the mount look at them and transactions end. */
@Timeout(60)
class WorkingDirectoryTest {
    private static final String ASK = "def asked(times):\\n"
            + "    lost = 0\\n"
            + "    for i in range(times):\\n"
            + "        try: os.getcwd()\\n"
            + "        except OSError: lost += 1\\n"
            + "        lost += os.readlink('/proc/self/fd/%d' % d).endswith('(deleted)')\\n"
            + "    return lost";

    @TempDir
    Path dir;

    @ParameterizedTest
    @EnumSource(value = CommitMode.class, names = {"CLOSE", "FSYNC", "MANUAL"})
    void theyKeepTheirPath(CommitMode mode) throws IOException, InterruptedException {
        TestMount.assumeMountsWork();
        try (TestMount mount = new TestMount(new MemoryVolume(), dir.resolve("m"), mode)) {
            mount.sh("mkdir -p a/b; echo 1 > a/b/f");
            Process others = TestMount.start(mount.root, """
                    for i in $(seq 150); do
                      echo $i > new; sync new; echo > .cffs/commit; ls -l a/b > /dev/null; rm new
                      test -e a/b/f || exit 1
                    done""");
            try (PythonProcess python = new PythonProcess(mount.root.resolve("a/b"))) {
                python.run("d = os.open('.', os.O_RDONLY)");
                assertEquals("None", python.run("exec(\"" + ASK + "\")"));
                int lost = 0;
                while (others.isAlive()) {
                    lost += Integer.parseInt(python.run("asked(2000)"));
                }
                assertEquals(0, lost);
            }
            assertTrue(others.waitFor(30, TimeUnit.SECONDS));
            assertEquals(0, others.exitValue());
        }
    }
}
