package io.cffs.backend.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.BackendSettings;
import io.cffs.backend.EmbeddedStore;
import io.cffs.backend.LocalBackend;
import io.cffs.backend.Seeded;
import io.cffs.backend.server.BackendServer;
import io.cffs.backend.server.ServerLimits;
import io.cffs.backend.wire.RealTicker;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.Mutation.FileBytes;
import io.cffs.txn.ReadKey;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendPort.BeginRequest;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several clients, each with its connection, on a store on disk. */
class StoreOverSocketsTest {
    private static final VolumeName VOLUME = VolumeName.DEFAULT;
    private static final int CLIENTS = 6;
    private static final int ROUNDS = 15;
    private static final Name NAME = Name.of("f");

    private final List<AutoCloseable> open = new ArrayList<>();
    private BackendServer server;
    private BackendClient first;
    private Ino file;

    @TempDir
    private Path directory;

    @BeforeEach
    void aStoreWithAFile() throws Exception {
        LocalBackend backend = EmbeddedStore.open(directory.resolve("store"), new RealTicker(),
                BackendSettings.DEFAULT, Thread.ofPlatform().daemon().factory(), Runnable::run);
        open.add(backend);
        server = BackendServer.start(
                backend, "unix:" + directory.resolve("s"), ServerLimits.DEFAULT, new RealTicker());
        open.add(server);
        first = client();
        file = new Ino(get(first.reserveInos(VOLUME, 1)).first());
        Inode inode = new Inode(file, FileType.REGULAR, 0644, 0, 0, 0, 0, 1, 1, 1, 1, 0, null, null);
        Begun begun = begin(first, new TxnId(9, 9), 1);
        assertInstanceOf(CommitOutcome.Committed.class, commit(first, new TxnId(9, 9), begun,
                List.of(new ReadKey.NameAbsent(Ino.ROOT, NAME)),
                List.of(new Mutation.CreateInode(inode),
                        new Mutation.PutDentry(Ino.ROOT, NAME, file, FileType.REGULAR))));
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private BackendClient client() {
        BackendClient client = BackendClient.of("unix:" + directory.resolve("s"), ClientLimits.DEFAULT,
                new RealTicker(), new Seeded(open.size()));
        open.add(client);
        return client;
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(60, TimeUnit.SECONDS);
    }

    private static Begun begin(BackendClient client, TxnId txn, int attempt) throws Exception {
        return get(client.begin(
                new BeginRequest(VOLUME, txn, attempt, null, CommitTs.ZERO, null, List.of(), false)));
    }

    private static CommitOutcome commit(BackendClient client, TxnId txn, Begun begun, List<ReadKey> reads,
            List<Mutation> writes) throws Exception {
        return get(client.commit(new CommitRequest(
                VOLUME, txn, 1, null, begun.snapshot(), begun.leaseId(), reads, writes)));
    }

    private String content(BackendClient client, Begun begun) throws Exception {
        List<Fetched> fetched = get(client.fetch(VOLUME, begun.snapshot(),
                List.of(new FetchItem(new ObjectKey.BlockKey(file, 0), null))));
        for (Fetched each : fetched) {
            if (each instanceof Fetched.Found found && found.object() instanceof StoredObject.BlockObject block) {
                return new String(block.raw().toArray(), StandardCharsets.US_ASCII);
            }
        }
        return "";
    }

    private static void inParallel(List<Callable<Void>> tasks) throws Exception {
        try (var pool = Executors.newFixedThreadPool(tasks.size())) {
            for (Future<Void> each : pool.invokeAll(tasks)) {
                each.get();
            }
        }
    }

    @Test
    void blindAppendsOfManyClientsAllArriveWithoutAConflict() throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int c = 0; c < CLIENTS; c++) {
            int number = c;
            BackendClient client = client();
            tasks.add(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    TxnId txn = new TxnId(number, round);
                    Begun begun = begin(client, txn, 1);
                    String line = (char) ('a' + number) + String.format("%03d\n", round);
                    CommitOutcome outcome = commit(client, txn, begun,
                            List.of(new ReadKey.NamePresent(Ino.ROOT, NAME), new ReadKey.Identity(file)),
                            List.of(new Mutation.Append(file, new FileBytes.Inline(Bytes.ofUtf8(line)))));
                    assertInstanceOf(CommitOutcome.Committed.class, outcome);
                }
                return null;
            });
        }
        inParallel(tasks);
        List<String> lines = content(first, begin(first, new TxnId(8, 8), 1)).lines().toList();
        assertEquals(CLIENTS * ROUNDS, lines.size());
        assertEquals(CLIENTS * ROUNDS, lines.stream().distinct().count());
        for (int c = 0; c < CLIENTS; c++) {
            char mine = (char) ('a' + c);
            List<String> inOrder = lines.stream().filter(line -> line.charAt(0) == mine).toList();
            assertEquals(inOrder.stream().sorted().toList(), inOrder, "one client's lines are in its order");
        }
    }

    @Test
    void oneCounterCountsEveryIncrement() throws Exception {
        List<Callable<Void>> tasks = new ArrayList<>();
        for (int c = 0; c < CLIENTS; c++) {
            int number = c;
            BackendClient client = client();
            tasks.add(() -> {
                for (int round = 0; round < ROUNDS; round++) {
                    increment(client, new TxnId(100 + number, round));
                }
                return null;
            });
        }
        inParallel(tasks);
        assertEquals(Integer.toString(CLIENTS * ROUNDS), content(first, begin(first, new TxnId(8, 8), 1)));
    }

    private void increment(BackendClient client, TxnId txn) throws Exception {
        for (int attempt = 1; attempt <= 1000; attempt++) {
            Begun begun = begin(client, txn, attempt);
            String seen = content(client, begun);
            int next = seen.isEmpty() ? 1 : Integer.parseInt(seen) + 1;
            CommitOutcome outcome = commit(client, txn, begun,
                    List.of(new ReadKey.LengthExactly(file), new ReadKey.Pages(file, 0, 0)),
                    List.of(new Mutation.SetLength(file, 0, -1), new Mutation.WriteBytes(
                            file, 0, new FileBytes.Inline(Bytes.ofUtf8(Integer.toString(next))))));
            if (outcome instanceof CommitOutcome.Committed) {
                return;
            }
            CommitOutcome.Conflicted conflicted = assertInstanceOf(CommitOutcome.Conflicted.class, outcome);
            assertTrue(conflicted.witness().otherAt().isAfter(begun.snapshot()));
        }
        throw new AssertionError("never committed");
    }

    @Test
    void stagedBlocksComeBackAsTheyWere() throws Exception {
        TxnId txn = new TxnId(7, 7);
        Begun begun = begin(first, txn, 1);
        byte[] bytes = new Seeded(5).bytes(3 * 128 * 1024 + 77);
        get(first.stage(VOLUME, new StagedId(txn, 0), Bytes.copyOf(bytes)));
        assertInstanceOf(CommitOutcome.Committed.class, commit(first, txn, begun,
                List.of(new ReadKey.NamePresent(Ino.ROOT, NAME)),
                List.of(new Mutation.WriteBytes(
                        file, 0, new FileBytes.Staged(new StagedId(txn, 0), 0, bytes.length)))));
        Begun after = begin(client(), new TxnId(8, 8), 1);
        List<FetchItem> items = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            items.add(new FetchItem(new ObjectKey.BlockKey(file, i), null));
        }
        byte[] back = new byte[bytes.length];
        for (Fetched each : get(first.fetch(VOLUME, after.snapshot(), items))) {
            Fetched.Found found = assertInstanceOf(Fetched.Found.class, each);
            Bytes raw = ((StoredObject.BlockObject) found.object()).raw();
            raw.copyTo(0, back, (int) ((ObjectKey.BlockKey) found.key()).index() * 128 * 1024, raw.length());
        }
        assertEquals(Bytes.owning(bytes), Bytes.owning(back));
    }
}
