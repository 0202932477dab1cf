package io.cffs.test.sim;

import io.cffs.daemon.cache.CacheLimits;
import io.cffs.daemon.cache.MemoryBlockCache;
import io.cffs.daemon.cache.SnapshotCache;
import io.cffs.daemon.cache.VolumeIdentity;
import io.cffs.daemon.session.AttemptParts;
import io.cffs.daemon.session.AttemptTicket;
import io.cffs.daemon.session.Invocation;
import io.cffs.daemon.session.InvocationBody.Verdict;
import io.cffs.daemon.session.InvocationLoop;
import io.cffs.daemon.session.InvocationResult;
import io.cffs.daemon.session.RetryPolicy;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.session.SessionLimits;
import io.cffs.daemon.session.TurnMemory;
import io.cffs.daemon.staging.SessionStaging;
import io.cffs.model.CommitTs;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.VolumeName;
import io.cffs.test.history.AttemptRecord;
import io.cffs.test.sim.workload.Workload;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.port.BackendPort;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;

/** One mount: the real session, cache, invocation loop and transaction, on a simulated clock and network. */
final class SimDaemon {
    private static final CacheLimits CACHE = new CacheLimits(4L << 20, 4L << 20, 4, 64);
    private static final long STEP_NANOS = 400_000L;
    private static final long FROZEN_NANOS = 12_000_000_000L;

    private final Scheduler scheduler;
    private final FaultPlan faults;
    private final SplittableRandom random;
    private final SimTicker ticker;
    private final Map<String, Ino> heldDirectories;
    private final SimFrames frames = new SimFrames();
    private final SimTimer timer;
    private final RecordingBackend backend;
    private final SnapshotCache cache;
    private final Session session;
    private final TurnMemory turns = new TurnMemory();
    /** What the cache wants to do in the background; done between two steps, as one thread does all. */
    private final ArrayDeque<Runnable> background = new ArrayDeque<>();

    /**
     * @param heldDirectories by last name; shared by all functions of a run
     * @param inlineBytesMax what an attempt has written travels in the commit when it is no more, else staged
     */
    SimDaemon(Scheduler scheduler, FaultPlan faults, SplittableRandom random, RecordingBackend backend,
            Map<String, Ino> heldDirectories, long inlineBytesMax) {
        this.heldDirectories = heldDirectories;
        this.scheduler = scheduler;
        this.faults = faults;
        this.random = random;
        this.ticker = new SimTicker(scheduler);
        this.timer = new SimTimer(scheduler);
        this.backend = backend;
        BackendPort forgetful = new ForgetfulBegin(backend, faults);
        this.cache = new SnapshotCache(forgetful, VolumeName.DEFAULT, new VolumeIdentity(1, 2),
                new MemoryBlockCache(1 << 20), CACHE, background::add);
        SessionStaging staging = new SessionStaging(
                forgetful, VolumeName.DEFAULT, background::add, inlineBytesMax);
        this.session = new Session(forgetful, VolumeName.DEFAULT, cache, new AttemptParts(frames, staging,
                TransactionOptions.DEFAULT, SessionLimits.forInvocations(), ticker, timer));
    }

    /**
     * Runs one invocation to its end. Called by an actor.
     *
     * @param name null when the platform gives none
     */
    InvocationResult run(String name, Workload.Function function, RetryPolicy policy) {
        InvocationLoop loop = new InvocationLoop(session, policy, ticker, random::nextLong, this::sleep, turns);
        try {
            Invocation invocation = new Invocation(name, false, CommitTs.ZERO, Long.MAX_VALUE);
            return loop.run(invocation, ticket -> body(ticket, function));
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts actors", e);
        }
    }

    private Verdict body(AttemptTicket ticket, Workload.Function function) {
        AttemptRecord record = backend.current();
        if (!record.txn().equals(ticket.txn()) || record.attempt() != ticket.number()) {
            throw new AssertionError("another attempt is open: " + ticket + ", recorded: " + record);
        }
        FunctionFiles files = new FunctionFiles(new Door(), record, heldDirectories);
        try {
            return function.run(files) ? Verdict.COMMIT : Verdict.ABORT;
        } catch (FunctionFiles.Unusable e) {
            return Verdict.ABORT;
        }
    }

    /** Each operation: perhaps after a while, perhaps after some of what the cache does in the background. */
    private final class Door implements FunctionFiles.Door {
        @Override
        public <T> T perform(FunctionFiles.Step<T> step) throws FsException {
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
            return session.perform(attempt -> step.run(attempt.transaction()));
        }
    }

    void sleep(long nanos) {
        Optional<Void> never = new Promise<Void>().await(scheduler, nanos);
        if (never.isPresent()) {
            throw new AssertionError("nobody completes this promise");
        }
    }

    /** A wall clock that jumps. */
    void jumpClock(long nanos) {
        ticker.jump(nanos);
    }

    /** No timer of this daemon fires any more. */
    void died() {
        timer.stop();
    }

    /** Between two invocations. */
    int framesInUse() {
        return frames.inUse();
    }
}
