package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.cache.KeptFootprints;
import io.cffs.daemon.fuse.MountAdapter;
import io.cffs.daemon.session.Invocation;
import io.cffs.daemon.session.InvocationBody;
import io.cffs.daemon.session.InvocationResult;
import io.cffs.daemon.session.RetryPolicy;
import io.cffs.model.CommitTs;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The second run of a function, on another mount of the host, opens its files without a round trip for each. */
@Timeout(120)
class KeptFootprintsMountTest {
    private static final int FILES = 40;
    private static final String READ_ALL = "for i in $(seq " + FILES + "); do cat d/$i; done";

    @TempDir
    Path dir;

    private final MemoryVolume store = new MemoryVolume();
    private int mounts;

    @BeforeEach
    void makeFiles() throws IOException, InterruptedException {
        TestMount.assumeMountsWork();
        run("maker", "mkdir d; for i in $(seq " + FILES + "); do echo $i > d/$i; done");
    }

    private String run(String function, String script) throws IOException, InterruptedException {
        mounts++;
        String[] output = {null};
        try (TestMount mount = new TestMount(store, dir.resolve("m" + mounts), CommitMode.INVOCATION,
                MountAdapter.Users.ONE, null, new KeptFootprints(dir.resolve("footprints")))) {
            InvocationResult result = mount.volume.run(function,
                    new Invocation(null, false, CommitTs.ZERO, Long.MAX_VALUE),
                    ticket -> {
                        output[0] = mount.sh(script);
                        return InvocationBody.Verdict.COMMIT;
                    },
                    RetryPolicy.standard(), TimeUnit.NANOSECONDS::sleep);
            assertInstanceOf(InvocationResult.Committed.class, result);
        }
        return output[0];
    }

    private int fetchesOf(String function) throws IOException, InterruptedException {
        int before = store.fetches.get();
        StringBuilder expected = new StringBuilder();
        for (int i = 1; i <= FILES; i++) {
            expected.append(i).append('\n');
        }
        assertEquals(expected.toString(), run(function, READ_ALL));
        return store.fetches.get() - before;
    }

    @Test
    void theNextRunOfAFunctionFetchesAllAtOnce() throws IOException, InterruptedException {
        int cold = fetchesOf("reader");
        assertTrue(cold > FILES / 2, () -> "the first run needs many round trips, not " + cold);
        int warm = fetchesOf("reader");
        assertTrue(warm <= 12, () -> "the second run needed " + warm + " round trips");
    }

    @Test
    void anotherFunctionIsNotTheSame() throws IOException, InterruptedException {
        fetchesOf("reader");
        assertTrue(fetchesOf("another") > FILES / 2);
    }

    @Test
    void whatHasChangedSinceIsReadAsItIsNow() throws IOException, InterruptedException {
        fetchesOf("reader");
        run("changer", "for i in $(seq " + FILES + "); do echo new > d/$i; done; rm d/7; echo again > d/7");
        assertEquals("new\n".repeat(6) + "again\n" + "new\n".repeat(FILES - 7), run("reader", READ_ALL));
    }
}
