package io.cffs.backend.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.Seeded;
import io.cffs.backend.server.BackendServer;
import io.cffs.backend.server.ServerLimits;
import io.cffs.backend.wire.RealTicker;
import io.cffs.backend.wire.ScriptedBackend;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.ReadKey;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What becomes of calls, of commits above all, when connections end at bad moments. */
class LostConnectionTest {
    private static final VolumeName VOLUME = VolumeName.DEFAULT;
    private static final TxnId TXN = new TxnId(1, 2);

    private final ScriptedBackend backend = new ScriptedBackend();
    private final List<AutoCloseable> open = new ArrayList<>();
    private BackendServer server;
    private Relay relay;

    @TempDir
    private Path directory;

    /** Passes bytes between clients and the server, and hangs up when told. */
    private static final class Relay implements AutoCloseable {
        private final Path serverPath;
        private final ServerSocketChannel listening;
        private final List<SocketChannel> sockets = new ArrayList<>();
        final AtomicInteger accepted = new AtomicInteger();
        /** Answers are swallowed from now on. */
        final AtomicBoolean deaf = new AtomicBoolean();

        Relay(Path path, Path serverPath) throws IOException {
            this.serverPath = serverPath;
            this.listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
            listening.bind(UnixDomainSocketAddress.of(path));
            Thread.ofVirtual().start(this::acceptAll);
        }

        private void acceptAll() {
            try {
                while (true) {
                    SocketChannel client = listening.accept();
                    accepted.incrementAndGet();
                    relay(client);
                }
            } catch (IOException e) {
                // Closed.
            }
        }

        private void relay(SocketChannel client) throws IOException {
            SocketChannel server;
            try {
                server = SocketChannel.open(UnixDomainSocketAddress.of(serverPath));
            } catch (IOException e) {
                // The server is away just now; who comes later may find it again.
                client.close();
                return;
            }
            synchronized (sockets) {
                sockets.add(client);
                sockets.add(server);
            }
            Thread.ofVirtual().start(() -> pump(client, server, new AtomicBoolean()));
            Thread.ofVirtual().start(() -> pump(server, client, deaf));
        }

        private static void pump(SocketChannel from, SocketChannel to, AtomicBoolean swallow) {
            ByteBuffer buffer = ByteBuffer.allocate(4096);
            try (from; to) {
                while (from.read(buffer.clear()) >= 0) {
                    buffer.flip();
                    while (buffer.hasRemaining() && !swallow.get()) {
                        to.write(buffer);
                    }
                }
            } catch (IOException e) {
                // Hung up.
            }
        }

        void hangUp() throws IOException {
            synchronized (sockets) {
                for (SocketChannel socket : sockets) {
                    socket.close();
                }
                sockets.clear();
            }
        }

        @Override
        public void close() throws IOException {
            listening.close();
            hangUp();
        }
    }

    @BeforeEach
    void start() throws IOException {
        Path serverPath = directory.resolve("server");
        server = BackendServer.start(backend, "unix:" + serverPath, ServerLimits.DEFAULT, new RealTicker());
        open.add(server);
        relay = new Relay(directory.resolve("relay"), serverPath);
        open.add(relay);
    }

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private BackendClient client(ClientLimits limits) {
        BackendClient client = BackendClient.of(
                "unix:" + directory.resolve("relay"), limits, new RealTicker(), new Seeded(1));
        open.add(client);
        return client;
    }

    /** One whose connection stands: connecting is no part of what a busy machine makes its commits wait for. */
    private BackendClient connected(ClientLimits limits) throws Exception {
        BackendClient client = client(limits);
        assertTrue(get(client.renew(VOLUME, 77)));
        return client;
    }

    private static CommitRequest commit() {
        return new CommitRequest(VOLUME, TXN, 1, null, CommitTs.ZERO, 77, List.of(), List.of());
    }

