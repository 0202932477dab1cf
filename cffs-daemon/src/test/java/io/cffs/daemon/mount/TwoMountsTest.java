package io.cffs.daemon.mount;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** One volume, two mounts of it. */
abstract class TwoMountsTest {
    @TempDir
    Path dir;

    final MemoryVolume store = new MemoryVolume();
    TestMount mine;
    TestMount other;

    @BeforeEach
    final void mountTwice() throws IOException {
        TestMount.assumeMountsWork();
        mine = new TestMount(store, dir.resolve("mine"), CommitMode.INVOCATION);
        other = new TestMount(store, dir.resolve("other"), CommitMode.INVOCATION);
    }

    @AfterEach
    final void unmountBoth() throws IOException {
        if (mine != null) {
            mine.close();
            other.close();
        }
    }

    /** As one transaction, which nothing may abort. */
    final void byOther(String script) {
        other.begin();
        other.sh(script);
        other.commitMustSucceed();
    }
}
