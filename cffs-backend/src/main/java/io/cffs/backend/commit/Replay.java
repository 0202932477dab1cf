package io.cffs.backend.commit;

import io.cffs.backend.store.VersionedStore;
import io.cffs.model.VolumeName;
import io.cffs.txn.apply.MutationRefused;
import io.cffs.txn.port.BackendException;

/** Brings a store up to the end of its log when a volume is opened. For one use. */
final class Replay {
    private final VolumeName volume;
    private final VersionedStore store;
    private final Sequencer sequencer;
    private long replayedBytes;

    Replay(VolumeName volume, VersionedStore store, Sequencer sequencer) {
        this.volume = volume;
        this.store = store;
        this.sequencer = sequencer;
    }

    /**
     * Bytes of the records.
     *
     * @throws BackendException {@code STORE_FAILED} when log and store do not fit together
     */
    long run(CommitLog log) {
        long from = store.progress().position() + 1;
        if (from > log.next()) {
            throw new BackendException(BackendException.Cause.STORE_FAILED, "the log of volume " + volume
                    + " ends at " + (log.next() - 1) + ", before the state that was made of it", null);
        }
        log.replay(from, (position, writer, record) -> {
            replay(position, folded(position, record));
            replayedBytes += record.length;
        });
        return replayedBytes;
    }

    /**
     * Without its mutations: of a large commit they are a third of what it takes, and a replay must not need more heap
     * than the process had that took the commit.
     */
    private Group.Ordered folded(long position, byte[] record) {
        LogEntry entry = LogEntry.decode(position, record);
        if (!(entry instanceof LogEntry.Commit commit)) {
            return new Group.Ordered(entry, null);
        }
        try {
            return new Group.Ordered(commit.decided(), sequencer.folded(commit));
        } catch (MutationRefused refused) {
            throw new BackendException(BackendException.Cause.STORE_FAILED, "commit " + commit.at().value()
                    + " of volume " + volume + " does not fit the state: " + refused.getMessage(), refused);
        }
    }

    private void replay(long position, Group.Ordered ordered) {
        switch (ordered.entry()) {
            case LogEntry.Commit commit -> sequencer.replay(position, commit, ordered.applied());
            case LogEntry.Refusal refusal -> store.refuse(position, refusal.txn(), refusal.wallNanos());
            case LogEntry.InoCeiling ino -> store.raiseInoCeiling(position, ino.ceiling());
        }
    }
}