    private static <T> T get(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    /** The connection ends when the commit has taken effect and before its answer leaves. */
    @Test
    void aCommitWhoseAnswerIsLostTakesEffectOnceAndIsReported() throws Exception {
        backend.onCommit = request -> {
            CommitOutcome outcome = backend.decide(request);
            if (backend.commitsHeard.get() == 1) {
                hangUp();
            }
            return CompletableFuture.completedFuture(outcome);
        };
        CommitOutcome outcome = get(client(TestLimits.QUICK).commit(commit()));
        assertEquals(new CommitOutcome.Committed(new CommitTs(1), true), outcome);
        assertEquals(1, backend.lastCommitted.get());
        assertEquals(2, backend.commitsHeard.get());
        assertEquals(2, relay.accepted.get());
    }

    private void hangUp() {
        try {
            relay.hangUp();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    /** The connection ends before the commit took effect: the next delivery is the one that counts. */
    @Test
    void aCommitThatDidNotArriveIsDeliveredAgain() throws Exception {
        backend.onCommit = request -> {
            if (backend.commitsHeard.get() == 1) {
                hangUp();
                return new CompletableFuture<>();
            }
            return CompletableFuture.completedFuture(backend.decide(request));
        };
        CommitOutcome outcome = get(client(TestLimits.QUICK).commit(commit()));
        assertEquals(new CommitOutcome.Committed(new CommitTs(1), false), outcome);
    }

    /** A refusal of a later delivery may be overtaken by an earlier one: the ledger has the last word. */
    @Test
    void aRefusalAfterALostDeliveryIsCheckedWithTheLedger() throws Exception {
        for (boolean firstTookEffect : new boolean[] {true, false}) {
            backend.ledger.clear();
            backend.commitsHeard.set(0);
            backend.onCommit = request -> {
                if (backend.commitsHeard.get() == 1) {
                    hangUp();
                    return new CompletableFuture<>();
                }
                if (firstTookEffect) {
                    backend.decide(request);
                }
                return CompletableFuture.completedFuture(
                        new CommitOutcome.Refused(RefusalCause.NO_SPACE, "The disk is full."));
            };
            CommitOutcome outcome = get(client(TestLimits.QUICK).commit(commit()));
            if (firstTookEffect) {
                assertInstanceOf(CommitOutcome.Committed.class, outcome);
            } else {
                assertInstanceOf(CommitOutcome.Refused.class, outcome);
            }
        }
    }

    @Test
    void noAnswerAtAllIsUnknownWithinABound() throws Exception {
        BackendClient client = connected(TestLimits.PATIENT_WITH_LARGE);
        backend.onCommit = request -> new CompletableFuture<>();
        assertInstanceOf(CommitOutcome.Unknown.class, get(client.commit(commit())));
        relay.close();
        CommitOutcome.Unknown unknown =
                assertInstanceOf(CommitOutcome.Unknown.class, get(client.commit(commit())));
        assertTrue(unknown.reason().contains("No CFFS backend can be reached"), unknown.reason());
    }

    private static CommitRequest largeCommit() {
        return new CommitRequest(VOLUME, TXN, 1, null, CommitTs.ZERO, 77,
                List.of(new ReadKey.NameAbsent(Ino.ROOT, Name.of("absent"))), List.of());
    }

    /** The limit grows with what there is to decide on; the backend answers pings meanwhile. */
    @Test
    void aLargeCommitIsWaitedForLonger() throws Exception {
        BackendClient client = connected(TestLimits.PATIENT_WITH_LARGE);
        CompletableFuture<CommitOutcome> decided = new CompletableFuture<>();
        backend.onCommit = request -> request.reads().isEmpty() ? new CompletableFuture<>() : decided;
        CompletableFuture<CommitOutcome> large = client.commit(largeCommit());
        assertInstanceOf(CommitOutcome.Unknown.class, get(client.commit(commit())), "given up after the same time");
        assertFalse(large.isDone());
        decided.complete(backend.decide(largeCommit()));
        assertInstanceOf(CommitOutcome.Committed.class, get(large));
    }

    /** Without a backend nobody works on it, however large it is. */
    @Test
    void aLargeCommitDoesNotWaitLongerForAConnection() throws Exception {
        BackendClient client = connected(TestLimits.PATIENT_WITH_LARGE);
        backend.onCommit = request -> new CompletableFuture<>();
        CompletableFuture<CommitOutcome> large = client.commit(largeCommit());
        await(() -> backend.commitsHeard.get() > 0);
        relay.close();
        assertInstanceOf(CommitOutcome.Unknown.class, get(large));
    }

    /** A peer that takes requests and never answers is given up and another connection is tried. */
    @Test
    void aSilentConnectionIsReplaced() throws Exception {
        BackendClient client = connected(TestLimits.SOON_SILENT);
        backend.onCommit = request -> {
            boolean first = backend.commitsHeard.get() == 1;
            relay.deaf.set(first);
            return CompletableFuture.completedFuture(backend.decide(request));
        };
        CompletableFuture<CommitOutcome> outcome = client.commit(commit());
        await(() -> relay.deaf.get());
        await(() -> server.connectionCount() == 0 || relay.accepted.get() > 1);
        relay.deaf.set(false);
        assertInstanceOf(CommitOutcome.Committed.class, get(outcome));
        assertTrue(relay.accepted.get() > 1);
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "nothing happens");
            Thread.onSpinWait();
        }
    }

    /** Reads and leases go on over the next connection, however often connections end. */
    @Test
    void callsOutliveTheirConnections() throws Exception {
        BackendClient client = client(TestLimits.QUICK);
        for (int i = 0; i < 50; i++) {
            CompletableFuture<Boolean> renewed = client.renew(VOLUME, 77);
            if (i % 5 == 0) {
                relay.hangUp();
            }
            assertTrue(get(renewed));
        }
        assertTrue(relay.accepted.get() > 5, "connections were made anew: " + relay.accepted.get());
    }

    /** A backend that restarts is found again, and takes over the socket file that a kill left behind. */
    @Test
    void aRestartedBackendIsFoundAgain() throws Exception {
        BackendClient client = connected(TestLimits.QUICK);
        server.close();
        CompletableFuture<Boolean> meanwhile = client.renew(VOLUME, 77);
        open.add(BackendServer.start(backend, "unix:" + directory.resolve("server"), ServerLimits.DEFAULT,
                new RealTicker()));
        assertTrue(get(meanwhile));
    }
}
