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
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.store.VersionedStore;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendPort.Begun;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The reads of a large commit are let go once they are right. From then on it must not be held back: others commit. */
final class ForgottenReadsTest extends VolumeBed {
    private static final int FILE = 1000;

    private Begun turn;

    /** Somebody gets a turn at the file while a commit that makes "g" is folded. */
    private VersionedStore watched(VersionedStore store) {
        ObjectKey made = new ObjectKey.DentryKey(Ino.ROOT, Name.of("g"));
        return (VersionedStore) Proxy.newProxyInstance(VersionedStore.class.getClassLoader(),
                new Class<?>[] {VersionedStore.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("latest") && made.equals(arguments[0]) && turn == null) {
                        turn = backend.begin(begin(txn(3), 2, page(FILE))).join();
                    }
                    try {
                        return method.invoke(store, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    @Test
    void aTurnThatIsGivenMeanwhileComesAfterTheCommit() {
        parts = new VolumeParts(
                parts.identity(), parts.log(), watched(parts.store()), parts.blocks(), parts.usableBytes());
        backend = backend();
        volume = backend.volume(VOLUME);
        assertEquals(committed(1), done(commit(txn(1), begun(txn(1)), List.of(absent("f")), create(FILE, "f", "a"))));
        List<ReadKey> reads = new ArrayList<>(List.of(page(FILE)));
        for (int i = 0; i < 1500; i++) {
            reads.add(absent("no" + i));
        }
        List<Mutation> writes = new ArrayList<>(create(2000, "g", "x"));
        writes.add(write(FILE, 0, "b"));
        CompletableFuture<CommitOutcome> large = backend.commit(commit(txn(2), begun(txn(2)), reads, writes));
        volume.sequence();
        assertTrue(turn != null && large.isDone());
        assertEquals(committed(2), large.join());
        assertInstanceOf(CommitOutcome.Conflicted.class,
                done(commit(txn(3), turn, List.of(page(FILE)), List.of(write(FILE, 0, "c")))));
    }
}
