package io.cffs.backend.commit;

import io.cffs.model.CommitTs;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.codec.Pieces;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.validate.VersionIndex;
import java.util.ArrayList;
import java.util.List;

/** Everything that shares one sync of the log. Belongs to the sequencing thread. */
final class Group {
    /** A commit on its way to the store; others only move the position and the ledger. */
    record Ordered(LogEntry entry, Applied applied) {}

    /** What follows from the fate of the group. */
    interface Answer {
        void durable();

        /** Nothing of the group has happened, or for {@code STORE_FAILED} nobody knows. */
        void failed(RuntimeException why);
    }

    final List<Pieces> records = new ArrayList<>();
    final List<Ordered> ordered = new ArrayList<>();
    final List<Answer> answers = new ArrayList<>();
    /** The group's own commits, apart from those that are durable. */
    VersionIndex index; // null once the group is durable
    CommitTs last;
    long recordBytes;
    /** Blocks that small writes were merged into can outweigh their records thirty times. */
    long effectBytes;

    Group(CommitTs durable) {
        this.last = durable;
        this.index = new VersionIndex(durable, Integer.MAX_VALUE, Long.MAX_VALUE);
    }

    void add(LogEntry entry, Pieces record, Applied applied) {
        ordered.add(new Ordered(entry, applied));
        records.add(record);
        recordBytes += record.length();
        effectBytes += applied == null ? 0 : applied.effectBytes();
    }

    /** Whether it has so many bytes that it should be logged before it grows. */
    boolean isHeavy(PipelineLimits limits) {
        return recordBytes >= limits.groupBytesMax() || effectBytes >= limits.memory().groupEffectBytesMax();
    }

    /** This member is told so with the group, whatever becomes of that. True. */
    boolean tell(Work.Commit work, CommitOutcome outcome) {
        return answers.add(always(() -> work.outcome.complete(outcome)));
    }

    /** An answer that stands whether the group becomes durable or not. */
    static Answer always(Runnable answer) {
        return new Answer() {
            @Override
            public void durable() {
                answer.run();
            }

            @Override
            public void failed(RuntimeException why) {
                answer.run();
            }
        };
    }

    static BackendException asBackendException(RuntimeException why) {
        return why instanceof BackendException known
                ? known
                : new BackendException(BackendException.Cause.REFUSED, why.getMessage(), why);
    }
}
