package io.cffs.backend.commit;

import io.cffs.model.Epoch;
import io.cffs.txn.codec.Pieces;
import io.cffs.txn.port.BackendException;
import java.util.ArrayList;
import java.util.List;

/**
 * The twin of {@link FileCommitLog} in memory, with the same refusals, that can be told to fail. Safe for use by many
 * threads.
 */
public final class MemoryCommitLog implements CommitLog {
    /** A null record is a fence. */
    private record Stored(Epoch epoch, byte[] record) {}

    // All guarded by "this".
    private final List<Stored> records = new ArrayList<>();
    private long first = FIRST_POSITION;
    private Epoch epoch;
    private Failure nextFailure = Failure.NONE;
    private boolean broken;

    /** What the next append does. */
    public enum Failure {
        NONE,
        /** Refuses cleanly, as a full disk. */
        NO_SPACE,
        /** Fails, and the records are durable all the same. */
        STORED_BUT_FAILED,
        /** Fails, and the records are lost. */
        LOST
    }

    /** Applies to one append, then is forgotten. */
    public synchronized void failNext(Failure failure) {
        nextFailure = failure;
    }

    /** What a restart of the process does: the log works again, with what was durable. */
    public synchronized void reopen() {
        broken = false;
        nextFailure = Failure.NONE;
    }

    @Override
    public synchronized long first() {
        return first;
    }

    @Override
    public synchronized long next() {
        return first + records.size();
    }

    @Override
    public synchronized Epoch epoch() {
        return epoch;
    }

    @Override
    public synchronized void fence(Epoch newEpoch) {
        if (epoch != null && newEpoch.compareTo(epoch) <= 0) {
            throw new LogFencedException(newEpoch, epoch);
        }
        records.add(new Stored(newEpoch, null));
        epoch = newEpoch;
    }

    @Override
    public synchronized long append(Epoch writer, List<Pieces> batch) {
        if (!writer.equals(epoch)) {
            throw new LogFencedException(writer, epoch);
        }
        if (broken) {
            throw new BackendException(BackendException.Cause.STORE_FAILED,
                    "the commit log has failed and must be opened again", null);
        }
        Failure failure = nextFailure;
        nextFailure = Failure.NONE;
        if (failure == Failure.NO_SPACE) {
            throw new BackendException(BackendException.Cause.NO_SPACE, "no space left for the commit log", null);
        }
        long position = next();
        if (failure != Failure.LOST) {
            batch.forEach(record -> records.add(new Stored(writer, record.toArray())));
        }
        if (failure != Failure.NONE) {
            broken = true;
            throw new BackendException(BackendException.Cause.STORE_FAILED, "the commit log could not be synced", null);
        }
        return position;
    }

    @Override
    public void replay(long from, RecordReader reader) {
        List<Stored> copy;
        synchronized (this) {
            if (from < first) {
                throw new BackendException(BackendException.Cause.STORE_FAILED,
                        "the commit log starts after the wanted position", null);
            }
            int skipped = (int) Math.min(records.size(), from - first);
            copy = List.copyOf(records.subList(skipped, records.size()));
        }
        long position = from;
        for (Stored stored : copy) {
            if (stored.record != null) {
                reader.record(position, stored.epoch, stored.record.clone());
            }
            position++;
        }
    }

    @Override
    public synchronized void cut(long position) {
        int count = (int) Math.max(0, Math.min(records.size(), position - first));
        records.subList(0, count).clear();
        first += count;
    }

    @Override
    public void close() {
        // Nothing to give back; what is durable stays for the next one who opens it.
    }
}
