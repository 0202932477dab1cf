package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SmokeMountTest {
    @TempDir
    Path dir;

    @Test
    void whatIsCommittedIsThereAndWhatIsAbortedIsNot() throws Exception {
        MemoryVolume store = new MemoryVolume();
        try (TestMount mount = new TestMount(store, dir.resolve("m"), CommitMode.INVOCATION)) {
            mount.begin();
            mount.sh("echo hello > a; mkdir d; echo 1 > d/x; ln -s d/x l; ls -la");
            mount.commitMustSucceed();
            mount.begin();
            assertEquals("hello\n1\n", mount.sh("cat a l"));
            mount.sh("rm a; echo two > b; mv d e");
            mount.abort();
            mount.begin();
            assertEquals("hello\na\nd\nl\n", mount.sh("cat a; ls"));
            mount.commitMustSucceed();
            assertNotEquals(0, mount.run("cat a").status());
        }
    }
}
