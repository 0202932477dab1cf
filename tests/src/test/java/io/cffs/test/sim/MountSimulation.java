package io.cffs.test.sim;

import io.cffs.daemon.staging.Stager;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.test.history.HistoryViolation;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.Create;
import io.cffs.txn.ops.Lookup;
import io.cffs.txn.ops.Mkdir;
import io.cffs.txn.ops.OpenFlags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * One run of long-lived mounts: their programs keep files open while transactions are committed, undone and lost round
 * them and things go wrong. Then everything calms down, and what is left is looked at from elsewhere.
 */
final class MountSimulation {
    private static final Credentials WHO = Credentials.ROOT;
    private static final long STORM_NANOS = 60_000_000_000L;
    private static final long AFTERMATH_NANOS = 40_000_000_000L;
    private static final long CALM_NANOS_MAX = 900_000_000_000L;
    private static final Name SHARED = Name.of("shared");

    /** What one run did. */
    record Report(Map<Fault, Integer> faults, int committed, int lost, int kept, long events) {}

    private final SplittableRandom random;
    private final Scheduler scheduler = new Scheduler();
    private final FaultPlan faults;
    private final Network network;
    private final PipelineNode node;
    private final MountBug bug;
    private final long inlineBytesMax;
    private final int bytesMax;
    private final List<Seat> seats = new ArrayList<>();
    /** What each directory may hold in the end. */
    private final Map<String, List<MountModel.State>> allowed = new HashMap<>();
    private int directories;
    private int committed;
    private int lost;
    private int kept;

    private MountSimulation(long seed, MountBug bug) {
        this.random = new SplittableRandom(seed);
        this.faults = new FaultPlan(random.split());
        this.network = new Network(scheduler, faults);
        this.bug = bug;
        this.inlineBytesMax = random.nextBoolean() ? Stager.INLINE_BYTES_MAX : random.nextInt(3) * 100L;
        this.bytesMax = random.nextBoolean() ? 20_000 : 400_000;
        this.node = new PipelineNode(scheduler, faults, random.split(), PlantedBug.NONE);
    }

