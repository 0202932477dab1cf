package io.cffs.backend.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.FakeTicker;
import io.cffs.backend.Seeded;
import io.cffs.backend.server.BackendServer;
import io.cffs.backend.server.ServerLimits;
import io.cffs.backend.wire.RealTicker;
import io.cffs.backend.wire.ScriptedBackend;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.BeginRequest;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Client and server over real sockets: every call, its failures, and many at once. */
class BackendClientTest {
    private static final VolumeName VOLUME = VolumeName.DEFAULT;

    private final ScriptedBackend backend = new ScriptedBackend();
    private final List<AutoCloseable> open = new ArrayList<>();

    @TempDir
    private Path directory;

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private BackendServer serve(String addresses) throws IOException {
        BackendServer server =
                BackendServer.start(backend, addresses, ServerLimits.DEFAULT, new RealTicker());
        open.add(server);
        return server;
    }

    private BackendClient client(String addresses) {
        BackendClient client = BackendClient.of(addresses, TestLimits.QUICK, new RealTicker(), new Seeded(1));
        open.add(client);
        return client;
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    private static BackendException failure(CompletableFuture<?> future) {
        ExecutionException wrapped =
                assertThrows(ExecutionException.class, () -> future.get(30, TimeUnit.SECONDS));
        return assertInstanceOf(BackendException.class, wrapped.getCause());
    }

    @Test
    void everyCallOverBothKindsOfSocket() throws Exception {
        BackendServer server = serve("127.0.0.1:0,unix:" + directory.resolve("s"));
        for (String address : server.addresses()) {
            everyCall(client(address));
        }
        assertEquals(2, server.connectionCount());
    }

    private void everyCall(BackendClient client) throws Exception {
        TxnId txn = new TxnId(backend.ledger.size(), 2);
        assertEquals(77, get(client.begin(new BeginRequest(
                VOLUME, txn, 1, null, CommitTs.ZERO, null, List.of(), false))).leaseId());
        ObjectKey.BlockKey block = new ObjectKey.BlockKey(new Ino(3), 5);
        ObjectKey.InodeKey inode = new ObjectKey.InodeKey(new Ino(3));
        List<Fetched> fetched = get(client.fetch(VOLUME, new CommitTs(4),
                List.of(new FetchItem(block, null), new FetchItem(inode, CommitTs.ZERO))));
        assertEquals(5, ((StoredObject.BlockObject) ((Fetched.Found) fetched.getFirst()).object()).raw().at(9));
        assertEquals(new Fetched.Absent(inode), fetched.getLast());
        assertEquals("only", get(client.list(VOLUME, CommitTs.ZERO, Ino.ROOT, null, 1_000_000))
                .entries().getFirst().name().toString());
        assertTrue(get(client.list(VOLUME, CommitTs.ZERO, Ino.ROOT, Name.of("only"), 5)).entries().isEmpty());
        assertEquals(2, get(client.xattrNames(VOLUME, CommitTs.ZERO, Ino.ROOT)).size());
        Bytes large = Bytes.owning(new Seeded(3).bytes(StagedId.BYTES_MAX));
        assertNull(get(client.stage(VOLUME, new StagedId(txn, 1), large)));
        assertEquals(large, backend.staged.get(new StagedId(txn, 1)));
        CommitRequest commit = commit(txn);
        assertInstanceOf(CommitOutcome.Committed.class, get(client.commit(commit)));
        assertTrue(((CommitOutcome.Committed) get(client.commit(commit))).byEarlierDelivery());
        assertEquals(backend.ledger.get(txn), get(client.outcomeOf(VOLUME, txn)).outcome());
        assertNull(get(client.outcomeOf(VOLUME, new TxnId(-1, -1))).outcome());
        assertEquals(1000, get(client.reserveInos(VOLUME, 64)).first());
        assertNull(get(client.end(VOLUME, 77)));
        assertTrue(get(client.renew(VOLUME, 77)));
        assertFalse(get(client.renew(VOLUME, 78)));
        assertEquals(VOLUME, get(client.status(VOLUME)).volume());
    }

    private static CommitRequest commit(TxnId txn) {
        return new CommitRequest(VOLUME, txn, 1, "call-1", CommitTs.ZERO, 77, List.of(), List.of());
    }

    @Test
    void failuresKeepTheirKindAndSentence() throws Exception {
        BackendClient client = client(serve("unix:" + directory.resolve("s")).addresses().getFirst());
        BackendException expired = failure(client.fetch(VOLUME, CommitTs.ZERO,
                List.of(new FetchItem(new ObjectKey.InodeKey(new Ino(404)), null))));
        assertEquals(BackendException.Cause.SNAPSHOT_EXPIRED, expired.kind());
        assertEquals("Too old.", expired.getMessage());
        BackendException accident = failure(client.fetch(VOLUME, CommitTs.ZERO,
                List.of(new FetchItem(new ObjectKey.InodeKey(new Ino(500)), null))));
        assertEquals(BackendException.Cause.STORE_FAILED, accident.kind());
        backend.onCommit = request -> {
            throw new IllegalStateException("an accident");
        };
        assertInstanceOf(CommitOutcome.Unknown.class, get(client.commit(commit(new TxnId(1, 1)))));
        assertTrue(get(client.renew(VOLUME, 77)), "the connection lives on");
    }

    @Test
    void aFetchOfMoreThanAFrameComesInParts() throws Exception {
        BackendClient client = client(serve("unix:" + directory.resolve("s")).addresses().getFirst());
        List<FetchItem> items = new ArrayList<>();
        for (int i = 0; i < 700; i++) {
            items.add(new FetchItem(new ObjectKey.BlockKey(new Ino(3), i), null));
        }
        List<Fetched> fetched = get(client.fetch(VOLUME, CommitTs.ZERO, items));
        assertEquals(700, fetched.size());
        for (int i = 0; i < 700; i++) {
            assertEquals(items.get(i).key(), fetched.get(i).key());
        }
        assertEquals(22, backend.fetchesHeard.get(), "32 blocks at a time");
        assertEquals(List.of(), get(client.fetch(VOLUME, CommitTs.ZERO, List.of())));
    }

    @Test
    void aSlowCallHoldsUpNoOther() throws Exception {
        BackendClient client = client(serve("unix:" + directory.resolve("s")).addresses().getFirst());
        backend.gate = new CompletableFuture<>();
        CompletableFuture<?> slow = client.status(VOLUME);
        for (int i = 0; i < 100; i++) {
            assertTrue(get(client.renew(VOLUME, 77)));
        }
        assertFalse(slow.isDone());
        backend.gate.complete(null);
        get(slow);
    }

    @Test
    void manyCallersShareOneConnection() throws Exception {
        BackendServer server = serve("unix:" + directory.resolve("s"));
        BackendClient client = client(server.addresses().getFirst());
        List<Thread> callers = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        for (int t = 0; t < 8; t++) {
            long high = t;
            callers.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; i < 300; i++) {
                        get(client.commit(commit(new TxnId(high, i))));
                    }
                } catch (Exception e) {
                    synchronized (failures) {
                        failures.add(e);
                    }
                }
            }));
        }
        for (Thread caller : callers) {
            caller.join(60_000);
        }
        assertEquals(List.of(), failures);
        assertEquals(2400, backend.lastCommitted.get());
        assertEquals(1, server.connectionCount());
    }

    @Test
    void nobodyThereIsSaidInASentence() throws InterruptedException {
        FakeTicker ticker = new FakeTicker();
        CountDownLatch tried = new CountDownLatch(1);
        // The length of a pause is drawn when the reason for it is known.
        BackendClient client = BackendClient.of("unix:" + directory.resolve("nobody") + ",127.0.0.1:1",
                TestLimits.QUICK, ticker, () -> {
                    tried.countDown();
                    return 0;
                });
        open.add(client);
        CompletableFuture<?> status = client.status(VOLUME);
        assertTrue(tried.await(30, TimeUnit.SECONDS));
        ticker.advanceMillis(TestLimits.QUICK.connectNanos() / 1_000_000);
        BackendException failure = failure(status);
        assertEquals(BackendException.Cause.UNREACHABLE, failure.kind());
        assertTrue(failure.getMessage().contains("nobody"), failure.getMessage());
        assertTrue(failure.getMessage().contains("127.0.0.1:1"), failure.getMessage());
    }

    @Test
    void theSecondAddressServesWhenTheFirstDoesNot() throws Exception {
        String good = serve("unix:" + directory.resolve("s")).addresses().getFirst();
        BackendClient client = client("unix:" + directory.resolve("nobody") + "," + good);
        assertTrue(get(client.renew(VOLUME, 77)));
    }

    @Test
    void aClosedClientFailsItsCalls() throws Exception {
        BackendClient client = client(serve("unix:" + directory.resolve("s")).addresses().getFirst());
        backend.gate = new CompletableFuture<>();
        backend.onCommit = request -> new CompletableFuture<>();
        CompletableFuture<?> status = client.status(VOLUME);
        CompletableFuture<CommitOutcome> commit = client.commit(commit(new TxnId(1, 1)));
        client.close();
        assertEquals(BackendException.Cause.CLOSED, failure(status).kind());
        assertInstanceOf(CommitOutcome.Unknown.class, get(commit));
        assertEquals(BackendException.Cause.CLOSED, failure(client.status(VOLUME)).kind());
    }
}
