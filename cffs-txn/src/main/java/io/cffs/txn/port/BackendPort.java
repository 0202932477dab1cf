package io.cffs.txn.port;

import io.cffs.model.Blocks;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.model.Bytes;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.ReadKey;
import io.cffs.txn.StagedId;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;

/**
 * What a session asks of a backend, over a socket or in the same process. Safe for use by many threads; calls may be
 * answered in any order. A future fails only with {@link BackendException}; each has a bound in time that the
 * implementation keeps.
 */
public interface BackendPort extends AutoCloseable {
    /** Opens an attempt at the newest snapshot that covers everything acknowledged before this call. */
    CompletableFuture<Begun> begin(BeginRequest request);

    /** Reads objects at a snapshot. The answer holds one {@link Fetched} per item, and may hold related objects too. */
    CompletableFuture<List<Fetched>> fetch(VolumeName volume, CommitTs snapshot, List<FetchItem> items);

    /** Names after {@code after} (null: from the start), at most {@code limit}, with inodes. */
    CompletableFuture<DirectoryPage> list(VolumeName volume, CommitTs snapshot, Ino directory, Name after, int limit);

    /** The names of an inode's extended attributes, in byte order. */
    CompletableFuture<List<Name>> xattrNames(VolumeName volume, CommitTs snapshot, Ino ino);

    /** Which pages of a file hold data, from a page on: as many as one answer holds. */
    CompletableFuture<FileExtents> extents(VolumeName volume, CommitTs snapshot, Ino ino, long fromPage);

    /** Uploads an object; when the future completes it is durable. The same id and bytes again are harmless. */
    CompletableFuture<Void> stage(VolumeName volume, StagedId id, Bytes bytes);

    /**
     * The directory of this host in which objects may be left as files for {@link #stageFile}; null where there is
     * none. Whether the caller sees the same directory as the backend, only the attempt shows.
     */
    default CompletableFuture<String> stagingDirectory(VolumeName volume) {
        return CompletableFuture.completedFuture(null);
    }

    /**
     * As {@link #stage}, of an object that lies in {@link #stagingDirectory}, where it is gone afterwards. Fails with
     * {@code REFUSED} when it does not lie there as it is described: then its bytes can still be sent.
     */
    default CompletableFuture<Void> stageFile(VolumeName volume, LaidFile file) {
        return CompletableFuture.failedFuture(new BackendException(
                BackendException.Cause.REFUSED, "this backend takes no files", null));
    }

    /**
     * Asks for a commit. Completes exceptionally never: when no answer came, with {@link CommitOutcome.Unknown}.
     */
    CompletableFuture<CommitOutcome> commit(CommitRequest request);

    /**
     * Asks the outcome ledger. A transaction that the ledger does not know is from then on refused if it still
     * arrives, so the answer is final either way.
     */
    CompletableFuture<LedgerAnswer> outcomeOf(VolumeName volume, TxnId txn);

    /** Takes inode numbers that nobody else will ever get. */
    CompletableFuture<InoRange> reserveInos(VolumeName volume, int count);

    /** Ends an attempt without a commit: its lease, holds and staged objects go. Unknown leases are ignored. */
    CompletableFuture<Void> end(VolumeName volume, long leaseId);

    /** Lengthens a lease. False when it had already expired. */
    CompletableFuture<Boolean> renew(VolumeName volume, long leaseId);

    CompletableFuture<VolumeStatus> status(VolumeName volume);

    @Override
    void close();

