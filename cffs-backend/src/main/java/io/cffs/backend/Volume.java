package io.cffs.backend;

import io.cffs.backend.commit.CommitPipeline;
import io.cffs.backend.commit.CommitRoom;
import io.cffs.backend.commit.Coordination;
import io.cffs.backend.commit.RoomGauge;
import io.cffs.backend.commit.StepSignals;
import io.cffs.backend.fsck.CheckJobs;
import io.cffs.backend.store.Progress;
import io.cffs.backend.store.StagedObjects;
import io.cffs.backend.store.VersionedStore;
import io.cffs.backend.trim.Leases;
import io.cffs.backend.trim.Retention;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.ObjectKey;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.ReadKey;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.BeginRequest;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import io.cffs.txn.port.BackendPort.VolumeStatus;
import io.cffs.txn.port.LaidFile;
import io.cffs.txn.port.Ticker;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One volume at work: its pipeline, its store, its leases. Has no threads: {@link #sequence}, {@link #apply} and
 * {@link #keep} are called by one thread each, or all by one; the rest by any.
 */
public final class Volume {
    private static final Logger LOG = LoggerFactory.getLogger(Volume.class);
    /** Transactions whose last conflict is remembered, so that their next attempt takes its turn at once. */
    private static final int LOSERS_MAX = 10_000;
    private static final int TRIM_COMMITS = 128;
    /**
     * Under load, so many commits are applied before twice as many are trimmed: garbage shrinks faster than it grows.
     */
    private static final int APPLIES_PER_TRIM = 64;
    private static final int FORGET_MAX = 1000;

    private final VolumeName name;
    private final VolumeParts parts;
    private final VersionedStore store;
    private final Ticker ticker;
    private final BackendSettings settings;
    private final CommitPipeline pipeline;
    private final Leases leases;
    private final ReadGate gate;
    private final StagedLedger staged;
    private final Executor readers;
    /** Guarded by itself. */
    private final Map<TxnId, ReadKey> losers = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TxnId, ReadKey> eldest) {
            return size() > LOSERS_MAX;
        }
    };
    private final StepSignals signals;
    // Of the keeping thread.
    private final Retention retention;
    private final long trimStartNanos;
    private long checkpointedBytes;
    private long checkpointNanos;
    private volatile CommitTs trimTarget;
    private volatile boolean checkpointWanted;
    private volatile boolean flushFailed;
    // Of the applying thread.
    private int appliesSinceTrim;
    private boolean garbageLeft = true;
    private volatile boolean forgetWanted;

    /**
     * Opens the volume: replays its log.
     *
     * @param commitRoom of the process
     * @param readers runs reads that had to wait for their snapshot
     */
    public Volume(VolumeName name, VolumeParts parts, Coordination coordination, Ticker ticker,
            BackendSettings settings, CommitRoom commitRoom, StepSignals signals, Executor readers) {
        this.name = name;
        this.parts = parts;
        this.store = parts.store();
        this.ticker = ticker;
        this.settings = settings;
        this.signals = signals;
        this.readers = readers;
        StagedObjects objects = new StagedObjects(parts.blocks());
        this.pipeline = new CommitPipeline(name, parts.log(), store, objects, coordination, ticker, settings.pipeline(),
                commitRoom, parts.usableBytes(), signals);
        CommitTs newest = pipeline.acknowledged();
        this.gate = new ReadGate(newest);
        this.leases = new Leases(settings.lease().toNanos(), pipeline.epoch().value() << 40);
        this.retention = new Retention(settings.retention().toNanos(), store.progress().horizon());
        this.trimTarget = store.progress().horizon();
        long now = ticker.monotonicNanos();
        // Leases of the process before this one may still be in use by its sessions.
        this.trimStartNanos = now + settings.lease().toNanos();
        this.checkpointNanos = now;
        this.staged = new StagedLedger(objects, store, pipeline, leases, trimStartNanos);
    }

    // ---- any thread ----------------------------------------------------------------------------------------------

    CompletableFuture<Begun> begin(BeginRequest request) {
        if (request.covers().isAfter(pipeline.acknowledged())) {
            return CompletableFuture.failedFuture(new BackendException(BackendException.Cause.REFUSED,
                    "the causal token names commit " + request.covers().value() + " of volume " + name
                            + ", which has not happened", null));
        }
        List<ReadKey> witnesses = request.witnesses();
        if (witnesses.isEmpty() && request.attempt() > 1) {
            synchronized (losers) {
                ReadKey lost = losers.get(request.txn());
                witnesses = lost == null ? List.of() : List.of(lost);
            }
        }
        if (witnesses.isEmpty() || request.readOnly()) {
            return CompletableFuture.completedFuture(open(request));
        }
        return pipeline.awaitTurn(request.txn(), witnesses).thenApply(held -> open(request));
    }

    private Begun open(BeginRequest request) {
        Leases.Lease lease = leases.open(request.txn(), pipeline::acknowledged, ticker.monotonicNanos());
        List<ObjectKey> changes = pipeline.changesBetween(request.lastSeen(), lease.snapshot());
        List<Fetched> news = changes == null || changes.isEmpty() ? List.of()
                : pipeline.newsBetween(request.lastSeen(), lease.snapshot(), request.follows());
        return new Begun(lease.snapshot(), lease.id(), settings.lease().toMillis(), changes,
                pipeline.committedInvocation(request.invocationId()), news);
    }

    /** Runs a read at a snapshot: at once when it is applied, else when it is. */
    <T> CompletableFuture<T> read(CommitTs snapshot, Function<VersionedStore, T> question) {
        if (snapshot.isAfter(pipeline.acknowledged())) {
            return CompletableFuture.failedFuture(new BackendException(BackendException.Cause.REFUSED,
                    "snapshot " + snapshot.value() + " of volume " + name + " has not happened", null));
        }
        CompletableFuture<Void> opened =
                gate.await(snapshot, ticker.monotonicNanos() + settings.readWait().toNanos());
        return opened.isDone()
                ? opened.thenApply(nothing -> question.apply(store))
                : opened.thenApplyAsync(nothing -> question.apply(store), readers);
    }

    List<Fetched> fetch(CommitTs snapshot, List<FetchItem> items) {
        return FetchAnswer.of(store, snapshot, items);
    }

    void stage(StagedId id, Bytes bytes) {
        staged.stage(id, bytes, ticker.monotonicNanos());
    }

    void stage(LaidFile file) {
        staged.stage(file, ticker.monotonicNanos());
    }

    /** Null when there is none. */
    String stagingDirectory() {
        Path door = parts.blocks().door();
        return door == null ? null : door.toString();
    }

    CompletableFuture<CommitOutcome> commit(CommitRequest request) {
        TxnId txn = request.txn();
        long leaseId = request.leaseId();
        // Not the request: while it is decided on it may be half of the heap, and is let go as soon as it can be.
        Set<StagedId> used = StagedLedger.usedBy(request);
        return pipeline.submit(request).thenApply(outcome -> {
            ended(txn, leaseId, used, outcome);
            return isLate(txn, outcome)
                    ? new CommitOutcome.SnapshotExpired(store.progress().horizon())
                    : outcome;
        });
    }

    /** What was uploaded for it is gone because it had no lease any more: not its fault, it runs again. */
    private boolean isLate(TxnId txn, CommitOutcome outcome) {
        return outcome instanceof CommitOutcome.Refused refused
                && refused.cause() == CommitOutcome.RefusalCause.STAGED_BLOCK_MISSING
                && !leases.holds(txn);
    }

    private void ended(TxnId txn, long leaseId, Set<StagedId> used, CommitOutcome outcome) {
        switch (outcome) {
            case CommitOutcome.Committed committed -> {
                leases.close(leaseId);
                staged.committed(txn, used, committed);
                synchronized (losers) {
                    losers.remove(txn);
                }
            }
            case CommitOutcome.Conflicted conflicted -> {
                synchronized (losers) {
                    losers.put(txn, conflicted.witness().key());
                }
                staged.ended(txn);
            }
            case CommitOutcome.SnapshotExpired expired -> staged.ended(txn);
            case CommitOutcome.Refused refused -> staged.ended(txn);
            case CommitOutcome.Unknown unknown -> { }
        }
        pipeline.endTurn(txn);
    }

    void end(long leaseId) {
        Leases.Lease lease = leases.close(leaseId);
        if (lease != null) {
            pipeline.endTurn(lease.txn());
            staged.ended(lease.txn());
        }
    }

    boolean renew(long leaseId) {
        return leases.renew(leaseId, ticker.monotonicNanos());
    }

    CommitPipeline pipeline() {
        return pipeline;
    }

    VolumeStatus status() {
        Progress progress = store.progress();
        long usable = parts.usableBytes().getAsLong();
        long available = Math.max(0, usable - RoomGauge.RESERVE_BYTES);
        return new VolumeStatus(name, parts.identity(), pipeline.epoch().value(), pipeline.acknowledged(),
                progress.applied(),
                progress.horizon(), leases.count(), progress.inodeCount(), progress.fileBytes(),
                Math.max(parts.totalBytes().getAsLong(), available), available,
                settings.pipeline().commitWeightMax());
    }

    /** For a checker: a lease on the newest applied snapshot. Close it. */
    public Pinned pin() {
        Leases.Lease lease = leases.open(new TxnId(0, 0), () -> store.progress().applied(), ticker.monotonicNanos());
        return new Pinned(lease, store, leases, ticker);
    }

    /** A snapshot that stays readable while it is renewed. */
    public record Pinned(Leases.Lease lease, VersionedStore store, Leases leases,
            Ticker ticker) implements CheckJobs.Pin {
        @Override
        public CommitTs snapshot() {
            return lease.snapshot();
        }

        @Override
        public boolean renew() {
            return leases.renew(lease.id(), ticker.monotonicNanos());
        }

        @Override
        public void close() {
            leases.close(lease.id());
        }
    }

    // ---- the three threads ---------------------------------------------------------------------------------------

    /** One group of commits. False when there was nothing to do. */
    public boolean sequence() {
        return pipeline.sequence();
    }

    /** Whether another step of {@link #sequence} may find something to do. */
    boolean hasWork() {
        return pipeline.hasWork();
    }

    /** One record into the store, or a little trimming. False when there was nothing to do. */
    public boolean apply() {
        boolean applied = pipeline.apply();
        if (applied && !gate.isEmpty()) {
            gate.applied(store.progress().applied());
        }
        if (!applied) {
            gate.applied(store.progress().applied());
            return trim();
        }
        if (++appliesSinceTrim >= APPLIES_PER_TRIM) {
            trim();
        }
        return true;
    }

    private boolean trim() {
        appliesSinceTrim = 0;
        Progress progress = store.progress();
        CommitTs target = trimTarget;
        boolean higher = target.isAfter(progress.horizon()) && !target.isAfter(progress.applied());
        if (forgetWanted) {
            forgetWanted = store.forgetOutcomes(ticker.wallNanos() - settings.ledgerRetention().toNanos(), FORGET_MAX);
        }
        if (!higher && !garbageLeft) {
            return false;
        }
        garbageLeft = store.trim(higher ? target : progress.horizon(), TRIM_COMMITS);
        checkpointWanted = true;
        return garbageLeft;
    }

    /** Everything that time brings: call it now and then, every 100 ms while {@link #needsTicks}. */
    public void keep() {
        long now = ticker.monotonicNanos();
        gate.tick(now);
        if (pipeline.needsTicks()) {
            pipeline.tick();
        }
        for (Leases.Lease lease : leases.expire(now)) {
            pipeline.endTurn(lease.txn());
            staged.ended(lease.txn());
        }
        CommitTs horizon = leases.oldest(retention.note(pipeline.acknowledged(), now));
        if (now - trimStartNanos >= 0 && horizon.isAfter(trimTarget)) {
            trimTarget = horizon;
            forgetWanted = true;
            signals.apply();
        }
        staged.keep(now);
        checkpoint(now);
    }

    private void checkpoint(long now) {
        long logged = pipeline.loggedBytes();
        boolean dirty = logged > checkpointedBytes || checkpointWanted || staged.wantsCheckpoint();
        boolean due = logged - checkpointedBytes >= settings.checkpointBytes()
                || dirty && now - checkpointNanos >= settings.checkpointPeriod().toNanos();
        if (due) {
            checkpointNanos = now;
            try {
                checkpointWanted = false;
                List<StagedId> gone = staged.unreferenced(store.progress().applied(), pipeline.acknowledged());
                pipeline.checkpoint();
                staged.deleteUnreferenced(gone);
                checkpointedBytes = logged;
                flushFailed = false;
            } catch (BackendException failed) {
                checkpointWanted = true;
                flushFailed = failed.kind() == BackendException.Cause.NO_SPACE;
                LOG.warn("the state of a volume could not be flushed; its log stays until it can", failed);
            }
        }
    }

    /** The disk was full under the store, which does not recover by itself, and there is room again. */
    boolean wantsReopening() {
        return (flushFailed || pipeline.isStalledForRoom()) && pipeline.hasRoom();
    }

    public boolean needsTicks() {
        return pipeline.needsTicks() || !gate.isEmpty();
    }

    /** A bug has been met: nothing is taken any more, and whoever waits is told that the outcome is not known. */
    void abandon(Throwable bug) {
        pipeline.abandon(new BackendException(BackendException.Cause.STORE_FAILED,
                "volume " + name + " has stopped because of a bug: " + bug.getMessage(), bug));
    }

    /** Ends the volume; the threads have stopped. What was acknowledged is safe with or without this. */
    public void close() {
        try {
            boolean more;
            do {
                more = pipeline.apply();
            } while (more);
            pipeline.checkpoint();
        } catch (BackendException unflushed) {
            LOG.warn("the state of a volume was not flushed at its end; its log will be replayed", unflushed);
        } finally {
            pipeline.close();
            gate.close();
            parts.close();
        }
    }
}
