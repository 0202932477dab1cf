package io.cffs.backend.commit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.txn.port.BackendException;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MemoryCommitLogTest extends CommitLogContract {
    @Override
    CommitLog fresh() {
        return new MemoryCommitLog();
    }

    @Override
    CommitLog reopened(CommitLog log) {
        ((MemoryCommitLog) log).reopen();
        return log;
    }

    @Override
    void fillUp(CommitLog log) {
        ((MemoryCommitLog) log).failNext(MemoryCommitLog.Failure.NO_SPACE);
    }

    @Override
    void makeRoom(CommitLog log) {
        // One append only was to fail.
    }

    @Test
    void aFailedSyncStopsTheLogUntilItIsOpenedAgain() {
        for (MemoryCommitLog.Failure failure : List.of(MemoryCommitLog.Failure.LOST,
                MemoryCommitLog.Failure.STORED_BUT_FAILED)) {
            MemoryCommitLog log = new MemoryCommitLog();
            log.fence(ONE);
            log.failNext(failure);
            assertThrows(BackendException.class, () -> append(log, ONE, List.of(record(1, 1))));
            assertThrows(BackendException.class, () -> append(log, ONE, List.of(record(1, 2))));
            log.reopen();
            assertEquals(failure == MemoryCommitLog.Failure.LOST ? 0 : 1, all(log, log.first()).size());
        }
    }
}
