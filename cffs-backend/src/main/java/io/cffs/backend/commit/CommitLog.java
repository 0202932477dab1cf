package io.cffs.backend.commit;

import io.cffs.model.Epoch;
import io.cffs.txn.codec.Pieces;
import java.util.List;

/**
 * The log that a volume's commits live in until the store has them: an ordered run of records with growing positions.
 * One leader appends; its epoch fences the ones before it.
 *
 * <p>Appends come from one thread; {@link #cut} and the questions may come from another one at the same time.
 */
public interface CommitLog extends AutoCloseable {
    /** Largest record, in bytes. */
    int RECORD_BYTES_MAX = 64 * 1024 * 1024;
    /** The position of the first record of a new log. */
    long FIRST_POSITION = 1;

    /** Position of the oldest record that {@link #replay} can still give; {@link #next()} when there is none. */
    long first();

    /** The position that the next record will get. */
    long next();

    /** The newest epoch that has fenced this log; null for a new log. */
    Epoch epoch();

    /**
     * Makes {@code epoch} the only one that may append, durably. Takes a position, like a record.
     *
     * @throws LogFencedException when the log has seen this epoch or a newer one
     * @throws io.cffs.txn.port.BackendException as {@link #append}
     */
    void fence(Epoch epoch);

    /**
     * Appends records in order, at dense positions, all or none of them, and returns when they are durable.
     *
     * @return the position of the first of them
     * @throws LogFencedException when a newer epoch has taken over, or {@code epoch} never fenced the log
     * @throws io.cffs.txn.port.BackendException {@code NO_SPACE}: none of the records will ever be replayed, and the
     *     log
     *     can be used again once there is room; {@code STORE_FAILED}: it is not known whether they are durable, and the
     *     log accepts nothing until it is opened again
     */
    long append(Epoch epoch, List<Pieces> records);

    /**
     * Gives all records from {@code from} on, in order.
     *
     * @throws io.cffs.txn.port.BackendException {@code STORE_FAILED} when {@code from} was cut away, or a record is
     *     damaged
     */
    void replay(long from, RecordReader reader);

    /** Allows records before {@code position} to go; the log may keep some of them. */
    void cut(long position);

    @Override
    void close();

    /** Takes records during a replay. */
    @FunctionalInterface
    interface RecordReader {
        /** @param record owned by the reader from now on */
        void record(long position, Epoch epoch, byte[] record);
    }
}
