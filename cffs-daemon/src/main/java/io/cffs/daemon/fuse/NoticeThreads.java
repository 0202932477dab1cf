package io.cffs.daemon.fuse;

import java.util.concurrent.Executor;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Threads for notices that may wait in the kernel until a request is answered. Platform threads: a virtual one keeps
 * its carrier while it waits there, and once all carriers are gone, a virtual thread whose turn at the session's lock
 * has come never takes it, so that the request is not answered either.
 */
final class NoticeThreads {
    private static final int THREADS_MAX = 64;
    private static final long IDLE_SECONDS_MAX = 10;

    /**
     * Of all mounts of the process. Never waits: a notice for which there is no thread is not sent, and whoever wants
     * it sent goes on as after one that takes too long.
     */
    static final Executor SHARED = new ThreadPoolExecutor(0, THREADS_MAX, IDLE_SECONDS_MAX, TimeUnit.SECONDS,
            new SynchronousQueue<>(), Thread.ofPlatform().daemon().name("cffs-notices-", 0).factory(),
            new ThreadPoolExecutor.DiscardPolicy());

    private NoticeThreads() {}
}