    /**
     * @param txn as it will be in the commit request
     * @param attempt 1 and up
     * @param invocationId null when it has none
     * @param covers the snapshot must cover this (a causal token); {@link CommitTs#ZERO} asks nothing
     * @param lastSeen the caller holds a cache that was right at this snapshot; null when it holds none
     * @param witnesses keys that failed earlier attempts, empty at first: the backend may let this attempt wait its
     *     turn for them, for a bounded time, and hold them for it, so that it wins
     * @param follows files and directories whose news are welcome with the answer
     */
    record BeginRequest(
            VolumeName volume,
            TxnId txn,
            int attempt,
            String invocationId,
            CommitTs covers,
            CommitTs lastSeen,
            List<ReadKey> witnesses,
            boolean readOnly,
            List<Ino> follows) {
        /** Most witness keys in a request. */
        public static final int WITNESSES_MAX = 64;
        /** Most files and directories that a request follows. */
        public static final int FOLLOWS_MAX = 64;

        public BeginRequest {
            witnesses = List.copyOf(witnesses);
            follows = List.copyOf(follows);
        }

        /** Follows nothing. */
        public BeginRequest(VolumeName volume, TxnId txn, int attempt, String invocationId, CommitTs covers,
                CommitTs lastSeen, List<ReadKey> witnesses, boolean readOnly) {
            this(volume, txn, attempt, invocationId, covers, lastSeen, witnesses, readOnly, List.of());
        }
    }

    /**
     * @param leaseMillis the snapshot stays readable this long, and longer when renewed
     * @param changes what has changed since {@code lastSeen}; null means "too much, or not known": revalidate lazily
     * @param alreadyCommitted the invocation id has committed before, at this timestamp; else null
     * @param news what some of the changed objects are at the snapshot, so that nobody has to ask: of what the request
     *     follows, as far as it is small and at hand
     */
    record Begun(CommitTs snapshot, long leaseId, long leaseMillis, List<ObjectKey> changes, CommitTs alreadyCommitted,
            List<Fetched> news) {
        public Begun {
            news = List.copyOf(news);
        }

        /** Without news. */
        public Begun(CommitTs snapshot, long leaseId, long leaseMillis, List<ObjectKey> changes,
                CommitTs alreadyCommitted) {
            this(snapshot, leaseId, leaseMillis, changes, alreadyCommitted, List.of());
        }
    }

    /** @param known the caller has the object as of this version; null when it has none */
    record FetchItem(ObjectKey key, CommitTs known) {}

    /**
     * An object at the snapshot that was asked for.
     *
     * @param version the commit that wrote it; for an absent object any timestamp since which it has been absent
     */
    sealed interface Fetched {
        ObjectKey key();

        record Found(ObjectKey key, CommitTs version, StoredObject object) implements Fetched {}

        /** The version that the caller has is the right one. */
        record Unchanged(ObjectKey key, CommitTs version) implements Fetched {}

        record Absent(ObjectKey key) implements Fetched {}

        /**
         * In news only: the block as it was at {@code lastSeen}, with new bytes in places. It grows where they end
         * behind its end.
         *
         * @param pieces in order, none over another
         */
        record Patched(ObjectKey.BlockKey key, CommitTs version, List<Piece> pieces) implements Fetched {
            public Patched {
                pieces = List.copyOf(pieces);
            }
        }

        /** @param start where in the block, in bytes; the piece ends within it */
        record Piece(int start, Bytes bytes) {
            public Piece {
                if (start < 0 || start > Blocks.BLOCK_BYTES - bytes.length()) {
                    throw new IllegalArgumentException("no piece of a block: " + start + " + " + bytes.length());
                }
            }
        }
    }

    /** Inode numbers {@code first} to {@code first + count - 1}. */
    record InoRange(long first, int count) {}

    /** What the ledger knows of a transaction; {@code outcome} is null when it has not committed and never will. */
    record LedgerAnswer(CommitOutcome.Committed outcome) {}

    /**
     * Figures for status and statfs.
     *
     * @param identity chosen at random when the volume was made, so that caches on a host can tell volumes of different
     *     stores apart; a copy of a store has that of the original
     * @param usedBytes what the volume's regular files take together
     * @param capacityBytes size of the disk that holds the store
     * @param availableBytes of the disk, for new commits
     * @param commitChangesMax changes of one commit that the backend's heap can bear, as {@code WriteRoom} counts them
     */
    record VolumeStatus(
            VolumeName volume,
            UUID identity,
            long epoch,
            CommitTs lastCommitted,
            CommitTs lastApplied,
            CommitTs trimHorizon,
            long openLeases,
            long inodes,
            long usedBytes,
            long capacityBytes,
            long availableBytes,
            long commitChangesMax) {}
}
