package io.cffs.backend.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.Requests;
import io.cffs.backend.commit.CommitRoom.Admission;
import io.cffs.model.CommitTs;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.port.BackendPort.Begun;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;

/** Large commits take turns on the heap. */
class CommitRoomTest {
    private static final int MAX = 1000;

    private final CommitRoom room = new CommitRoom(MAX);

    private static CommitRequest creating(int files) {
        List<Mutation> writes = new ArrayList<>();
        for (int i = 0; i < files; i++) {
            writes.addAll(Requests.create(1000 + i, "f" + i, ""));
        }
        return Requests.commit(Requests.txn(1), new Begun(CommitTs.ZERO, 1, 1000, null, null), List.of(), writes);
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "nothing happens");
            Thread.onSpinWait();
        }
    }

    private CompletableFuture<Admission> entering(long bytes) {
        CompletableFuture<Admission> entered = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                entered.complete(room.enter(bytes));
            } catch (InterruptedException e) {
                entered.completeExceptionally(e);
            }
        });
        return entered;
    }

    private static Admission get(CompletableFuture<Admission> entering) throws Exception {
        return entering.get(20, TimeUnit.SECONDS);
    }

    @Test
    void onlyWhatTakesMuchOfTheRoomHasToBeAdmitted() {
        CommitRoom usual = new CommitRoom(819_200);
        assertFalse(usual.isLarge(1024 * 1024 + 100_000));
        assertTrue(usual.isLarge(2 * 1024 * 1024));
        CommitRoom narrow = new CommitRoom(10_000);
        assertFalse(narrow.isLarge(64 * 1024 - 1));
        assertTrue(narrow.isLarge(64 * 1024));
        assertFalse(CommitRoom.endless().isLarge(64 * 1024 * 1024));
    }

    @Test
    void theSecondIsDecodedWhenTheStoreHasTheFirst() throws Exception {
        Admission first = room.enter(20_000);
        assertTrue(first.weigh(creating(400)));
        CompletableFuture<Admission> second = entering(20_000);
        await(() -> room.waiting() == 1);
        room.order(800);
        first.close();
        assertFalse(second.isDone(), "the first has been answered and is not in the store");
        room.give(800);
        try (Admission entered = get(second)) {
            assertTrue(entered.weigh(creating(400)));
        }
    }

    @Test
    void oneThatIsDecodedWaitsForRoomForWhatItWeighs() throws Exception {
        room.order(500);
        Admission first = room.enter(20_000);
        CompletableFuture<Boolean> weighed = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                weighed.complete(first.weigh(creating(400)));
            } catch (InterruptedException e) {
                weighed.completeExceptionally(e);
            }
        });
        CompletableFuture<Admission> second = entering(1_000);
        await(() -> room.waiting() == 2);
        assertFalse(weighed.isDone());
        assertFalse(second.isDone(), "nobody overtakes");
        room.give(500);
        assertTrue(weighed.get(20, TimeUnit.SECONDS));
        assertNotNull(get(second));
    }

    @Test
    void thoseThatFitGoTogether() throws Exception {
        Admission first = room.enter(10_000);
        assertTrue(first.weigh(creating(200)));
        Admission second = room.enter(10_000);
        assertTrue(second.weigh(creating(250)));
        assertEquals(0, room.waiting());
    }

    /** What is too large for the heap goes through alone, and is refused by the pipeline. */
    @Test
    void aLargerOneThanTheRoomGoesAlone() throws Exception {
        try (Admission first = room.enter(10 * MAX * 64)) {
            assertTrue(first.weigh(creating(MAX)));
            CompletableFuture<Admission> second = entering(1_000);
            await(() -> room.waiting() == 1);
            assertFalse(second.isDone());
        }
    }

    @Test
    void moreThanMayWaitIsTurnedAwayAtOnce() throws Exception {
        room.order(MAX);
        CompletableFuture<Admission> first = entering(60_000);
        await(() -> room.waiting() == 1);
        CompletableFuture<Admission> second = entering(3_000);
        await(() -> room.waiting() == 2);
        assertNull(get(entering(10_000)));
        CompletableFuture<Admission> third = entering(500);
        await(() -> room.waiting() == 3);
        room.give(MAX);
        Admission entered = get(first);
        assertFalse(second.isDone());
        entered.close();
        get(second).close();
        assertNotNull(get(third));
    }

    /** A commit that is ordered waits for what is ordered, not for what is admitted: that may wait for it. */
    @Test
    void whatIsAdmittedDoesNotKeepTheOrderedOut() throws Exception {
        Admission first = room.enter(20_000);
        assertTrue(first.weigh(creating(500)));
        assertTrue(room.hasRoomFor(MAX));
        room.order(MAX);
        assertFalse(room.hasRoomFor(1));
    }
}
