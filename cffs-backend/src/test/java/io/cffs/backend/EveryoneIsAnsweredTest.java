package io.cffs.backend;

import static io.cffs.backend.Requests.VOLUME;
import static io.cffs.backend.Requests.absent;
import static io.cffs.backend.Requests.begin;
import static io.cffs.backend.Requests.commit;
import static io.cffs.backend.Requests.create;
import static io.cffs.backend.Requests.page;
import static io.cffs.backend.Requests.txn;
import static io.cffs.backend.Requests.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.store.VersionedStore;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.Begun;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Nobody waits for an answer that nobody is going to give. */
final class EveryoneIsAnsweredTest extends VolumeBed {
    private static final long FILE = 10;

    /** A file, and somebody who has the turn at it. */
    private void takeTheTurn() {
        assertEquals(committed(1), created(FILE, "f", "0"));
        assertTrue(backend.begin(begin(txn(1), 2, page(FILE))).isDone());
    }

    @Test
    void whoWaitsForATurnIsAnsweredWhenTheLeaseOfAnEarlierAttemptEnds() {
        takeTheTurn();
        Begun first = begun(txn(2));
        CompletableFuture<Begun> second = backend.begin(begin(txn(2), 2, page(FILE)));
        assertFalse(second.isDone());
        backend.end(VOLUME, first.leaseId()).join();
        assertTrue(second.isDone());
    }

    @Test
    void whoWaitsForATurnIsAnsweredWhenTheLeaseOfAnEarlierAttemptExpires() {
        takeTheTurn();
        begun(txn(2));
        ticker.advanceMillis(BackendSettings.DEFAULT.lease().toMillis() - 1000);
        volume.keep();
        assertTrue(backend.begin(begin(txn(3), 2, page(FILE))).isDone());
        CompletableFuture<Begun> second = backend.begin(begin(txn(2), 2, page(FILE)));
        ticker.advanceMillis(2000);
        volume.keep();
        assertTrue(second.isDone());
    }

    /** A client whose connection was lost asks again on the next one. */
    @Test
    void bothDeliveriesOfABeginThatWaitsForATurnAreAnswered() {
        takeTheTurn();
        CompletableFuture<Begun> lost = backend.begin(begin(txn(2), 2, page(FILE)));
        CompletableFuture<Begun> again = backend.begin(begin(txn(2), 2, page(FILE)));
        assertTrue(lost.isDone());
        assertFalse(again.isDone());
        ticker.advanceMillis(BackendSettings.DEFAULT.pipeline().holdNanos() / 1_000_000);
        volume.keep();
        assertTrue(again.isDone());
    }

    /** Fails in the middle of a group, as our own mistakes and a heap that is used up do. */
    private VersionedStore failingAt(String name, Error bug) {
        VersionedStore store = parts.store();
        ObjectKey fatal = new ObjectKey.DentryKey(Ino.ROOT, Name.of(name));
        return (VersionedStore) Proxy.newProxyInstance(VersionedStore.class.getClassLoader(),
                new Class<?>[] {VersionedStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("latest") && fatal.equals(arguments[0])) {
                        throw bug;
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void anErrorInTheMiddleOfAGroupLeavesNobodyWaiting() {
        OutOfMemoryError bug = new OutOfMemoryError("made up");
        parts = new VolumeParts(
                parts.identity(), parts.log(), failingAt("bad", bug), parts.blocks(), parts.usableBytes());
        backend = backend();
        volume = backend.volume(VOLUME);
        takeTheTurn();
        Begun begun = begun(txn(3));
        CompletableFuture<CommitOutcome> heldBack =
                backend.commit(commit(txn(3), begun, List.of(), List.of(write(FILE, 0, "1"))));
        volume.sequence();
        assertFalse(heldBack.isDone());
        List<CompletableFuture<CommitOutcome>> group = List.of(
                backend.commit(commit(txn(4), begun, List.of(absent("g")), create(20, "g", ""))),
                backend.commit(commit(txn(5), begun, List.of(absent("bad")), create(21, "bad", ""))),
                backend.commit(commit(txn(6), begun, List.of(absent("h")), create(22, "h", ""))));
        CompletableFuture<?> asked = backend.outcomeOf(VOLUME, txn(7));
        assertSame(bug, assertThrows(OutOfMemoryError.class, volume::sequence));
        for (CompletableFuture<CommitOutcome> waiting : group) {
            assertInstanceOf(CommitOutcome.Unknown.class, waiting.getNow(null));
        }
        assertInstanceOf(CommitOutcome.Unknown.class, heldBack.getNow(null));
        assertEquals(BackendException.Cause.STORE_FAILED, failure(asked).kind());
        assertInstanceOf(CommitOutcome.Unknown.class,
                backend.commit(commit(txn(8), begun, List.of(), List.of(write(FILE, 0, "1")))).getNow(null));
    }
}