    /**
     * Runs a seed. Everything is done by one thread at a time.
     *
     * @throws RuntimeException or an Error when a promise was broken
     */
    static Report run(long seed, MountBug bug) {
        FutureTask<Report> task = new FutureTask<>(() -> {
            MountSimulation simulation = new MountSimulation(seed, bug);
            try {
                return simulation.run();
            } finally {
                simulation.scheduler.close();
            }
        });
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

    /** Where a mount is; after a crash the next one takes the seat, with a directory of its own. */
    private final class Seat {
        private int attemptsLeft;
        private String directory;
        private SimMount mount;
        private MountModel model;
        private MountProgram program;
        private Actor actor;
        private boolean isDown;
        /** What a commit under way will leave; null while there is none. */
        private MountModel.State underWay;

        Seat(int attempts) {
            this.attemptsLeft = attempts;
        }

        void start() {
            isDown = false;
            directory = "d" + directories++;
            model = new MountModel();
            mount = mount();
            SimMount its = mount;
            actor = scheduler.spawn(directory, () -> live(its));
        }

        private void live(SimMount its) {
            its.start();
            Ino own = makeDirectory(its, directory);
            Ino shared = sharedFile(its);
            program = new MountProgram(its, model, random.split(), own, shared, bytesMax);
            while (attemptsLeft-- > 0) {
                its.sleep(random.nextLong(3_000_000L));
                attempt();
            }
            program.closeAll();
            finishClean();
            if (its.close() != 0) {
                throw new HistoryViolation("a mount gives its frames back", its.framesInUse() + " are left");
            }
            allowed.put(directory, List.of(model.committedState()));
        }

        private void attempt() {
            mount.awaitOpen();
            int steps = random.nextInt(9);
            for (int i = 0; i < steps && program.step(); i++) {
                // Each is a call of a program.
            }
            end(random.nextInt(10));
            mount.awaitOpen();
            if (random.nextInt(3) > 0) {
                program.look();
                kept++;
            }
        }

        private void end(int how) {
            switch (how) {
                case 0 -> abort();
                case 1 -> refresh();
                case 2 -> begin();
                default -> commit();
            }
        }

        private void abort() {
            try {
                mount.driver().abort();
            } catch (FsException e) {
                throw new HistoryViolation("an open attempt can be given up", e.error().toString());
            }
            program.note("abort");
            model.lost();
            program.lost();
        }

        /** A mount that has changed nothing goes on to the newest snapshot. */
        private void refresh() {
            program.note("refresh");
            mount.driver().refreshIfStale();
            mount.awaitOpen();
        }

        private void begin() {
            boolean changed = mount.hasChanged();
            program.note("begin");
            try {
                mount.driver().begin();
            } catch (FsException e) {
                if (!changed && e.error() == FsError.BUSY) {
                    throw new HistoryViolation("what has changed nothing can be left", e.error().toString());
                }
            }
            mount.awaitOpen();
        }

        private void commit() {
            boolean changed = mount.hasChanged();
            underWay = model.currentState();
            try {
                mount.driver().commit();
            } catch (FsException e) {
                // The last outcome says it, once it is known.
            }
            mount.awaitOpen();
            String outcome = mount.driver().lastOutcome();
            program.note("commit " + changed + " " + outcome);
            underWay = null;
            if (outcome.startsWith("committed") || !changed) {
                committed++;
                model.committed();
                program.committed();
            } else if (outcome.startsWith("unknown")) {
                throw new HistoryViolation("nothing is begun before an outcome is known", outcome);
            } else {
                lost++;
                model.lost();
                program.lost();
            }
        }

        /** Ends with a commit that takes effect, with nothing open. */
        private void finishClean() {
            do {
                mount.awaitOpen();
                commit();
                mount.awaitOpen();
            } while (!program.look());
            if (mount.framesInUse() != 0) {
                throw new HistoryViolation("nothing open and nothing changed takes no room",
                        mount.framesInUse() + " frames");
            }
        }

        boolean hasEnded() {
            return !isDown && actor.hasEnded();
        }

        void crash() {
            isDown = true;
            actor.kill();
            mount.died();
            List<MountModel.State> states = new ArrayList<>(List.of(model.committedState()));
            if (underWay != null) {
                states.add(underWay);
                underWay = null;
            }
            allowed.put(directory, states);
            scheduler.after(random.nextLong(50_000_000L), this::start);
        }
    }

    private SimMount mount() {
        RemoteBackend remote = new RemoteBackend(scheduler, network, faults, node);
        return new SimMount(scheduler, faults, random.split(), remote, bug, inlineBytesMax);
    }

    private static Ino sharedFile(SimMount mount) {
        return made(mount, SHARED, () -> mount.perform(tx ->
                Create.run(tx, WHO, Ino.ROOT, SHARED, 0644, OpenFlags.CREATE_NEW)));
    }

    private static Ino makeDirectory(SimMount mount, String name) {
        return made(mount, Name.of(name),
                () -> mount.perform(tx -> Mkdir.run(tx, WHO, Ino.ROOT, Name.of(name), 0755)));
    }

    private interface Making {
        void run() throws FsException;
    }

    /** Looks a name up, and makes and commits it until it is there. */
    private static Ino made(SimMount mount, Name name, Making making) {
        for (;;) {
            mount.awaitOpen();
            try {
                return mount.perform(tx -> Lookup.run(tx, WHO, Ino.ROOT, name)).ino();
            } catch (FsException e) {
                make(mount, e.error() == FsError.NOT_FOUND ? making : () -> { });
            }
        }
    }

    private static void make(SimMount mount, Making making) {
        try {
            making.run();
        } catch (FsException e) {
            // The environment: the commit fails, and the next attempt tries again.
        }
        try {
            mount.driver().commit();
        } catch (FsException e) {
            // As above.
        }
    }

    private Report run() {
        Seat first = new Seat(0);
        seats.add(first);
        first.start();
        finish();
        seats.clear();
        int mounts = 1 + random.nextInt(3);
        for (int i = 0; i < mounts; i++) {
            seats.add(new Seat(5 + random.nextInt(25)));
            seats.getLast().start();
        }
        faults.breakLoose();
        scheduleTrouble();
        scheduler.runUntil(this::allEnded, scheduler.nowNanos() + STORM_NANOS);
        faults.calmDown();
        finish();
        scheduler.runUntil(scheduler.nowNanos() + AFTERMATH_NANOS);
        judge();
        return new Report(faults.fired(), committed, lost, kept, scheduler.eventsRun());
    }

    private boolean allEnded() {
        return seats.stream().allMatch(Seat::hasEnded);
    }

    private void finish() {
        if (!scheduler.runUntil(this::allEnded, scheduler.nowNanos() + CALM_NANOS_MAX)) {
            throw new HistoryViolation("once nothing fails any more everyone finishes",
                    seats.stream().filter(seat -> !seat.hasEnded())
                            .map(seat -> seat.directory + ": " + seat.mount.describe()).toList().toString());
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
                seat.mount.jumpClock(random.nextLong(-3_600_000_000_000L, 3_600_000_000_000L));
            }
            scheduleTrouble();
        });
    }

    private void judge() {
        SimMount look = mount();
        boolean[] done = {false};
        scheduler.spawn("judge", () -> {
            look.start();
            try {
                allowed.forEach((directory, states) -> MountAudit.compare(look, directory, states));
            } finally {
                done[0] = true;
            }
            look.close();
        });
        scheduler.runUntil(() -> done[0], scheduler.nowNanos() + CALM_NANOS_MAX);
        scheduler.runUntil(scheduler.nowNanos() + AFTERMATH_NANOS);
        node.check();
    }
}
