package io.cffs.backend.fsck;

import io.cffs.backend.store.CommitHeader;
import io.cffs.backend.store.StoreSurvey;
import io.cffs.backend.store.VersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.txn.port.CheckPort;
import io.cffs.txn.port.QuotaPort;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;

/**
 * Checks one volume at one snapshot.
 *
 * <p>Six passes, each a walk over one table in key order: inodes into a compact table, and summed up against the
 * quotas; names against it; the table against what the names said (links, entries, parents, reachability); blocks
 * against lengths and, with {@link Level#DATA}, their bytes against checksums; extended attributes against what inodes
 * say of them; versions and the ledger. A last walk over the names, made only when something was found, turns inode
 * numbers into paths. One thread runs it; {@link #report} and {@link #cancel} may be called by any other.
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
    private final Runnable keepAlive;
    private final InodeTable table = new InodeTable();
    private final List<CheckPort.Finding> findings = new ArrayList<>();
    private volatile boolean cancelled;
    private volatile CheckPort.Report published;
    private long findingCount;
    private long dentryCount;
    private long blockCount;
    private long commitCount;

    /**
     * @param at a snapshot that the caller keeps readable with a lease until the check ends
     * @param keepAlive called often; lengthens the lease, or throws BackendException when it was too late
     */
    public VolumeCheck(VersionedStore store, CommitTs at, Level level, Runnable keepAlive) {
        this.keepAlive = keepAlive;
        this.store = store;
        this.survey = store.survey(at);
        this.at = at;
        this.level = level;
        this.published = snapshotOfReport(CheckPort.State.RUNNING);
    }

    /**
     * Runs all passes.
     *
     * @throws CancellationException after {@link #cancel}
     */
    public CheckPort.Report run() {
        QuotaPass quotas = new QuotaPass(this, table);
        quotas.load(after -> store.quotas(after, QuotaPort.QUOTAS_MAX, at));
        survey.inodes(new InodePass(this, table, quotas));
        quotas.run();
        survey.dentries(new NamePass(this, table, quotas));
        new TreePass(this, table).run();
        BlockPass blocks = new BlockPass(this, table, survey, level);
        survey.blocks(blocks);
        blocks.compareAllocation();
        new XattrPass(this, table).run(survey);
        HistoryPass history = new HistoryPass(this, store, at);
        survey.versions(history::version);
        survey.commits(this::countedCommit);
        history.run(survey);
        if (!findings.isEmpty()) {
            PathFinder.addPaths(findings, survey);
        }
        published = snapshotOfReport(CheckPort.State.COMPLETE);
        return published;
    }

    private void countedCommit(CommitHeader header) {
        commitCount++;
    }

    /** What is known so far. */
    public CheckPort.Report report() {
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
            keepAlive.run();
            published = snapshotOfReport(CheckPort.State.RUNNING);
        }
    }

    void found(CheckId check, Ino ino, String expected, String actual, CommitTs version) {
        findingCount++;
        if (findings.size() < FINDINGS_MAX) {
            CommitHeader header = version == null || version.equals(CommitTs.ZERO) ? null : store.header(version);
            TxnId writer = header == null ? null : header.txn();
            findings.add(new CheckPort.Finding(check.shortId(), check.promise(), ino == null ? 0 : ino.value(),
                    List.of(), expected, actual, version, writer));
        }
    }

    /** Findings have no paths before the end, so a running check shows none. */
    private CheckPort.Report snapshotOfReport(CheckPort.State state) {
        return new CheckPort.Report(state, at, state == CheckPort.State.COMPLETE ? findings : List.of(), findingCount,
                table.count(), dentryCount, blockCount, commitCount, null);
    }
}
