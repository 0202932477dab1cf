package io.cffs.backend.commit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Epoch;
import io.cffs.txn.codec.Pieces;
import io.cffs.txn.port.BackendException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What every commit log keeps. */
abstract class CommitLogContract {
    static final Epoch ONE = new Epoch(1);
    static final Epoch TWO = new Epoch(2);

    /** A log with nothing in it. */
    abstract CommitLog fresh();

    /** The same log after its process has ended and another one has opened it. */
    abstract CommitLog reopened(CommitLog log);

    /** The next append fails for want of room. */
    abstract void fillUp(CommitLog log);

    abstract void makeRoom(CommitLog log);

    static byte[] record(int length, int seed) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            bytes[i] = (byte) (i * 31 + seed);
        }
        return bytes;
    }

    static long append(CommitLog log, Epoch epoch, List<byte[]> records) {
        return log.append(epoch, records.stream().map(Pieces::owning).toList());
    }

    static List<byte[]> all(CommitLog log, long from) {
        List<byte[]> records = new ArrayList<>();
        log.replay(from, (position, epoch, record) -> records.add(record));
        return records;
    }

    static void assertHolds(CommitLog log, byte[]... expected) {
        List<byte[]> found = all(log, log.first());
        assertEquals(expected.length, found.size());
        for (int i = 0; i < expected.length; i++) {
            assertArrayEquals(expected[i], found.get(i));
        }
    }

    @Test
    void aNewLogIsEmptyAndBelongsToNobody() {
        CommitLog log = fresh();
        assertEquals(CommitLog.FIRST_POSITION, log.next());
        assertNull(log.epoch());
        assertThrows(LogFencedException.class, () -> append(log, ONE, List.of(record(3, 1))));
        assertHolds(log);
    }

    @Test
    void recordsComeBackInOrderWithDensePositions() {
        CommitLog log = fresh();
        log.fence(ONE);
        long first = append(log, ONE, List.of(record(0, 0), record(1, 1), record(4096, 2)));
        long second = append(log, ONE, List.of(record(100_000, 3)));
        assertEquals(first + 3, second);
        List<Long> positions = new ArrayList<>();
        log.replay(first, (position, epoch, record) -> {
            assertEquals(ONE, epoch);
            positions.add(position);
        });
        assertEquals(List.of(first, first + 1, first + 2, first + 3), positions);
        assertHolds(log, record(0, 0), record(1, 1), record(4096, 2), record(100_000, 3));
    }

    @Test
    void everythingSurvivesReopening() {
        CommitLog log = fresh();
        log.fence(ONE);
        append(log, ONE, List.of(record(10, 1), record(20, 2)));
        long next = log.next();
        CommitLog again = reopened(log);
        assertEquals(next, again.next());
        assertEquals(ONE, again.epoch());
        assertHolds(again, record(10, 1), record(20, 2));
        again.fence(TWO);
        append(again, TWO, List.of(record(30, 3)));
        assertHolds(reopened(again), record(10, 1), record(20, 2), record(30, 3));
    }

    @Test
    void replayStartsWhereItIsAsked() {
        CommitLog log = fresh();
        log.fence(ONE);
        long first = append(log, ONE, List.of(record(10, 1), record(20, 2), record(30, 3)));
        assertEquals(2, all(log, first + 1).size());
        assertEquals(0, all(log, log.next()).size());
    }

    @Test
    void anOlderOrEqualEpochIsFenced() {
        CommitLog log = fresh();
        log.fence(TWO);
        assertThrows(LogFencedException.class, () -> log.fence(ONE));
        assertThrows(LogFencedException.class, () -> log.fence(TWO));
        assertThrows(LogFencedException.class, () -> append(log, ONE, List.of(record(1, 1))));
        log.fence(new Epoch(7));
        assertThrows(LogFencedException.class, () -> append(log, TWO, List.of(record(1, 1))));
        assertHolds(log);
        assertEquals(new Epoch(7), reopened(log).epoch());
    }

    @Test
    void cutKeepsEverythingFromThePositionOn() {
        CommitLog log = fresh();
        log.fence(ONE);
        List<Long> positions = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            positions.add(append(log, ONE, List.of(record(3000, i))));
        }
        log.cut(positions.get(40));
        assertTrue(log.first() <= positions.get(40));
        assertEquals(10, all(log, positions.get(40)).size());
        if (log.first() > CommitLog.FIRST_POSITION) {
            BackendException gone = assertThrows(BackendException.class, () -> all(log, CommitLog.FIRST_POSITION));
            assertEquals(BackendException.Cause.STORE_FAILED, gone.kind());
        }
        long next = log.next();
        log.cut(next);
        CommitLog again = reopened(log);
        assertEquals(next, again.next());
        assertEquals(ONE, again.epoch());
    }

    @Test
    void aFullDiskRefusesTheWholeBatchAndRecovers() {
        CommitLog log = fresh();
        log.fence(ONE);
        append(log, ONE, List.of(record(10, 1)));
        long next = log.next();
        fillUp(log);
        BackendException full = assertThrows(BackendException.class,
                () -> append(log, ONE, List.of(record(1_000_000, 2), record(1_000_000, 3))));
        assertEquals(BackendException.Cause.NO_SPACE, full.kind());
        assertEquals(next, log.next());
        makeRoom(log);
        assertEquals(next, append(log, ONE, List.of(record(1_000_000, 4))));
        assertHolds(log, record(10, 1), record(1_000_000, 4));
        assertHolds(reopened(log), record(10, 1), record(1_000_000, 4));
    }
}
