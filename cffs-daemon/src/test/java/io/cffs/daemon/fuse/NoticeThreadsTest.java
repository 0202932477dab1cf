package io.cffs.daemon.fuse;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class NoticeThreadsTest {
    /** More than there are carriers, and than there may be threads. */
    private static final int STUCK = 200;

    @Test
    void noticesThatWaitInTheKernelKeepNoVirtualThreadFromItsTurn() throws Exception {
        CountDownLatch answered = new CountDownLatch(1);
        CompletableFuture<Boolean> virtual = new CompletableFuture<>();
        try {
            for (int i = 0; i < STUCK; i++) {
                NoticeThreads.SHARED.execute(() -> {
                    virtual.complete(Thread.currentThread().isVirtual());
                    awaitLikeTheKernel(answered);
                });
            }
            assertFalse(virtual.get(30, TimeUnit.SECONDS));
            CompletableFuture<Void> turn = new CompletableFuture<>();
            Thread.startVirtualThread(() -> turn.complete(null));
            turn.get(30, TimeUnit.SECONDS);
        } finally {
            answered.countDown();
        }
        CountDownLatch sent = new CountDownLatch(1);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!sent.await(1, TimeUnit.MILLISECONDS)) {
            assertTrue(System.nanoTime() - deadline < 0, "notices are sent again when the others have come back");
            NoticeThreads.SHARED.execute(sent::countDown);
        }
    }

    private static void awaitLikeTheKernel(CountDownLatch answered) {
        try {
            answered.await(60, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
