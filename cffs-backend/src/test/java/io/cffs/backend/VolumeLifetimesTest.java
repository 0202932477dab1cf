package io.cffs.backend;

import static io.cffs.backend.Requests.VOLUME;
import static io.cffs.backend.Requests.begin;
import static io.cffs.backend.Requests.commit;
import static io.cffs.backend.Requests.page;
import static io.cffs.backend.Requests.txn;
import static io.cffs.backend.Requests.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.InoRange;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What lives for how long in a volume: snapshots, inode numbers, turns. */
final class VolumeLifetimesTest extends VolumeBed {
    @Test
    void inodeNumbersAreNeverGivenTwice() {
        long next = 2;
        for (int life = 0; life < 4; life++) {
            for (int i = 0; i < 10; i++) {
                CompletableFuture<InoRange> range = backend.reserveInos(VOLUME, 1 + i * 1000);
                run();
                assertTrue(range.join().first() >= next, range.join() + " after " + next);
                next = range.join().first() + range.join().count();
            }
            crash();
        }
    }

    @Test
    void trimWaitsForLeasesAndThenExpiresSnapshots() {
        created(10, "f", "0");
        ticker.advanceMillis(BackendSettings.DEFAULT.lease().toMillis() + 1);
        volume.keep();
        Begun held = begun(txn(50));
        for (int i = 1; i < 6; i++) {
            done(commit(txn(i), begun(txn(i)), List.of(), List.of(write(10, 0, "" + i))));
        }
        for (int i = 0; i < 10; i++) {
            ticker.advanceMillis(20_000);
            assertTrue(backend.renew(VOLUME, held.leaseId()).join());
            volume.keep();
            run();
        }
        assertEquals("0", content(held.snapshot(), 10));
        assertEquals(held.snapshot(), backend.status(VOLUME).join().trimHorizon());
        backend.end(VOLUME, held.leaseId()).join();
        for (int i = 0; i < 10; i++) {
            ticker.advanceMillis(20_000);
            volume.keep();
            run();
        }
        assertEquals(new CommitTs(6), backend.status(VOLUME).join().trimHorizon());
        FetchItem item = new FetchItem(new ObjectKey.InodeKey(Ino.ROOT), null);
        assertEquals(BackendException.Cause.SNAPSHOT_EXPIRED,
                failure(backend.fetch(VOLUME, held.snapshot(), List.of(item))).kind());
        assertEquals(new CommitOutcome.SnapshotExpired(new CommitTs(6)),
                done(commit(txn(50), held, List.of(page(10)), List.of(write(10, 0, "9")))));
        assertFalse(backend.renew(VOLUME, held.leaseId()).join());
    }

    @Test
    void aLoserTakesItsTurnAndOthersWaitForIt() {
        created(10, "f", "0");
        Begun loser = begun(txn(1));
        done(commit(txn(2), begun(txn(2)), List.of(page(10)), List.of(write(10, 0, "2"))));
        assertInstanceOf(CommitOutcome.Conflicted.class,
                done(commit(txn(1), loser, List.of(page(10)), List.of(write(10, 0, "1")))));
        // Its second attempt holds the file without having to name a witness.
        Begun second = backend.begin(begin(txn(1), 2)).join();
        Begun other = begun(txn(3));
        CompletableFuture<CommitOutcome> blocked = backend.commit(
                commit(txn(3), other, List.of(page(10)), List.of(write(10, 0, "3"))));
        run();
        assertFalse(blocked.isDone());
        // Another one in the queue gets its turn when the first is done.
        var queued = backend.begin(begin(txn(4), 3, new ReadKey.LengthExactly(new Ino(10))));
        assertFalse(queued.isDone());
        assertEquals(committed(3), done(commit(txn(1), second, List.of(page(10)), List.of(write(10, 0, "1")))));
        assertEquals(new CommitTs(3), queued.join().snapshot());
        run();
        assertInstanceOf(CommitOutcome.Conflicted.class, blocked.join());
    }

    @Test
    void aTurnThatIsNotUsedRunsOut() {
        created(10, "f", "0");
        backend.begin(begin(txn(1), 3, page(10))).join();
        var next = backend.begin(begin(txn(2), 3, page(10)));
        CompletableFuture<CommitOutcome> blocked = backend.commit(
                commit(txn(3), begun(txn(3)), List.of(page(10)), List.of(write(10, 0, "3"))));
        run();
        assertFalse(next.isDone());
        assertFalse(blocked.isDone());
        ticker.advanceMillis(10_000);
        volume.keep();
        assertNotNull(next.join());
        run();
        // It was held back once, for as long as a turn lasts, and not again for the next one.
        assertEquals(committed(2), blocked.join());
    }
}
