package io.cffs.daemon.session;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.VolumeName;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A renewal that fails, however it does, is not the last one. */
class LeaseKeeperTest {
    private static final int MORE = 3;

    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

    /** What a renewal may end with. */
    @FunctionalInterface
    private interface Renewal {
        CompletableFuture<Boolean> run();
    }

    @AfterEach
    void stop() {
        timer.shutdownNow();
    }

    @Test
    void whateverHappensToOneTheNextComes() throws InterruptedException {
        List<Renewal> failures = List.of(
                () -> CompletableFuture.completedFuture(false),
                () -> CompletableFuture.failedFuture(new BackendException(
                        BackendException.Cause.UNREACHABLE, "it is away", null)),
                () -> {
                    throw new BackendException(BackendException.Cause.CLOSED, "it is closed", null);
                },
                () -> {
                    throw new IllegalStateException("an error of ours");
                },
                () -> {
                    throw new AssertionError("an error of ours");
                });
        for (Renewal failure : failures) {
            AtomicInteger asked = new AtomicInteger();
            CountDownLatch others = new CountDownLatch(MORE);
            LeaseKeeper keeper = new LeaseKeeper(backend(() -> {
                if (asked.getAndIncrement() == 0) {
                    return failure.run();
                }
                others.countDown();
                return CompletableFuture.completedFuture(true);
            }), VolumeName.DEFAULT, timer);
            keeper.keep(1, 3);
            assertTrue(others.await(20, TimeUnit.SECONDS), "none came after failure " + failures.indexOf(failure));
            keeper.drop();
        }
    }

    private static BackendPort backend(Renewal renewal) {
        return (BackendPort) Proxy.newProxyInstance(BackendPort.class.getClassLoader(),
                new Class<?>[] {BackendPort.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("renew")) {
                        return renewal.run();
                    }
                    throw new AssertionError("not asked for: " + method.getName());
                });
    }
}
