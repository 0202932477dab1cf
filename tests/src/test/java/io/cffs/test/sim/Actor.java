package io.cffs.test.sim;

import java.util.concurrent.Semaphore;

/**
 * A body that may block, as a coroutine: it has a thread of its own, but that thread and the scheduler's hand one baton
 * to and fro, so only one of them ever runs.
 */
final class Actor {
    /** Unwinds a killed body; passes through its finally blocks. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1L;

        Killed() {
            super("killed", null, false, false);
        }
    }

    private static final ScopedValue<Actor> CURRENT = ScopedValue.newInstance();

    private final String name;
    private final Thread thread;
    private final Semaphore toActor = new Semaphore(0);
    private final Semaphore toScheduler = new Semaphore(0);
    private boolean started;
    private boolean ended;
    private boolean killed;
    private Throwable death;

    Actor(String name, Runnable body) {
        this.name = name;
        this.thread = Thread.ofVirtual().name(name).unstarted(
                () -> ScopedValue.where(CURRENT, this).run(() -> run(body)));
    }

    private void run(Runnable body) {
        try {
            toActor.acquireUninterruptibly();
            if (!killed) {
                body.run();
            }
        } catch (Killed e) {
            // The crash of a daemon: nothing of it is left.
        } catch (Throwable e) {
            death = e;
        } finally {
            ended = true;
            toScheduler.release();
        }
    }

    /** The actor whose body runs now. */
    static Actor current() {
        return CURRENT.get();
    }

    String name() {
        return name;
    }

    boolean hasEnded() {
        return ended;
    }

    /** Lets the body go on until it parks or ends. Called by the scheduler's side only. */
    void resume() {
        if (ended) {
            return;
        }
        if (!started) {
            started = true;
            thread.start();
        }
        toActor.release();
        toScheduler.acquireUninterruptibly();
        if (death instanceof RuntimeException e) {
            death = null;
            throw e;
        }
        if (death instanceof Error e) {
            death = null;
            throw e;
        }
    }

    /** Stops the body here until {@link #resume}. Called by the body only. */
    void park() {
        if (killed) {
            throw new Killed();
        }
        toScheduler.release();
        toActor.acquireUninterruptibly();
        if (killed) {
            throw new Killed();
        }
    }

    /** Unwinds the body from where it is parked. Called by the scheduler's side only. */
    void kill() {
        killed = true;
        resume();
    }

    boolean isKilled() {
        return killed;
    }
}
