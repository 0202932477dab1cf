package io.cffs.fuse.dev;

/** Takes requests one by one and serves them. */
abstract class ServingThread extends Thread {
    private volatile boolean stopping;
    private boolean serving;

    ServingThread(String name) {
        super(name);
        setDaemon(true);
    }

    /** Whether the current thread is in the middle of a request of any session. */
    static boolean isServing() {
        return Thread.currentThread() instanceof ServingThread thread && thread.serving;
    }

    final void serving(boolean now) {
        serving = now;
    }

    final boolean isStopping() {
        return stopping;
    }

    /** Ends this thread between two requests. To be repeated until it has ended. */
    final void stopReading() {
        stopping = true;
        wake();
    }

    /** Those that take requests from the same place as this one. */
    abstract Crew crew();

    /** Makes it return from where it waits for a request. */
    abstract void wake();

    /** The connection is gone: nobody wants the answer that this thread may wait for. */
    void connectionEnded() {}
}
