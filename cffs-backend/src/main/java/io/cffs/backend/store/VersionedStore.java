package io.cffs.backend.store;

import io.cffs.model.BlockPages;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import io.cffs.txn.port.QuotaPort;
import io.cffs.txn.validate.CommittedFootprint;
import java.util.Iterator;
import java.util.List;

/**
 * The objects of one volume with their versions, and its ledger. It forgets what came after the last {@link
 * #checkpoint} when it crashes, and says with {@link #progress} from where the log has to be replayed.
 *
 * <p>One thread applies, refuses, raises and trims; any thread reads and checkpoints. A snapshot can be read from the
 * horizon up to {@code applied}: below it reads fail with BackendException {@code SNAPSHOT_EXPIRED}
 * ({@code READABLE_ABOVE_TRIM_HORIZON}). A damaged or missing block fails with {@code STORE_FAILED} and names the
 * block.
 */
public interface VersionedStore extends AutoCloseable {
    Progress progress();

    /** Those that no commit applied so far has used. While none is applied. */
    FreshInos freshInos();

    /** The version of an object that a snapshot sees; null when there is none. */
    Version get(ObjectKey key, CommitTs at);

    /** The newest version that has been applied; null when there is none. Not bound to a snapshot. */
    Version latest(ObjectKey key);

    /**
     * The newest version that is older than this commit, applied or not; null when there is none. Not bound to a
     * snapshot: once commits that replaced it are below the horizon it may be gone.
     */
    Version before(ObjectKey key, CommitTs at);

    /** Names after {@code after} (null: from the start), in byte order, with inodes, at most {@code limit}. */
    DirectoryPage list(Ino directory, Name after, int limit, CommitTs at);

    /** Quotas after {@code after} (null: all), by inode number, at most {@code limit}. */
    List<QuotaPort.TreeQuota> quotas(Ino after, int limit, CommitTs at);

    /** Names of an inode's extended attributes, in byte order. */
    List<Name> xattrNames(Ino ino, CommitTs at);

    /** Which pages of a file hold data, from a page on. */
    FileExtents extents(Ino ino, long fromPage, CommitTs at);

    /** The pages of a block that hold data, as {@link BlockPages} has them; 0 for a hole. As {@link #before}. */
    int blockPages(ObjectKey.BlockKey key, CommitTs at);

    /** How many pages of these blocks, both ends inclusive, hold data; as {@link #latest}. */
    long allocatedPages(Ino ino, long firstIndex, long lastIndex);

    /**
     * Takes the next commit ({@code APPLIED_IN_ORDER}).
     *
     * @param position its record in the log
     */
    void apply(long position, CommitHeader header, Applied applied);

    /** Notes that a transaction was asked for and will never commit. */
    void refuse(long position, TxnId txn, long wallNanos);

    /** Notes that inode numbers below this may be handed out. */
    void raiseInoCeiling(long position, long ceiling);

    /**
     * Makes everything applied so far durable, and then deletes staged objects that trimming had found unreferenced
     * before: so no crash brings a reference back.
     *
     * @return records of the log up to this position are not needed any more
     */
    long checkpoint();

    /** What the ledger knows of a transaction; null when nothing. */
    LedgerLine outcomeOf(TxnId txn);

    /** The commit of an invocation; null when it has none. */
    LedgerLine outcomeOfInvocation(String invocationId);

    /** Null when the ledger has forgotten it, or it has not been applied. */
    CommitHeader header(CommitTs at);

    /**
     * Footprints of the commits after {@code after} up to {@code upTo}, ascending. Those below the horizon may be
     * missing.
     */
    Iterator<CommittedFootprint> footprints(CommitTs after, CommitTs upTo);

    /**
     * Raises the horizon and removes versions that no snapshot from there on reads.
     *
     * @param horizon not above {@code applied}; one below the current horizon changes nothing
     * @param commitsMax how many commits' garbage to remove at most
     * @return true when garbage below the horizon is left
     */
    boolean trim(CommitTs horizon, int commitsMax);

    /**
     * Forgets outcomes of commits that are below the horizon and older than {@code beforeWallNanos}.
     *
     * @return true when some are left
     */
    boolean forgetOutcomes(long beforeWallNanos, int max);

    /** The survey of everything that a snapshot sees, for the checker. */
    StoreSurvey survey(CommitTs at);

    /** Whether any block version refers to this staged object. */
    boolean isReferenced(io.cffs.txn.StagedId id);

    @Override
    void close();

    /** @param at the commit that wrote it */
    record Version(CommitTs at, StoredObject object) {}

    /** @param at the commit's timestamp; null when the transaction was asked for and refused for ever */
    record LedgerLine(TxnId txn, CommitTs at) {}

    /** What a root directory starts with. */
    record RootDirectory(int permissions, int uid, int gid, long wallNanos) {}

    /** Raw bytes for readers that want no object. */
    static Bytes rawOf(Version version) {
        return version == null ? null : ((StoredObject.BlockObject) version.object()).raw();
    }
}
