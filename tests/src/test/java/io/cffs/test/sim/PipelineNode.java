package io.cffs.test.sim;

import io.cffs.backend.BackendSettings;
import io.cffs.backend.LocalBackend;
import io.cffs.backend.Volume;
import io.cffs.backend.VolumeParts;
import io.cffs.backend.commit.CommitLog;
import io.cffs.backend.commit.FileCommitLog;
import io.cffs.backend.commit.PipelineLimits;
import io.cffs.backend.commit.SoleLeader;
import io.cffs.backend.disk.MemoryDirectory;
import io.cffs.backend.fsck.VolumeCheck;
import io.cffs.backend.store.MemoryBlockStore;
import io.cffs.backend.store.OrderedVersionedStore;
import io.cffs.backend.store.StagedObjects;
import io.cffs.backend.store.VersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.Quota;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.test.history.History;
import io.cffs.test.history.HistoryViolation;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.CheckPort;
import io.cffs.txn.port.QuotaPort;
import io.cffs.txn.port.Ticker;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * The real backend, stepped by the scheduler: pipeline, file log on a disk in memory that can lose power, versioned
 * store that forgets what it has not checkpointed, leases, trimming. It dies and comes back.
 */
final class PipelineNode implements BackendNode {
    private static final long KEEP_NANOS = 100_000_000L;
    private static final long STEP_NANOS = 150_000L;
    private static final long SEGMENT_BYTES = 1500;
    private static final long SECRET = 7;

    private final Scheduler scheduler;
    private final FaultPlan faults;
    private final SplittableRandom random;
    private final PlantedBug bug;
    private final Map<TxnId, TxnId> aliases = new HashMap<>();
    private final TreeMap<CommitTs, History.Commit> handedIn = new TreeMap<>();
    private final SoleLeader coordination = new SoleLeader();
    private final MemoryBlockStore blocks = new MemoryBlockStore();
    private final BackendSettings settings;
    private MemoryDirectory disk = new MemoryDirectory();
    private OrderedVersionedStore store;
    /** Null while the process is down. */
    private Volume volume;
    private BackendPort front;
    private boolean stepPlanned;
    private int crashes;
    /** Calls that this process has not answered. */
    private int owed;

    PipelineNode(Scheduler scheduler, FaultPlan faults, SplittableRandom random, PlantedBug bug) {
        this.scheduler = scheduler;
        this.faults = faults;
        this.random = random;
        this.bug = bug;
        this.store = OrderedVersionedStore.openMemory(new StagedObjects(blocks),
                new VersionedStore.RootDirectory(VolumeParts.ROOT_PERMISSIONS, 0, 0, 0));
        long retention = faults.isPossible(Fault.TRIMMED) ? random.nextLong(2000) : 1_000_000;
        PipelineLimits limits = SimLimits.drawn(random);
        this.settings = new BackendSettings(Duration.ofMillis(500 + random.nextInt(10_000)),
                Duration.ofMillis(retention), Duration.ofDays(7), Duration.ofSeconds(30), 1 + random.nextInt(4000),
                Duration.ofMillis(1 + random.nextInt(5000)), limits);
        open();
        keepLater();
    }

    private void open() {
        CommitLog files = FileCommitLog.open(new FaultyDirectory(disk, faults), SECRET, SEGMENT_BYTES);
        CommitLog log = new FaultyLog(files, faults, commit -> handedIn.put(commit.at(), commit));
        VersionedStore faulty = new FaultyStore(store, faults);
        VolumeParts parts = new VolumeParts(
                new UUID(1, 2), bug.round(log), bug.round(faulty), blocks, () -> Long.MAX_VALUE / 2);
        Ticker ticker = new SimTicker(scheduler);
        LocalBackend local = new LocalBackend(
                name -> parts, coordination, ticker, settings, null, Runnable::run, () -> {});
        volume = local.volume(VolumeName.DEFAULT);
        front = bug.round(local, random.split(), aliases);
    }

    @Override
    public <T> void serve(Function<BackendPort, CompletableFuture<T>> call, Consumer<RemoteBackend.Reply<T>> reply) {
        alive(() -> {
            int asked = crashes;
            owed++;
            BackendNode.answer(call.apply(front), answer -> {
                if (crashes == asked && !faults.isDying()) {
                    owed--;
                    reply.accept(answer);
                }
            });
        });
        stepLater();
    }

