package io.cffs.backend.fsck;

import io.cffs.backend.store.CommitHeader;
import io.cffs.backend.store.StoreSurvey;
import io.cffs.backend.store.VersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.ObjectKey;

/** Versions and the ledger against the order of commits. */
final class HistoryPass {
    private final VolumeCheck check;
    private final VersionedStore store;
    private final CommitTs at;
    private CommitTs lastCommit;

    HistoryPass(VolumeCheck check, VersionedStore store, CommitTs at) {
        this.check = check;
        this.store = store;
        this.at = at;
    }

    void version(ObjectKey key, CommitTs version, boolean present) {
        // Commits go on while the check runs: what is newer than the snapshot is measured at the newest commit of now.
        if (version.isAfter(at) && version.isAfter(store.progress().applied())) {
            check.found(CheckId.VERSIONS_COMMITTED, null, key + " not newer than the last commit",
                    "a version at " + version, version);
        }
    }

    void run(StoreSurvey survey) {
        survey.commits(this::commit);
        if (lastCommit != null && !lastCommit.equals(at)) {
            check.found(CheckId.COMMITS_DENSE, null, "commits up to " + at, "the last one is " + lastCommit, null);
        }
        survey.outcomes(this::outcome);
    }

    private void commit(CommitHeader header) {
        if (lastCommit != null && !header.at().equals(lastCommit.next())) {
            check.found(CheckId.COMMITS_DENSE, null, "a commit at " + lastCommit.next(), "one at " + header.at(),
                    header.at());
        }
        lastCommit = header.at();
        VersionedStore.LedgerLine line = store.outcomeOf(header.txn());
        if (line == null || !header.at().equals(line.at())) {
            check.found(CheckId.LEDGER_MATCHES_COMMITS, null, "transaction " + header.txn() + " committed at "
                    + header.at(),
                    line == null ? "the ledger does not know it" : "the ledger says " + line.at(), header.at());
        }
        if (header.invocationId() != null) {
            checkInvocation(header);
        }
    }

    private void checkInvocation(CommitHeader header) {
        VersionedStore.LedgerLine line = store.outcomeOfInvocation(header.invocationId());
        if (line == null || !header.at().equals(line.at())) {
            check.found(CheckId.LEDGER_MATCHES_COMMITS, null,
                    "invocation " + header.invocationId() + " committed at " + header.at(),
                    line == null ? "the ledger does not know it" : "the ledger says " + line.at(), header.at());
        }
    }

    private void outcome(VersionedStore.LedgerLine line) {
        if (line.at() == null || line.at().isAfter(at)) {
            return;
        }
        CommitHeader header = store.header(line.at());
        if (header != null && !header.txn().equals(line.txn())) {
            check.found(CheckId.LEDGER_MATCHES_COMMITS, null, "transaction " + header.txn() + " at " + line.at(),
                    "the ledger says that " + line.txn() + " committed there", line.at());
        }
    }
}
