package io.cffs.test.sim;

import io.cffs.daemon.cache.CacheLimits;
import io.cffs.daemon.cache.MemoryBlockCache;
import io.cffs.daemon.cache.SnapshotCache;
import io.cffs.daemon.cache.VolumeIdentity;
import io.cffs.daemon.session.Attempt;
import io.cffs.daemon.session.AttemptParts;
import io.cffs.daemon.session.MountDriver;
import io.cffs.daemon.session.Operation;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.session.SessionState;
import io.cffs.daemon.staging.SessionStaging;
import io.cffs.daemon.vfs.Handle;
import io.cffs.model.CommitTs;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.VolumeName;
import io.cffs.txn.Transaction;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import java.util.ArrayDeque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;

/**
 * A long-lived mount: the real session and its driver, which always has an attempt open but for moments. Open files are
 * counted as the handlers of the real mount count them. One actor uses it; the driver's own tries are actors too.
 */
final class SimMount {
    private static final CacheLimits CACHE = new CacheLimits(4L << 20, 4L << 20, 4, 64);
    private static final long STEP_NANOS = 400_000L;
    private static final long FROZEN_NANOS = 12_000_000_000L;
    private static final long LOOK_AGAIN_NANOS = 5_000_000L;

    private final Scheduler scheduler;
    private final FaultPlan faults;
    private final SplittableRandom random;
    private final MountBug bug;
    private final SimTicker ticker;
    private final SimFrames frames = new SimFrames();
    private final SimTimer timer;
    private final SnapshotCache cache;
    private final Session session;
    private final MountDriver driver;
    private int failedReads;
    /** What the cache and the staging want to do in the background; done between two steps. */
    private final ArrayDeque<Runnable> background = new ArrayDeque<>();

    SimMount(Scheduler scheduler, FaultPlan faults, SplittableRandom random, BackendPort remote, MountBug bug,
            long inlineBytesMax) {
        this.scheduler = scheduler;
        this.faults = faults;
        this.random = random;
        this.bug = bug;
        this.ticker = new SimTicker(scheduler);
        this.timer = new SimTimer(scheduler);
        BackendPort backend = bug.round(new ForgetfulBegin(new Counting(remote), faults));
        this.cache = new SnapshotCache(backend, VolumeName.DEFAULT, new VolumeIdentity(1, 2),
                new MemoryBlockCache(1 << 20), CACHE, background::add);
        SessionStaging staging = new SessionStaging(backend, VolumeName.DEFAULT, background::add, inlineBytesMax);
        this.session = new Session(backend, VolumeName.DEFAULT, cache, new AttemptParts(frames, staging,
                TransactionOptions.DEFAULT, bug.limits(), ticker, timer));
        this.driver = new MountDriver(session, false, false, random::nextLong, timer);
    }

    /** As the command does: a mount that gets no first snapshot is tried again. */
    void start() {
        for (;;) {
            try {
                driver.start();
                return;
            } catch (BackendException e) {
                sleep(LOOK_AGAIN_NANOS);
            }
        }
    }

    MountDriver driver() {
        return driver;
    }

    boolean hasChanged() {
        return session.status().changed();
    }

    /** Until the driver has opened an attempt. */
    void awaitOpen() {
        while (session.state() != SessionState.OPEN) {
            sleep(LOOK_AGAIN_NANOS);
        }
    }

    /** For a report. */
    String describe() {
        return session.state() + ", last: " + driver.lastOutcome();
    }

    /** Reads that the backend has failed. */
    int failedReads() {
        return failedReads;
    }

    private final class Counting extends BackendLayer {
        Counting(BackendPort backend) {
            super(backend);
        }

        private <T> CompletableFuture<T> counted(CompletableFuture<T> answer) {
            failedReads += answer.isCompletedExceptionally() ? 1 : 0;
            return answer;
        }

        @Override
        public CompletableFuture<List<Fetched>> fetch(VolumeName volume, CommitTs snapshot, List<FetchItem> items) {
            return counted(super.fetch(volume, snapshot, items));
        }

        @Override
        public CompletableFuture<FileExtents> extents(VolumeName volume, CommitTs snapshot, Ino ino, long fromPage) {
            return counted(super.extents(volume, snapshot, ino, fromPage));
        }

        @Override
        public CompletableFuture<List<Name>> xattrNames(VolumeName volume, CommitTs snapshot, Ino ino) {
            return counted(super.xattrNames(volume, snapshot, ino));
        }

        @Override
        public CompletableFuture<DirectoryPage> list(
                VolumeName volume, CommitTs snapshot, Ino directory, Name after, int limit) {
            return counted(super.list(volume, snapshot, directory, after, limit));
        }

        @Override
        public CompletableFuture<InoRange> reserveInos(VolumeName volume, int count) {
            return counted(super.reserveInos(volume, count));
        }
    }

    /** One request of a program. */
    interface Step<T> {
        T run(Transaction transaction) throws FsException;
    }

    /** Perhaps after a while, perhaps after some of what is done in the background. */
    <T> T perform(Step<T> step) throws FsException {
        return request(at -> step.run(at.transaction()));
    }

    private <T> T request(Operation<T> operation) throws FsException {
        if (random.nextInt(4) == 0) {
            sleep(random.nextLong(STEP_NANOS));
        }
        if (faults.strikes(Fault.LEASE_EXPIRED, 0.2)) {
            timer.freeze(true);
            sleep(FROZEN_NANOS);
            timer.freeze(false);
        }
        while (!background.isEmpty() && random.nextInt(3) == 0) {
            background.poll().run();
        }
        if (faults.strikes(Fault.CACHE_LOST, 0.2)) {
            cache.clear();
        }
        return session.perform(operation);
    }

    /** What a program has open. */
    record Opened(Ino ino, long number) {}

    /** Opens what the step finds or makes. */
    Opened open(Step<Ino> step) throws FsException {
        return request(at -> {
            Ino ino = step.run(at.transaction());
            at.transaction().retain(ino);
            boolean counted = bug != MountBug.HANDLES_FORGOTTEN;
            return new Opened(ino, counted ? at.handles().add(new Handle.OpenFile(ino, true, true, false)) : 0);
        });
    }

    void close(Opened file) {
        session.locked(() -> {
            session.handles().remove(file.number());
            if (bug != MountBug.CLOSED_UNTOLD) {
                session.tell(transaction -> transaction.release(file.ino()));
            }
            return null;
        });
    }

    /** Uploads ahead of the commit, as after large writes. */
    void stageAhead() throws FsException {
        Attempt[] current = new Attempt[1];
        session.perform(at -> {
            current[0] = at;
            return null;
        });
        session.stageAhead(current[0]);
    }

    void sleep(long nanos) {
        if (new Promise<Void>().await(scheduler, nanos).isPresent()) {
            throw new AssertionError("nobody completes this promise");
        }
    }

    /** A wall clock that jumps. */
    void jumpClock(long nanos) {
        ticker.jump(nanos);
    }

    /** The process has died: no timer of it fires any more. */
    void died() {
        timer.stop();
    }

    /** The end: nothing of it is left, not even frames. */
    int close() {
        driver.stop();
        session.close();
        timer.stop();
        return frames.inUse();
    }

    int framesInUse() {
        return frames.inUse();
    }
}
