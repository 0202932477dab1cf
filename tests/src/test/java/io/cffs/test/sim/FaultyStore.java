package io.cffs.test.sim;

import io.cffs.backend.store.CommitHeader;
import io.cffs.backend.store.FreshInos;
import io.cffs.backend.store.Progress;
import io.cffs.backend.store.StoreSurvey;
import io.cffs.backend.store.VersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import io.cffs.txn.port.QuotaPort;
import io.cffs.txn.validate.CommittedFootprint;
import java.util.Iterator;
import java.util.List;

/** The real store; the process may die after it has taken a commit. */
class FaultyStore implements VersionedStore {
    private final VersionedStore store;
    private final FaultPlan faults;

    FaultyStore(VersionedStore store, FaultPlan faults) {
        this.store = store;
        this.faults = faults;
    }

    @Override
    public Progress progress() {
        return store.progress();
    }

    @Override
    public FreshInos freshInos() {
        return store.freshInos();
    }

    @Override
    public Version get(ObjectKey key, CommitTs at) {
        return store.get(key, at);
    }

    @Override
    public Version latest(ObjectKey key) {
        return store.latest(key);
    }

    @Override
    public Version before(ObjectKey key, CommitTs at) {
        return store.before(key, at);
    }

    @Override
    public DirectoryPage list(Ino directory, Name after, int limit, CommitTs at) {
        return store.list(directory, after, limit, at);
    }

    @Override
    public List<QuotaPort.TreeQuota> quotas(Ino after, int limit, CommitTs at) {
        return store.quotas(after, limit, at);
    }

    @Override
    public List<Name> xattrNames(Ino ino, CommitTs at) {
        return store.xattrNames(ino, at);
    }

    @Override
    public FileExtents extents(Ino ino, long fromPage, CommitTs at) {
        return store.extents(ino, fromPage, at);
    }

    @Override
    public int blockPages(ObjectKey.BlockKey key, CommitTs at) {
        return store.blockPages(key, at);
    }

    @Override
    public long allocatedPages(Ino ino, long firstIndex, long lastIndex) {
        return store.allocatedPages(ino, firstIndex, lastIndex);
    }

    @Override
    public void apply(long position, CommitHeader header, Applied applied) {
        store.apply(position, header, applied);
        if (faults.strikes(Fault.BACKEND_CRASH_BEFORE_LEDGER)) {
            throw faults.death();
        }
    }

    @Override
    public void refuse(long position, TxnId txn, long wallNanos) {
        store.refuse(position, txn, wallNanos);
    }

    @Override
    public void raiseInoCeiling(long position, long ceiling) {
        store.raiseInoCeiling(position, ceiling);
    }

    @Override
    public long checkpoint() {
        return store.checkpoint();
    }

    @Override
    public LedgerLine outcomeOf(TxnId txn) {
        return store.outcomeOf(txn);
    }

    @Override
    public LedgerLine outcomeOfInvocation(String invocationId) {
        return store.outcomeOfInvocation(invocationId);
    }

    @Override
    public CommitHeader header(CommitTs at) {
        return store.header(at);
    }

    @Override
    public Iterator<CommittedFootprint> footprints(CommitTs after, CommitTs upTo) {
        return store.footprints(after, upTo);
    }

    @Override
    public boolean trim(CommitTs horizon, int commitsMax) {
        return store.trim(horizon, commitsMax);
    }

    @Override
    public boolean forgetOutcomes(long beforeWallNanos, int max) {
        return store.forgetOutcomes(beforeWallNanos, max);
    }

    @Override
    public StoreSurvey survey(CommitTs at) {
        return store.survey(at);
    }

    @Override
    public boolean isReferenced(StagedId id) {
        return store.isReferenced(id);
    }

    @Override
    public void close() {
        store.close();
    }
}
