package io.cffs.backend.fsck;

import io.cffs.backend.store.CommitHeader;
import io.cffs.backend.store.StoreSurvey;
import io.cffs.backend.store.VersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Checks one volume at one snapshot.
 *
 * <p>Five passes, each a walk over one table in key order: inodes into a compact table; names against it; the table
 * against what the names said (links, entries, parents, reachability); blocks against lengths and, with
 * {@link Level#DATA}, their bytes against checksums; versions and the ledger. A last walk over the names, made only
 * when
 * something was found, turns inode numbers into paths. One thread runs it; {@link #report} and {@link #cancel} may be
 * called by any other.
 */
public final class VolumeCheck {
    /** Findings kept with all their words; more are only counted. */
    public static final int FINDINGS_MAX = 10_000;

    /** How much is read. */
    public enum Level {
        /** Everything but the bytes of blocks. */
        META,
        /** The bytes of blocks as well. */
        DATA
    }

    private final VersionedStore store;
    private final StoreSurvey survey;
    private final CommitTs at;
    private final Level level;
    private final InodeTable table = new InodeTable();
    private final List<Finding> findings = new ArrayList<>();
    private volatile boolean cancelled;
    private volatile CheckReport published;
    private long findingCount;
    private long dentryCount;
    private long blockCount;
    private long commitCount;

    /** @param at a snapshot that the caller keeps readable with a lease until the check ends */
    public VolumeCheck(VersionedStore store, CommitTs at, Level level) {
        this.store = store;
        this.survey = store.survey(at);
        this.at = at;
        this.level = level;
        this.published = snapshotOfReport(false);
    }

    /**
     * Runs all passes.
     *
     * @throws CancellationException after {@link #cancel}
     */
    public CheckReport run() {
        survey.inodes(new InodePass(this, table));
        survey.dentries(new NamePass(this, table));
        new TreePass(this, table).run();
        survey.blocks(new BlockPass(this, table, survey, level));
        HistoryPass history = new HistoryPass(this, store, at);
        survey.versions(history::version);
        survey.commits(this::countedCommit);
        history.run(survey);
        if (!findings.isEmpty()) {
            PathFinder.addPaths(findings, survey);
        }
        published = snapshotOfReport(true);
        return published;
    }

    private void countedCommit(CommitHeader header) {
        commitCount++;
    }

    /** What is known so far. */
    public CheckReport report() {
        return published;
    }

    /** Ends the check soon. */
    public void cancel() {
        cancelled = true;
    }

    void countDentry() {
        dentryCount++;
        stopIfCancelled();
    }

    void countBlock() {
        blockCount++;
        stopIfCancelled();
    }

    void stopIfCancelled() {
        if (cancelled) {
            throw new CancellationException("the check was cancelled");
        }
        long steps = table.count() + dentryCount + blockCount;
        if (steps % 4096 == 0) {
            published = snapshotOfReport(false);
        }
    }

    void found(CheckId check, Ino ino, String expected, String actual, CommitTs version) {
        findingCount++;
        if (findings.size() < FINDINGS_MAX) {
            CommitHeader header = version == null || version.equals(CommitTs.ZERO) ? null : store.header(version);
            TxnId writer = header == null ? null : header.txn();
            findings.add(new Finding(check, ino == null ? 0 : ino.value(), List.of(), expected, actual, version,
                    writer));
        }
    }

    private CheckReport snapshotOfReport(boolean complete) {
        return new CheckReport(at, findings, findingCount, table.count(), dentryCount, blockCount, commitCount,
                complete);
    }
}
