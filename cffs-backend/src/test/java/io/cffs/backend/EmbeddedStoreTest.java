package io.cffs.backend;

import static io.cffs.backend.Requests.VOLUME;
import static io.cffs.backend.Requests.begin;
import static io.cffs.backend.Requests.create;
import static io.cffs.backend.Requests.page;
import static io.cffs.backend.Requests.txn;
import static io.cffs.backend.Requests.write;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.store.StoreDirectory;
import io.cffs.backend.wire.RealTicker;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A store on a disk with its real threads. */
final class EmbeddedStoreTest {
    private static final Ticker CLOCK = new RealTicker();

    @TempDir
    Path temp;

    private final ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor();
    private final List<LocalBackend> opened = new ArrayList<>();

    private LocalBackend open() {
        LocalBackend backend = EmbeddedStore.open(temp, CLOCK, BackendSettings.DEFAULT,
                Thread.ofPlatform().daemon().factory(), readers);
        opened.add(backend);
        return backend;
    }

    @AfterEach
    void close() {
        opened.forEach(LocalBackend::close);
        readers.close();
    }

    private static <T> T done(CompletableFuture<T> future) {
        return future.orTimeout(30, TimeUnit.SECONDS).join();
    }

    private static CommitOutcome increment(LocalBackend backend, TxnId txn, long ino) {
        List<ReadKey> witnesses = new ArrayList<>();
        for (int attempt = 1;; attempt++) {
            Begun begun = done(backend.begin(begin(txn, attempt, witnesses.toArray(ReadKey[]::new))));
            String next = String.valueOf(Integer.parseInt(content(backend, begun.snapshot(), ino)) + 1);
            CommitOutcome outcome = done(backend.commit(Requests.commit(
                    txn, begun, List.of(page(ino)), List.of(write(ino, 0, next)))));
            if (outcome instanceof CommitOutcome.Conflicted conflicted) {
                done(backend.end(VOLUME, begun.leaseId()));
                witnesses.add(conflicted.witness().key());
            } else {
                return outcome;
            }
        }
    }

    private static String content(LocalBackend backend, CommitTs at, long ino) {
        Fetched fetched = done(backend.fetch(
                VOLUME, at, List.of(new FetchItem(new ObjectKey.BlockKey(new Ino(ino), 0), null)))).getFirst();
        return ((StoredObject.BlockObject) ((Fetched.Found) fetched).object()).raw().toUtf8();
    }

    @Test
    void manyThreadsIncrementOneCounterExactly() {
        LocalBackend backend = open();
        Begun begun = done(backend.begin(begin(txn(1))));
        done(backend.commit(Requests.commit(txn(1), begun, List.of(), create(10, "counter", "100"))));
        List<CompletableFuture<Void>> functions = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            int function = i;
            functions.add(CompletableFuture.runAsync(() -> {
                for (int round = 0; round < 25; round++) {
                    CommitOutcome outcome = increment(backend, txn(1000 + function * 100 + round), 10);
                    assertInstanceOf(CommitOutcome.Committed.class, outcome);
                }
            }, readers));
        }
        functions.forEach(EmbeddedStoreTest::done);
        assertEquals("300", content(backend, done(backend.begin(begin(txn(2)))).snapshot(), 10));
        backend.close();
        LocalBackend again = open();
        CommitTs newest = done(again.begin(begin(txn(3)))).snapshot();
        assertEquals(new CommitTs(201), newest);
        assertEquals("300", content(again, newest, 10));
    }

    @Test
    void callsThatRaceWithClosingEndInAnAnswer() {
        LocalBackend backend = open();
        Begun begun = done(backend.begin(begin(txn(1))));
        done(backend.commit(Requests.commit(txn(1), begun, List.of(), create(10, "f", "1"))));
        List<CompletableFuture<Boolean>> callers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            int caller = i;
            callers.add(CompletableFuture.supplyAsync(() -> {
                try {
                    for (int round = 0;; round++) {
                        content(backend, new CommitTs(1), 10);
                        CommitOutcome outcome = increment(backend, txn(1_000_000L * (caller + 1) + round), 10);
                        if (!(outcome instanceof CommitOutcome.Committed)) {
                            return true;
                        }
                    }
                } catch (java.util.concurrent.CompletionException closed) {
                    assertInstanceOf(BackendException.class, closed.getCause());
                    return true;
                }
            }, readers));
        }
        increment(backend, txn(2), 10);
        backend.close();
        callers.forEach(caller -> assertTrue(done(caller)));
    }

    @Test
    void aStoreInUseANewerOneAndSomethingElseAreRefusedWithASentence() throws IOException {
        LocalBackend backend = open();
        assertEquals(BackendException.Cause.REFUSED, assertThrows(BackendException.class, this::open).kind());
        backend.close();
        for (int format : new int[] {StoreDirectory.FORMAT - 1, StoreDirectory.FORMAT + 1}) {
            Files.writeString(temp.resolve("FORMAT"), "cffs-store " + format + "\n");
            String other = assertThrows(BackendException.class, this::open).getMessage();
            assertTrue(other.contains("format " + format) && other.contains(temp.toString()), other);
        }
        Files.writeString(temp.resolve("FORMAT"), "?");
        assertTrue(assertThrows(BackendException.class, this::open).getMessage().contains("damaged FORMAT"));
        Files.delete(temp.resolve("FORMAT"));
        assertTrue(assertThrows(BackendException.class, this::open).getMessage().contains("lost its FORMAT"));
        Files.delete(temp.resolve("volumes"));
        Files.delete(temp.resolve("LOCK"));
        Files.writeString(temp.resolve("thesis.tex"), "do not overwrite");
        assertTrue(assertThrows(BackendException.class, this::open).getMessage().contains("something else"));
        Files.delete(temp.resolve("thesis.tex"));
        open();
    }

    @Test
    void volumesAreApart() {
        LocalBackend backend = open();
        Begun begun = done(backend.begin(begin(txn(1))));
        done(backend.commit(Requests.commit(txn(1), begun, List.of(), create(10, "a", "1"))));
        VolumeName other = new VolumeName("other");
        assertEquals(CommitTs.ZERO, done(backend.status(other)).lastCommitted());
        assertEquals(2, done(backend.status(VOLUME)).inodes());
        assertEquals(1, done(backend.status(other)).inodes());
    }
}
