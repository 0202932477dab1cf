package io.cffs.backend;

import io.cffs.backend.commit.StepSignals;
import io.cffs.backend.commit.StepThread;
import io.cffs.model.VolumeName;
import io.cffs.txn.port.BackendException;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The three threads of a volume: each steps while there is work and sleeps when there is none. A {@link StepThread}
 * that brings a commit while nobody sequences takes that step itself.
 */
final class VolumeThreads implements StepSignals {
    private static final Logger LOG = LoggerFactory.getLogger(VolumeThreads.class);
    private static final long TICK_NANOS = 100_000_000L;
    private static final long IDLE_TICK_NANOS = 1_000_000_000L;
    private static final long STOP_MILLIS_MAX = 30_000;

    private final VolumeName name;
    private final Loop sequencing = new Loop();
    private final Loop applying = new Loop();
    private final Loop keeping = new Loop();
    /** Held by whoever is in a step of sequencing. Nothing is waited for with it but the log's disk. */
    private final ReentrantLock stepping = new ReentrantLock();
    private volatile Volume volume;
    private volatile boolean stopping;

    VolumeThreads(VolumeName name) {
        this.name = name;
    }

    /** A thread and whether somebody has asked it to look. */
    private static final class Loop {
        volatile Thread thread;
        volatile boolean asked;

        void ask() {
            if (!asked) {
                asked = true;
                LockSupport.unpark(thread);
            }
        }
    }

    void start(Volume volume, ThreadFactory factory) {
        this.volume = volume;
        List<Loop> loops = List.of(sequencing, applying, keeping);
        BooleanSupplier keep = () -> {
            volume.keep();
            return false;
        };
        List<BooleanSupplier> steps = List.of(this::sequenceStep, volume::apply, keep);
        List<String> names = List.of("sequence", "apply", "keep");
        for (int i = 0; i < loops.size(); i++) {
            Loop loop = loops.get(i);
            BooleanSupplier step = steps.get(i);
            boolean keeps = loop == keeping;
            loop.thread = factory.newThread(() -> run(volume, loop, step,
                    () -> keeps && volume.needsTicks() ? TICK_NANOS : keeps ? IDLE_TICK_NANOS : TICK_NANOS * 5));
            loop.thread.setName("cffs-" + names.get(i) + "-" + name);
            loop.thread.start();
        }
    }

    private boolean sequenceStep() {
        stepping.lock();
        try {
            return volume.sequence();
        } finally {
            stepping.unlock();
        }
    }

    private void run(Volume volume, Loop loop, BooleanSupplier step, LongSupplier restNanos) {
        while (!stopping) {
            loop.asked = false;
            try {
                boolean worked = step.getAsBoolean();
                if (worked) {
                    continue;
                }
            } catch (BackendException failed) {
                LOG.warn("a step of a volume failed and will be tried again", failed);
            } catch (RuntimeException | Error bug) {
                LOG.error("a volume stops because of a bug", bug);
                volume.abandon(bug);
                throw bug;
            }
            if (!loop.asked && !stopping) {
                LockSupport.parkNanos(this, restNanos.getAsLong());
            }
        }
    }

    @Override
    public void sequence() {
        sequencing.ask();
    }

    @Override
    public void sequenceHere() {
        boolean here = Thread.currentThread() instanceof StepThread && !stepping.isHeldByCurrentThread()
                && stepping.tryLock();
        if (!here) {
            sequencing.ask();
            return;
        }
        try {
            if (!stopping && volume != null) {
                volume.sequence();
            }
        } catch (BackendException failed) {
            LOG.warn("a step of a volume failed and will be tried again", failed);
            sequencing.ask();
        } catch (RuntimeException | Error bug) {
            LOG.error("a volume stops because of a bug", bug);
            volume.abandon(bug);
            throw bug;
        } finally {
            stepping.unlock();
        }
        if (volume.hasWork()) {
            sequencing.ask();
        }
    }

    @Override
    public void apply() {
        applying.ask();
    }

    /** Waits for the threads to end the step that they are in. */
    void stop() {
        stopping = true;
        for (Loop loop : List.of(sequencing, applying, keeping)) {
            LockSupport.unpark(loop.thread);
        }
        for (Loop loop : List.of(sequencing, applying, keeping)) {
            try {
                loop.thread.join(STOP_MILLIS_MAX);
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                return;
            }
        }
        awaitStep();
    }

    /** Of a thread that is not ours. */
    private void awaitStep() {
        try {
            if (stepping.tryLock(STOP_MILLIS_MAX, TimeUnit.MILLISECONDS)) {
                stepping.unlock();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
