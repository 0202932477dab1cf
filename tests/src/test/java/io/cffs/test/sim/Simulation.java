package io.cffs.test.sim;

import io.cffs.daemon.session.InvocationResult;
import io.cffs.daemon.session.RetryPolicy;
import io.cffs.daemon.staging.Stager;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.test.history.FsCall;
import io.cffs.test.history.History;
import io.cffs.test.history.HistoryViolation;
import io.cffs.test.history.ModelRun;
import io.cffs.test.history.ReplayChecker;
import io.cffs.test.history.TreeModel;
import io.cffs.test.sim.workload.Files;
import io.cffs.test.sim.workload.Tally;
import io.cffs.test.sim.workload.Workload;
import io.cffs.test.sim.workload.Workloads;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * One run: daemons run functions of one workload while things go wrong, then everything calms down, everyone has to
 * finish, and what was observed is judged.
 */
final class Simulation {
    private static final int DAEMONS_MAX = 4;
    private static final int FUNCTIONS_MAX = 20;
    private static final long THINK_NANOS = 3_000_000L;
    /** Functions that follow on one another at once lose against each other more often. */
    private static final long HASTE_NANOS = 50_000L;
    private static final long STORM_NANOS = 60_000_000_000L;
    private static final long AFTERMATH_NANOS = 20_000_000_000L;
    private static final long CALM_NANOS_MAX = 600_000_000_000L;
    private static final RetryPolicy RETRIES = new RetryPolicy(60, 2_000_000L, 128_000_000L, 2, 200_000_000_000L);

    /** What one run did. */
    record Report(Map<Fault, Integer> faults, int commits, int attempts, int conflicts, long events) {}

    private final SplittableRandom random;
    private final Scheduler scheduler = new Scheduler();
    private final FaultPlan faults;
    private final History history = new History();
    private final Workload workload;
    private final Tally tally = new Tally();
    private final Network network;
    private final PipelineNode node;
    private final Map<String, Ino> heldDirectories = new HashMap<>();
    private final ArrayDeque<Delivery> redeliveries = new ArrayDeque<>();
    private final List<Seat> seats = new ArrayList<>();
    private final long thinkNanos;
    private final long inlineBytesMax;
    private int invocations;

    /** An invocation on its way to a daemon. {@code name} is null when the platform gives none. */
    private record Delivery(String name, Workload.Function function) {
        String note() {
            return function instanceof Workload.Noted noted ? noted.note() : null;
        }
    }

    /** Where a daemon runs; after a crash the next one takes the seat. */
    private final class Seat {
        final int number;
        int functionsLeft;
        SimDaemon daemon;
        Actor actor;
        Delivery running;
        boolean isDown;

        Seat(int number, int functions) {
            this.number = number;
            this.functionsLeft = functions;
        }

        void start() {
            isDown = false;
            RemoteBackend remote = new RemoteBackend(scheduler, network, faults, node);
            daemon = new SimDaemon(scheduler, faults, random.split(),
                    new RecordingBackend(remote, history, "daemon" + number), heldDirectories, inlineBytesMax);
            actor = scheduler.spawn("daemon" + number, this::work);
        }

        private void work() {
            while (functionsLeft > 0 || !redeliveries.isEmpty()) {
                daemon.sleep(random.nextLong(thinkNanos));
                running = redeliveries.isEmpty() ? fresh() : redeliveries.poll();
                if (running == null) {
                    return;
                }
                run();
            }
        }

        private void run() {
            InvocationResult result = daemon.run(running.name(), running.function(), RETRIES);
            settle(running, result);
            running = null;
            if (daemon.framesInUse() != 0) {
                throw new HistoryViolation("an attempt gives its frames back", daemon.framesInUse() + " are left");
            }
        }

        /** Reads everything there is, through whatever the daemon has cached. The replay compares it. */
        void audit() {
            actor = scheduler.spawn("audit" + number, () -> {
                running = new Delivery(null, files -> {
                    lookAt(files, "");
                    return true;
                });
                run();
            });
        }

        private static void lookAt(Files files, String directory) {
            for (String name : files.names(directory.isEmpty() ? "/" : directory)) {
                String path = directory + "/" + name;
                switch (files.stat(path).type()) {
                    case DIRECTORY -> lookAt(files, path);
                    case SYMLINK -> files.must(new FsCall.Readlink(path));
                    default -> files.text(path);
                }
            }
        }

        private Delivery fresh() {
            if (functionsLeft == 0) {
                return null;
            }
            functionsLeft--;
            String name = random.nextBoolean() ? "invocation" + invocations++ : null;
            Delivery delivery = new Delivery(name, workload.next(number, random.split()));
            if (delivery.note() != null) {
                tally.perhaps().add(delivery.note());
            }
            if (name != null && faults.strikes(Fault.REDELIVERED)) {
                redeliveries.add(delivery);
            }
            return delivery;
        }

        boolean hasEnded() {
            return !isDown && actor.hasEnded();
        }

        void crash() {
            Delivery lost = running;
            running = null;
            isDown = true;
            actor.kill();
            daemon.died();
            if (lost != null && lost.name() != null && random.nextBoolean()) {
                redeliveries.add(lost);
            }
            scheduler.after(random.nextLong(50_000_000L), this::start);
        }
    }

