package io.cffs.backend;

import static io.cffs.backend.Requests.begin;
import static io.cffs.backend.Requests.commit;
import static io.cffs.backend.Requests.create;
import static io.cffs.backend.Requests.txn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.commit.MemoryCommitLog;
import io.cffs.backend.commit.SoleLeader;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.WriteLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** A commit that is too large for the heap is refused before it is logged; what was logged before stays. */
final class SmallHeapTest extends VolumeBed {
    /** A quarter of it, at 512 bytes a change: 400. */
    private static final int SMALL_HEAP_BYTES = 4 * 400 * 512;
    private static final long DEFAULT_HEAP_BYTES = 496L * 1024 * 1024;

    private long heapBytes;

    @Override
    LocalBackend backend() {
        BackendSettings settings = BackendSettings.DEFAULT.withinHeap(
                heapBytes == 0 ? DEFAULT_HEAP_BYTES : heapBytes);
        return new LocalBackend(name -> parts, new SoleLeader(), ticker, settings, null, Runnable::run, () -> { });
    }

    private void restartWith(long newHeapBytes) {
        heapBytes = newHeapBytes;
        crash();
    }

    private CommitRequest creating(int files, int number) {
        List<Mutation> writes = new ArrayList<>();
        for (int i = 0; i < files; i++) {
            writes.addAll(create(1000L * number + i, "f" + number + "." + i, ""));
        }
        return commit(txn(number), begun(txn(number)), List.of(), writes);
    }

    private CommitRequest removing(int files, int number, int made) {
        List<Mutation> writes = new ArrayList<>();
        for (int i = 0; i < files; i++) {
            writes.add(new Mutation.RemoveDentry(
                    Ino.ROOT, Name.of("f" + made + "." + i), new Ino(1000L * made + i), FileType.REGULAR));
        }
        return commit(txn(number), begun(txn(number)), List.of(), writes);
    }

    private static void assertTooLarge(CommitOutcome outcome) {
        var refused = assertInstanceOf(CommitOutcome.Refused.class, outcome);
        assertEquals(CommitOutcome.RefusalCause.TOO_LARGE, refused.cause());
        assertTrue(refused.sentence().contains("larger CFFS_HEAP"), refused.sentence());
    }

    @Test
    void nothingOfACommitThatIsTooLargeHappens() {
        restartWith(SMALL_HEAP_BYTES);
        long logged = parts.log().next();
        assertTooLarge(done(creating(201, 1)));
        assertEquals(logged, parts.log().next());
        assertEquals(0, backend.begin(begin(txn(50))).join().snapshot().value());
        assertEquals(committed(1), done(creating(200, 1)));
        // Of the last name of a stored file more is noted.
        assertTooLarge(done(removing(101, 2, 1)));
        assertEquals(committed(2), done(removing(100, 2, 1)));
    }

    /** Each is small enough alone. */
    @Test
    void theSecondOfTwoLargeOnesWaitsUntilTheStoreHasTheFirst() {
        restartWith(SMALL_HEAP_BYTES);
        CompletableFuture<CommitOutcome> first = backend.commit(creating(200, 1));
        CompletableFuture<CommitOutcome> second = backend.commit(creating(150, 2));
        CompletableFuture<CommitOutcome> small = backend.commit(creating(1, 3));
        while (volume.sequence()) {
            // The store gets nothing.
        }
        assertEquals(committed(1), first.join());
        assertEquals(committed(2), small.join(), "a small one goes past");
        assertFalse(second.isDone());
        volume.apply();
        volume.sequence();
        assertEquals(committed(3), second.join());
    }

    /** A group that the log refuses has not happened, and holds no room. */
    @Test
    void whatTheLogRefusesHoldsNoRoom() {
        restartWith(SMALL_HEAP_BYTES);
        ((MemoryCommitLog) parts.log()).failNext(MemoryCommitLog.Failure.NO_SPACE);
        assertInstanceOf(CommitOutcome.Refused.class, done(creating(200, 1)));
        assertEquals(committed(1), done(creating(200, 2)));
        assertEquals(committed(2), done(creating(200, 3)));
    }

    @Test
    void whatCommittedBeforeTheHeapBecameSmallerStays() {
        CommitRequest large = creating(300, 1);
        assertEquals(committed(1), done(large));
        restartWith(SMALL_HEAP_BYTES);
        assertEquals(1, backend.begin(begin(txn(50))).join().snapshot().value());
        assertEquals(new CommitOutcome.Committed(new CommitTs(1), true), done(large));
    }

    /** Mounts count so many changes at most, and leave it to a backend with the default heap to hold them. */
    @Test
    void theDefaultHeapTakesWhatMountsSend() {
        long max = BackendSettings.DEFAULT.withinHeap(DEFAULT_HEAP_BYTES).pipeline().commitWeightMax();
        assertTrue(max >= WriteLimits.CHANGES_MAX, () -> "only " + max);
    }
}
