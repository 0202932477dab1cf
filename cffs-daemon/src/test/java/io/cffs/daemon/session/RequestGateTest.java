package io.cffs.daemon.session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.cffs.daemon.cache.RealTicker;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class RequestGateTest {
    private final RequestGate gate = new RequestGate(SessionLimits.forMount(), new RealTicker());
    private final List<String> happened = new CopyOnWriteArrayList<>();

    private void become(SessionState state) {
        gate.lock().lock();
        try {
            gate.become(state);
        } finally {
            gate.lock().unlock();
        }
    }

    /** A request that gives the lock up in its midst, as one that fetches does, until it may go on. */
    private CompletableFuture<Void> request(CompletableFuture<?> mayEnd) {
        return CompletableFuture.runAsync(() -> {
            gate.lock().lock();
            try {
                int waitedFor = gate.enter(Patience.ENDLESS);
                gate.lock().unlock();
                mayEnd.join();
                gate.lock().lock();
                happened.add("request");
                gate.leave(waitedFor);
            } catch (Exception e) {
                throw new AssertionError(e);
            } finally {
                gate.lock().unlock();
            }
        }, task -> Thread.ofPlatform().daemon().start(task));
    }

    private static void until(BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void whatWaitedForTheAttemptIsOverBeforeTheKernelIsTold() throws Exception {
        CompletableFuture<Void> mayEnd = new CompletableFuture<>();
        CompletableFuture<Void> late = request(mayEnd);
        until(() -> gate.waiting() == 1);
        become(SessionState.OPEN);
        CompletableFuture<Void> told = CompletableFuture.runAsync(() -> {
            gate.awaitLate();
            happened.add("told");
        });
        mayEnd.complete(null);
        CompletableFuture.allOf(late, told).get(30, TimeUnit.SECONDS);
        assertEquals(List.of("request", "told"), happened);
    }

    @Test
    void neitherLaterRequestsNorStuckOnesAreWaitedForLong() throws Exception {
        become(SessionState.OPEN);
        CompletableFuture<Void> never = new CompletableFuture<>();
        CompletableFuture<Void> under = request(never);
        gate.awaitLate();
        assertEquals(List.of(), happened);
        never.complete(null);
        under.get(30, TimeUnit.SECONDS);
        become(SessionState.IDLE);

        CompletableFuture<Void> stuck = new CompletableFuture<>();
        CompletableFuture<Void> late = request(stuck);
        until(() -> gate.waiting() == 1);
        become(SessionState.OPEN);
        gate.awaitLate();
        assertEquals(List.of("request"), happened);
        stuck.complete(null);
        late.get(30, TimeUnit.SECONDS);
    }
}
