package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.buffer.WriteHeap;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.WriteLimits;
import io.cffs.txn.port.HeapRoom;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What programs see when a transaction has become as large as one may be. */
@Timeout(60)
class LargeTransactionTest {
    private static final String FILL = "python3 -c \"\nimport os\nmade = 0\ntry:\n    while made < 3000:\n"
            + "        os.close(os.open('%s%%d' %% made, os.O_CREAT | os.O_WRONLY)); made += 1\n"
            + "except OSError: pass\nprint(made)\"";

    @TempDir
    Path dir;

    private final MemoryVolume store = new MemoryVolume();

    @BeforeEach
    void needsMounts() {
        TestMount.assumeMountsWork();
    }

    private TestMount mount(WriteLimits limits) throws IOException {
        return new TestMount(store, dir.resolve("m"), CommitMode.MANUAL, limits);
    }

    private static int fill(TestMount mount, String prefix) {
        return Integer.parseInt(mount.sh(FILL.formatted(prefix)).strip());
    }

    private static void noRoom(TestMount mount, String script) {
        TestMount.Outcome outcome = mount.run(script);
        assertTrue(outcome.errors().contains("No space left on device"), script + ": " + outcome.errors());
    }

    @Test
    void whatWouldMakeItLargerAnswersEnospcAndTheRestIsCommitted() throws Exception {
        try (TestMount mount = mount(new WriteLimits(1000, CommitRequest.BYTES_MAX, HeapRoom.ENDLESS))) {
            mount.sh("echo stored > stored; echo other > other; echo > .cffs/commit");
            int made = fill(mount, "f");
            assertTrue(made > 400 && made < 500, "made " + made);
            noRoom(mount, "mkdir d");
            noRoom(mount, "ln -s x s");
            noRoom(mount, "mv stored moved");
            noRoom(mount, "head -c 5 /dev/zero >> stored");
            noRoom(mount, "chmod 600 stored");
            assertEquals("stored\n", mount.sh("cat stored; rm other"));
            mount.sh("echo > .cffs/commit");
            assertEquals(made + 1 + "\n", mount.sh("ls | wc -l"));
            assertEquals(made, fill(mount, "g"), "the next transaction has all the room again");
        }
    }

    @Test
    void whatWasMadeCanBeRemovedAndMakesRoom() throws Exception {
        try (TestMount mount = mount(new WriteLimits(1000, CommitRequest.BYTES_MAX, HeapRoom.ENDLESS))) {
            int made = fill(mount, "f");
            mount.sh("rm f*");
            assertEquals(made, fill(mount, "g"));
            mount.sh("echo > .cffs/commit");
            assertEquals(made + "\n", mount.sh("ls | wc -l"));
        }
    }

    @Test
    void theHeapIsABoundToo() throws Exception {
        WriteHeap heap = new WriteHeap(1024 * 1024);
        try (TestMount mount = mount(WriteLimits.within(heap))) {
            int few = fill(mount, "long-name-%s-".formatted("n".repeat(200)));
            mount.sh("echo > .cffs/abort");
            assertEquals(heap.bytesMax(), heap.leftBytes());
            int many = fill(mount, "f");
            assertTrue(few > 300 && few < many * 3 / 4 && many < 3000, few + ", " + many);
            mount.sh("echo > .cffs/commit");
            assertEquals(many + "\n", mount.sh("ls | wc -l"));
            assertEquals(heap.bytesMax(), heap.leftBytes());
        }
    }
}
