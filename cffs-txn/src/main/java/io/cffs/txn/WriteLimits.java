package io.cffs.txn;

import io.cffs.txn.port.HeapRoom;
import java.util.List;

/**
 * How large a transaction may grow. What adds to it is refused a little earlier than what removes names, so that there
 * is a way back: a sixty-fourth of each limit is kept for that.
 *
 * @param changesMax mutations of one commit
 * @param requestBytesMax of a commit request, without the bytes of files
 * @param heap of all transactions of the process
 */
public record WriteLimits(long changesMax, long requestBytesMax, HeapRoom heap) {
    /** Fewer than a request may have: a backend with a heap of 512 MiB holds so many while it applies them. */
    public static final long CHANGES_MAX = 800_000;

    /** A stored file that goes counts as so many changes more: most is noted of an end, by mount and backend alike. */
    public static final int MORE_OF_REMOVED = 3;

    /**
     * So many more a stored inode of which times are set, as of all that changes otherwise: a backend holds what it was
     * and what it is.
     */
    public static final int MORE_OF_TOUCHED = 1;

    /** What a backend takes in one commit. */
    public static final WriteLimits OF_COMMIT = within(HeapRoom.ENDLESS);

    /**
     * What a commit counts as: one change for each mutation, {@link #MORE_OF_TOUCHED} for each stored inode whose times
     * are set, and {@link #MORE_OF_REMOVED} for each whose last name goes. {@link WriteRoom} counts no fewer before.
     */
    public static long changesOf(List<Mutation> writes) {
        LongTable ends = null;
        long changes = writes.size();
        for (Mutation write : writes) {
            switch (write) {
                case Mutation.RemoveDentry remove -> {
                    ends = ends == null ? new LongTable() : ends;
                    ends.put(remove.ino().value(), 1);
                }
                case Mutation.SetTimes set -> changes += MORE_OF_TOUCHED;
                default -> { }
            }
        }
        if (ends == null) {
            return changes;
        }
        for (Mutation write : writes) {
            // What has other names, or gets one, lives on: then its time of change is set.
            switch (write) {
                case Mutation.PutDentry put -> ends.put(put.ino().value(), 0);
                case Mutation.SetTimes set -> ends.put(set.ino().value(), 0);
                default -> { }
            }
        }
        return changes + (long) MORE_OF_REMOVED * ends.size();
    }

    /** The same, for a backend that takes no more in one commit. */
    public WriteLimits forBackend(long commitChangesMax) {
        return new WriteLimits(Math.min(changesMax, commitChangesMax), requestBytesMax, heap);
    }

    /** What a backend takes, and this heap. */
    public static WriteLimits within(HeapRoom heap) {
        return new WriteLimits(CHANGES_MAX, CommitRequest.BYTES_MAX, heap);
    }
}
