package io.cffs.txn;

import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import java.util.List;

/** What a {@link Snapshot} has not at hand. Unchecked and without a stack trace: it is a jump, not an error. */
public final class SnapshotMiss extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Wanted wanted;

    public SnapshotMiss(Wanted wanted) {
        super("snapshot miss", null, false, false);
        this.wanted = wanted;
    }

    public Wanted wanted() {
        return wanted;
    }

    /** What to fetch before the operation can go on. */
    public sealed interface Wanted {
        record Objects(List<ObjectKey> keys) implements Wanted {}

        record DirectoryListing(Ino directory, Name after, int limit) implements Wanted {}

        record XattrNames(Ino ino) implements Wanted {}

        /** Which pages of a file hold data, from this page on. */
        record Extents(Ino ino, long fromPage) implements Wanted {}

        /** The transaction has run out of fresh inode numbers and needs at least this many. */
        record Inos(int count) implements Wanted {}
    }
}
