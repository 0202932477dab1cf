package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.session.AttemptTicket;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.Mkdir;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a mount does again and again by itself. */
@Timeout(60)
class RefreshTest {
    @TempDir
    Path dir;

    @Test
    void anErrorOfOursDoesNotEndIt() throws Exception {
        TestMount.assumeMountsWork();
        AtomicInteger asked = new AtomicInteger();
        MemoryVolume odd = new MemoryVolume() {
            @Override
            public CompletableFuture<VolumeStatus> status(VolumeName volume) {
                if (asked.incrementAndGet() == 1) {
                    throw new IllegalStateException("a bug");
                }
                return super.status(volume);
            }
        };
        try (TestMount mount = new TestMount(odd, dir.resolve("m"), CommitMode.CLOSE);
                TestSession other = new TestSession(odd, false)) {
            AttemptTicket ticket = other.begin();
            other.session.perform(at ->
                    Mkdir.run(at.transaction(), Credentials.ROOT, Ino.ROOT, Name.of("news"), 0755));
            assertInstanceOf(CommitOutcome.Committed.class, other.session.commit(ticket));
            mount.sh("for i in $(seq 100); do [ -d news ] && exit 0; sleep 0.1; done; exit 1");
            assertTrue(asked.get() > 1, "asked: " + asked);
        }
    }
}
