package io.cffs.backend.commit;

/**
 * A thread that may carry out a step of a pipeline for the request that it brings, instead of waking the thread that
 * does it otherwise: two switches between threads less for a commit. Nobody interrupts such a thread: that would close
 * the file of the log under it.
 */
public final class StepThread extends Thread {
    public StepThread(String name, Runnable task) {
        super(task, name);
    }
}
