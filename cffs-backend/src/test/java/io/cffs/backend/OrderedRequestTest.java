package io.cffs.backend;

import static io.cffs.backend.Requests.VOLUME;
import static io.cffs.backend.Requests.absent;
import static io.cffs.backend.Requests.commit;
import static io.cffs.backend.Requests.create;
import static io.cffs.backend.Requests.txn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.commit.CommitLog;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import java.lang.ref.WeakReference;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Of a large commit the request is a third of what it takes of the heap, so nothing holds it while it is logged. */
final class OrderedRequestTest extends VolumeBed {
    private final List<WeakReference<?>> request = new ArrayList<>();
    private boolean looked;

    /** Looks when the log is asked to append. */
    private CommitLog watched(CommitLog log) {
        return (CommitLog) Proxy.newProxyInstance(CommitLog.class.getClassLoader(), new Class<?>[] {CommitLog.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("append") && !request.isEmpty()) {
                        looked = true;
                        assertCollected();
                    }
                    try {
                        return method.invoke(log, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    private void assertCollected() {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (request.stream().anyMatch(part -> part.get() != null)) {
            assertTrue(System.nanoTime() < deadline, "somebody holds the request");
            System.gc();
        }
    }

    /** In a method of its own: nothing of the test holds the request afterwards. */
    private CompletableFuture<CommitOutcome> submit() {
        CommitRequest sent = commit(txn(1), begun(txn(1)), List.of(absent("f")), create(1000, "f", "content"));
        request.add(new WeakReference<>(sent));
        request.add(new WeakReference<>(sent.reads()));
        request.add(new WeakReference<>(sent.writes()));
        return backend.commit(sent);
    }

    @Test
    void nothingHoldsARequestWhileItIsLogged() {
        parts = new VolumeParts(
                parts.identity(), watched(parts.log()), parts.store(), parts.blocks(), parts.usableBytes());
        backend = backend();
        volume = backend.volume(VOLUME);
        CompletableFuture<CommitOutcome> outcome = submit();
        run();
        assertEquals(committed(1), outcome.join());
        assertTrue(looked);
    }
}