    private Simulation(long seed, String workloadName, PlantedBug bug) {
        random = new SplittableRandom(seed);
        faults = new FaultPlan(random.split());
        thinkNanos = random.nextInt(3) == 0 ? HASTE_NANOS : THINK_NANOS;
        inlineBytesMax = random.nextBoolean() ? Stager.INLINE_BYTES_MAX : random.nextInt(3) * 100L;
        workload = Workloads.named(workloadName);
        network = new Network(scheduler, faults);
        node = new PipelineNode(scheduler, faults, random.split(), bug);
    }

    /**
     * Runs on a virtual thread, as the actors do: then the baton goes round without the operating system.
     *
     * @throws RuntimeException or an Error when a promise was broken
     */
    static Report run(long seed, String workloadName, PlantedBug bug) {
        FutureTask<Report> task = new FutureTask<>(() -> simulate(seed, workloadName, bug));
        Thread.ofVirtual().start(task);
        try {
            return task.get();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts a simulation", e);
        } catch (ExecutionException e) {
            switch (e.getCause()) {
                case RuntimeException broken -> throw broken;
                case Error broken -> throw broken;
                default -> throw new AssertionError("a simulation throws nothing checked", e);
            }
        }
    }

    private static Report simulate(long seed, String workloadName, PlantedBug bug) {
        Simulation simulation = new Simulation(seed, workloadName, bug);
        try {
            return simulation.run();
        } finally {
            simulation.scheduler.close();
        }
    }

    private Report run() {
        setUp();
        int daemons = 2 + random.nextInt(DAEMONS_MAX - 1);
        for (int i = 0; i < daemons; i++) {
            Seat seat = new Seat(i, 3 + random.nextInt(FUNCTIONS_MAX - 2));
            seats.add(seat);
            seat.start();
        }
        faults.breakLoose();
        scheduleTrouble();
        scheduler.runUntil(this::allEnded, scheduler.nowNanos() + STORM_NANOS);
        faults.calmDown();
        finish();
        seats.add(new Seat(seats.size(), 0));
        seats.getLast().start();
        finish();
        seats.forEach(Seat::audit);
        finish();
        return judge();
    }

    private void setUp() {
        Seat seat = new Seat(99, 0);
        FaultPlan none = new FaultPlan(new SplittableRandom(0));
        RemoteBackend remote = new RemoteBackend(scheduler, new Network(scheduler, none), none, node);
        seat.daemon = new SimDaemon(scheduler, none, random.split(),
                new RecordingBackend(remote, history, "setup", this::withQuotas), heldDirectories,
                Stager.INLINE_BYTES_MAX);
        Delivery first = new Delivery(null, files -> {
            workload.setUp(files);
            return true;
        });
        scheduler.spawn("setup", () -> settle(first, seat.daemon.run(null, first.function(), RETRIES)));
        scheduler.runUntil(() -> !history.attempts().isEmpty() && history.attempts().getFirst().outcome() != null,
                STORM_NANOS);
    }

    private CommitRequest withQuotas(CommitRequest request) {
        List<Mutation> writes = new ArrayList<>(request.writes());
        writes.addAll(workload.quotas(request.writes()));
        return new CommitRequest(request.volume(), request.txn(), request.attempt(), request.invocationId(),
                request.snapshot(), request.leaseId(), request.reads(), writes);
    }

    private void settle(Delivery delivery, InvocationResult result) {
        if (delivery.note() == null) {
            return;
        }
        if (result instanceof InvocationResult.Committed) {
            tally.committed().add(delivery.note());
        }
    }

    private void scheduleTrouble() {
        scheduler.after(random.nextLong(20_000_000L), () -> {
            if (faults.isCalm()) {
                return;
            }
            Seat seat = seats.get(random.nextInt(seats.size()));
            if (!seat.isDown && !seat.actor.hasEnded() && faults.strikes(Fault.DAEMON_CRASH)) {
                seat.crash();
            }
            if (faults.strikes(Fault.CLOCK_JUMP)) {
                seat.daemon.jumpClock(random.nextLong(-3_600_000_000_000L, 3_600_000_000_000L));
            }
            scheduleTrouble();
        });
    }

    private void finish() {
        if (!scheduler.runUntil(this::allEnded, scheduler.nowNanos() + CALM_NANOS_MAX)) {
            throw new HistoryViolation("once nothing fails any more everyone finishes",
                    seats.stream().filter(seat -> !seat.hasEnded()).map(seat -> seat.running).toList().toString());
        }
        scheduler.runUntil(scheduler.nowNanos() + AFTERMATH_NANOS);
    }

    private boolean allEnded() {
        return seats.stream().allMatch(Seat::hasEnded);
    }

    private Report judge() {
        node.tellTruth(history);
        ReplayChecker checker = new ReplayChecker(history, TreeModel.empty());
        try {
            checker.check();
        } catch (HistoryViolation e) {
            if (System.getProperty("cffs.sim.history") != null) {
                System.err.println(history.describe());
            }
            throw e;
        }
        CommitTs last = new CommitTs(history.commits().size());
        node.check();
        workload.judge(new ModelRun(checker.stateAt(last).copy())::call, tally);
        int conflicts = (int) history.attempts().stream()
                .filter(attempt -> attempt.outcome() instanceof CommitOutcome.Conflicted)
                .count();
        if (conflicts > 0 && !workload.mayConflict()) {
            throw new HistoryViolation("what is independent never conflicts", conflicts + " conflicts");
        }
        return new Report(faults.fired(), history.commits().size(), history.attempts().size(), conflicts,
                scheduler.eventsRun());
    }
}