    /** Runs a part of the process, which may die of it. Nothing runs while it is down. */
    private void alive(Runnable part) {
        if (volume == null) {
            return;
        }
        try {
            part.run();
        } catch (BackendDied died) {
            crash();
        } catch (BackendException failed) {
            // As the real threads do: the step is tried again.
            stepLater();
        }
    }

    private void stepLater() {
        if (!stepPlanned && volume != null) {
            stepPlanned = true;
            scheduler.after(random.nextLong(STEP_NANOS), () -> {
                stepPlanned = false;
                alive(this::step);
            });
        }
    }

    private void step() {
        boolean first = random.nextBoolean();
        if (faults.strikes(Fault.LOG_SYNC_FAILED)) {
            // Somebody notices that nothing is taken any more, and starts the process again.
            disk.failSyncs(1);
            scheduler.after(random.nextLong(2_000_000_000L), () -> alive(() -> {
                throw faults.death();
            }));
        }
        if (faults.strikes(Fault.BACKEND_CRASH, 0.3)) {
            throw faults.death();
        }
        boolean busy = first ? volume.sequence() : volume.apply();
        if (!busy) {
            busy = first ? volume.apply() : volume.sequence();
        }
        if (busy) {
            stepLater();
        }
    }

    private void keepLater() {
        scheduler.after(KEEP_NANOS, () -> {
            alive(this::keep);
            keepLater();
        });
    }

    private void keep() {
        disturb();
        CommitTs horizon = store.progress().horizon();
        volume.keep();
        stepLater();
        if (horizon.isAfter(CommitTs.ZERO)) {
            faults.note(Fault.TRIMMED);
        }
    }

    private void disturb() {
        boolean full = faults.strikes(Fault.LOG_FULL);
        disk.setCapacity(full ? 0 : Long.MAX_VALUE);
        blocks.setFull(full);
        store.setFailing(faults.strikes(Fault.STORE_FULL));
    }

    @Override
    public int process() {
        return crashes;
    }

    private void crash() {
        crashes++;
        owed = 0;
        faults.buried();
        volume = null;
        front = null;
        if (random.nextBoolean()) {
            disk = disk.afterPowerCut(random::nextLong);
        }
        disk.setCapacity(Long.MAX_VALUE);
        blocks.setFull(false);
        disk.failSyncs(0);
        store = store.afterCrash();
        scheduler.after(random.nextLong(1_500_000_000L), this::restart);
    }

    private void restart() {
        try {
            open();
        } catch (BackendDied died) {
            crash();
        }
    }

    /** Everything that is durable, in order, once all of it has been applied. */
    void tellTruth(History history) {
        CommitTs last = store.progress().applied();
        for (History.Commit commit : handedIn.headMap(last, true).values()) {
            TxnId stored = store.header(commit.at()).txn();
            if (!stored.equals(commit.txn())) {
                throw new HistoryViolation("the store holds what was logged", stored + " is there, not " + commit);
            }
            history.committed(new History.Commit(
                    commit.at(), aliases.getOrDefault(stored, stored), commit.attempt()));
        }
    }

    /** Long after the last call: the whole-state check of the product, over everything that is stored. */
    void check() {
        if (owed != 0) {
            throw new HistoryViolation("whoever asks is answered", owed + " calls have no answer");
        }
        CommitTs newest = store.progress().applied();
        CheckPort.Report report = new VolumeCheck(store, newest, VolumeCheck.Level.DATA, () -> {}).run();
        if (!report.findings().isEmpty()) {
            throw new HistoryViolation("the store is sound", report.findings().toString());
        }
        new StagedObjects(blocks).list(id -> {
            if (!store.isReferenced(id)) {
                throw new HistoryViolation("what was staged is referred to or goes", id + " is left");
            }
        });
        for (QuotaPort.TreeQuota of : store.quotas(null, QuotaPort.QUOTAS_MAX, newest)) {
            Quota quota = of.quota();
            if (quota.bytesUsed() > quota.bytesMax() || quota.inodesUsed() > quota.inodesMax()) {
                throw new HistoryViolation("no quota is exceeded", of.toString());
            }
        }
    }

    VersionedStore store() {
        return store;
    }
}
