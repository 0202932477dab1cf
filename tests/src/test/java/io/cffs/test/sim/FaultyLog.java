package io.cffs.test.sim;

import io.cffs.backend.commit.CommitLog;
import io.cffs.backend.commit.LogEntry;
import io.cffs.model.Epoch;
import io.cffs.test.history.History;
import io.cffs.txn.codec.Pieces;
import java.util.List;
import java.util.function.Consumer;

/** The real log; the process may die before it writes and after it has. Tells which commits were handed to it. */
final class FaultyLog extends LogLayer {
    private final FaultPlan faults;
    private final Consumer<History.Commit> handedIn;

    FaultyLog(CommitLog log, FaultPlan faults, Consumer<History.Commit> handedIn) {
        super(log);
        this.faults = faults;
        this.handedIn = handedIn;
    }

    @Override
    public long append(Epoch epoch, List<Pieces> records) {
        if (faults.strikes(Fault.BACKEND_CRASH_BEFORE_LOG)) {
            throw faults.death();
        }
        for (Pieces record : records) {
            if (LogEntry.decode(0, record.toArray()) instanceof LogEntry.Commit commit) {
                handedIn.accept(new History.Commit(commit.at(), commit.request().txn(), commit.request().attempt()));
            }
        }
        long position = log.append(epoch, records);
        if (faults.strikes(Fault.BACKEND_CRASH_BEFORE_APPLY)) {
            throw faults.death();
        }
        return position;
    }
}
