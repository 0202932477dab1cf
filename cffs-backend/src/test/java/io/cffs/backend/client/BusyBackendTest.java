package io.cffs.backend.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.FakeTicker;
import io.cffs.backend.Seeded;
import io.cffs.backend.commit.CommitRoom;
import io.cffs.backend.server.BackendServer;
import io.cffs.backend.server.ServerLimits;
import io.cffs.backend.wire.RealTicker;
import io.cffs.backend.wire.ScriptedBackend;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.port.Entropy;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend whose heap is taken by large commits of others, with no room even to let one more wait. */
class BusyBackendTest {
    private final CommitRoom room = new CommitRoom(1000);
    private final Crowded backend = new Crowded();
    private CommitRoom.Admission first;
    private CompletableFuture<CommitRoom.Admission> second;
    private BackendServer server;
    /** How often a length of a pause was drawn. */
    private final AtomicInteger pauses = new AtomicInteger();

    @TempDir
    private Path directory;

    private final class Crowded extends ScriptedBackend implements CommitRoom.Owner {
        @Override
        public CommitRoom commitRoom() {
            return room;
        }
    }

    @BeforeEach
    void twoOthers() throws Exception {
        server = BackendServer.start(backend, "unix:" + directory.resolve("s"), ServerLimits.DEFAULT, new RealTicker());
        first = room.enter(60_000);
        second = CompletableFuture.supplyAsync(() -> {
            try {
                return room.enter(60_000);
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        await(() -> room.waiting() == 2);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "nothing happens");
            Thread.onSpinWait();
        }
    }

    @AfterEach
    void close() throws Exception {
        first.close();
        second.get(20, TimeUnit.SECONDS).close();
        server.close();
    }

    private BackendClient client() {
        return BackendClient.of(
                server.addresses().getFirst(), TestLimits.QUICK, new RealTicker(), pauses::incrementAndGet);
    }

    private static CommitRequest large() {
        Mutation write = new Mutation.WriteBytes(
                new Ino(7), 0, new Mutation.FileBytes.Inline(Bytes.owning(new Seeded(2).bytes(70_000))));
        return new CommitRequest(
                VolumeName.DEFAULT, new TxnId(3, 4), 1, null, CommitTs.ZERO, 77, List.of(), List.of(write));
    }

    @Test
    void aCommitComesAgainUntilThereIsRoom() throws Exception {
        try (BackendClient client = client()) {
            CompletableFuture<CommitOutcome> outcome = client.commit(large());
            await(() -> pauses.get() > 0 || outcome.isDone());
            assertFalse(outcome.isDone(), "it was turned away, and that is no outcome");
            assertEquals(0, backend.commitsHeard.get());
            first.close();
            second.get(20, TimeUnit.SECONDS).close();
            assertInstanceOf(CommitOutcome.Committed.class, outcome.get(20, TimeUnit.SECONDS));
            assertEquals(1, backend.commitsHeard.get());
        }
    }

    @Test
    void whenItsTimeIsOverItIsRefusedAndNothingHasHappened() throws Exception {
        FakeTicker ticker = new FakeTicker();
        // The clock stands until the commit has been turned away and rests: then its time is over.
        Entropy timePasses = () -> {
            ticker.advanceMillis(TestLimits.QUICK.patientNanos() / 1_000_000);
            return 0;
        };
        try (BackendClient client = BackendClient.of(
                server.addresses().getFirst(), TestLimits.QUICK, ticker, timePasses)) {
            CommitOutcome.Refused refused = assertInstanceOf(
                    CommitOutcome.Refused.class, client.commit(large()).get(20, TimeUnit.SECONDS));
            assertEquals(CommitOutcome.RefusalCause.TOO_LARGE, refused.cause());
            assertTrue(refused.sentence().contains("larger CFFS_HEAP"), refused.sentence());
            assertEquals(0, backend.commitsHeard.get());
        }
    }
}
