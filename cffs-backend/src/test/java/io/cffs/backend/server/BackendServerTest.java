package io.cffs.backend.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.Seeded;
import io.cffs.backend.client.BackendClient;
import io.cffs.backend.client.ClientLimits;
import io.cffs.backend.wire.Frame;
import io.cffs.backend.wire.RealTicker;
import io.cffs.backend.wire.ScriptedBackend;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.model.VolumeName;
import io.cffs.txn.codec.Codecs;
import io.cffs.txn.codec.Request;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a server does with peers that are no good. */
@Timeout(120)
class BackendServerTest {
    private static final byte[] HELLO = {'C', 'F', 'F', 'S', 1, 1, 0, 0};
    private static final String WATCHDOG = "cffs-server-watchdog";

    private final ScriptedBackend backend = new ScriptedBackend();
    private final List<AutoCloseable> open = new ArrayList<>();
    /** Real time plus what the test adds. */
    private final AtomicLong skippedNanos = new AtomicLong();
    /** The thread that meets an error of ours when it looks at the clock next; "" for none. */
    private final AtomicReference<String> broken = new AtomicReference<>("");
    /** Of the watchdog at the clock. */
    private final AtomicLong looks = new AtomicLong();

    @TempDir
    private Path directory;

    private final Ticker ticker = new Ticker() {
        @Override
        public long wallNanos() {
            return monotonicNanos();
        }

        @Override
        public long monotonicNanos() {
            String thread = broken.get();
            if (!thread.isEmpty() && Thread.currentThread().getName().startsWith(thread)) {
                broken.set("");
                throw new OutOfMemoryError("no room for a thread");
            }
            if (Thread.currentThread().getName().startsWith(WATCHDOG)) {
                looks.incrementAndGet();
            }
            return System.nanoTime() + skippedNanos.get();
        }
    };

    @AfterEach
    void closeAll() throws Exception {
        for (AutoCloseable each : open.reversed()) {
            each.close();
        }
    }

    private BackendServer serve(ServerLimits limits) throws IOException {
        BackendServer server = BackendServer.start(backend, "unix:" + path(), limits, ticker);
        open.add(server);
        return server;
    }

    private Path path() {
        return directory.resolve("s");
    }

    private SocketChannel connect(byte[]... said) throws IOException {
        SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(path()));
        open.add(socket);
        try {
            for (byte[] bytes : said) {
                socket.write(ByteBuffer.wrap(bytes));
            }
        } catch (IOException e) {
            // Hung up on before it spoke; what the server said is still to be read.
        }
        return socket;
    }

    /** One with an answer to a request, so that its greeting can no longer be late. */
    private SocketChannel greeted() throws IOException {
        SocketChannel socket = connect(HELLO);
        socket.write(Frame.encode(1, Codecs.REQUEST, new Request.Ping(), false).asBuffer());
        ByteBuffer answers = ByteBuffer.allocate(4096);
        while (answers.position() <= HELLO.length) {
            assertTrue(socket.read(answers) >= 0, "hung up");
        }
        return socket;
    }

    /** Everything until the server hangs up. */
    private static String readAll(SocketChannel socket) throws IOException {
        ByteBuffer answer = ByteBuffer.allocate(4096);
        try {
            while (answer.hasRemaining() && socket.read(answer) >= 0) {
                // Until the end.
            }
        } catch (IOException e) {
            // Hung up with bytes of ours unread.
        }
        return new String(answer.array(), 0, answer.position(), StandardCharsets.UTF_8);
    }

    private BackendClient client() {
        BackendClient client =
                BackendClient.of("unix:" + path(), ClientLimits.DEFAULT, new RealTicker(), new Seeded(1));
        open.add(client);
        return client;
    }

    private void servesStill() throws Exception {
        assertTrue(client().renew(VolumeName.DEFAULT, 77).get(30, TimeUnit.SECONDS));
    }

    private static void await(String what, BooleanSupplier condition) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, what);
            Thread.onSpinWait();
        }
    }

    @Test
    void strangersAreToldWhatThisIs() throws Exception {
        serve(ServerLimits.DEFAULT);
        String http = readAll(connect("GET / HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII)));
        assertTrue(http.startsWith("HTTP/1.1 400 "), http);
        assertTrue(http.contains("This is a CFFS backend"), http);
        String garbage = readAll(connect(new byte[] {0x16, 3, 1, 2, 0}));
        assertTrue(garbage.startsWith("This is a CFFS backend"), garbage);
        servesStill();
    }

    @Test
    void newerAndOlderClientsAreToldSo() throws Exception {
        serve(ServerLimits.DEFAULT);
        String newer = readAll(connect(new byte[] {'C', 'F', 'F', 'S', 2, 9, 0, 0}));
        assertTrue(newer.startsWith("CFFS\0"), newer);
        assertTrue(newer.contains("version 1 of the CFFS protocol and the client versions 2 to 9"), newer);
        String older = readAll(connect(new byte[] {'C', 'F', 'F', 'S', 0, 0, 0, 0}));
        assertTrue(older.contains("version 0"), older);
    }

    @Test
    void oneThatCannotBeServedIsHungUpOnAndTheNextIsServed() throws Exception {
        serve(ServerLimits.DEFAULT);
        broken.set("cffs-accept");
        assertEquals("", readAll(connect(HELLO)));
        assertEquals("", broken.get());
        servesStill();
    }

    @Test
    void peersAreWatchedAfterAnErrorOfOurs() throws Exception {
        BackendServer server = serve(ServerLimits.DEFAULT);
        SocketChannel silent = connect();
        await("it is connected", () -> server.connectionCount() == 1);
        broken.set(WATCHDOG);
        await("the error has come", () -> broken.get().isEmpty());
        skippedNanos.addAndGet(ServerLimits.DEFAULT.greetingNanos() + 1);
        assertEquals("", readAll(silent));
    }

    @Test
    void oneConnectionTooManyIsToldSo() throws Exception {
        serve(new ServerLimits(1, 4, 1 << 20, 1 << 20, 1L << 40, 1L << 40, 1L << 40, 1L << 30));
        servesStill();
        String refusal = readAll(connect(HELLO));
        assertTrue(refusal.contains("has its 1 connections"), refusal);
    }

    @Test
    void peersThatStopInTheMiddleAreHungUpOn() throws Exception {
        BackendServer server = serve(ServerLimits.DEFAULT);
        SocketChannel silent = connect();
        SocketChannel half = connect(new byte[] {'C', 'F'});
        ByteBuffer frame = Frame.encode(2, Codecs.REQUEST, new Request.Status(VolumeName.DEFAULT), false)
                .asBuffer();
        SocketChannel inFrame = greeted();
        inFrame.write(frame.slice(0, frame.limit() - 1));
        SocketChannel idle = greeted();
        await("all four are connected", () -> server.connectionCount() == 4);
        skippedNanos.addAndGet(ServerLimits.DEFAULT.greetingNanos() + 1);
        readAll(silent);
        readAll(half);
        await("two are left", () -> server.connectionCount() == 2);
        // The frame may have been noticed only after the clock went on, so it goes on once more.
        await("the frame is given up", () -> {
            skippedNanos.addAndGet(ServerLimits.DEFAULT.frameNanos() / 1000);
            return server.connectionCount() == 1;
        });
        assertTrue(idle.isOpen());
        servesStill();
    }

    @Test
    void aPeerThatDoesNotReadHoldsUpOnlyItselfAndIsHungUpOn() throws Exception {
        BackendServer server = serve(ServerLimits.DEFAULT);
        SocketChannel deaf = connect(HELLO);
        List<FetchItem> items = new ArrayList<>();
        for (int i = 0; i < 2000; i++) {
            items.add(new FetchItem(
                    new ObjectKey.BlockKey(new Ino(2), i), null));
        }
        deaf.write(Frame.encode(1, Codecs.REQUEST,
                new Request.Fetch(VolumeName.DEFAULT, CommitTs.ZERO, items), false).asBuffer());
        await("the first part is on its way", () -> backend.fetchesHeard.get() > 0);
        servesStill();
        assertTrue(backend.fetchesHeard.get() < 5, "parts are made as they are read: " + backend.fetchesHeard);
        await("the deaf peer is hung up on", () -> {
            skippedNanos.addAndGet(ServerLimits.DEFAULT.writeNanos() / 1000);
            return server.connectionCount() <= 1;
        });
    }

    @Test
    void morePipelinedRequestsThanThereIsRoomForWaitInTheSocket() throws Exception {
        serve(new ServerLimits(10, 4, 1 << 20, 1 << 20, 1L << 40, 1L << 40, 1L << 40, 1L << 30));
        backend.gate = new CompletableFuture<>();
        BackendClient client = client();
        List<CompletableFuture<?>> calls = new ArrayList<>();
        for (int i = 0; i < 50; i++) {
            calls.add(client.status(VolumeName.DEFAULT));
        }
        servesStill();
        backend.gate.complete(null);
        for (CompletableFuture<?> call : calls) {
            call.get(30, TimeUnit.SECONDS);
        }
    }

    @Test
    void closingAnswersWhatIsUnderWayAndTheWatchdogRestsMeanwhile() throws Exception {
        BackendServer server = serve(ServerLimits.DEFAULT);
        backend.gate = new CompletableFuture<>();
        CompletableFuture<?> call = client().status(VolumeName.DEFAULT);
        await("the call has come", () -> server.connectionCount() == 1 && backend.gate.getNumberOfDependents() == 1);
        Thread closing = Thread.ofPlatform().start(server::close);
        await("nobody can connect any more", () -> !Files.exists(path()));
        long before = looks.get();
        long since = System.nanoTime();
        await("a while has passed", () -> System.nanoTime() - since > 300_000_000L);
        assertTrue(looks.get() - before < 100, "it looked " + (looks.get() - before) + " times");
        assertFalse(call.isDone());
        backend.gate.complete(null);
        call.get(30, TimeUnit.SECONDS);
        closing.join(30_000);
        assertEquals(0, server.idleNanos() < 0 ? 1 : 0);
    }

    @Test
    void aSocketFileThatAKillLeftIsReplacedAndALiveOneIsNot() throws Exception {
        try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            dead.bind(UnixDomainSocketAddress.of(path()));
        }
        assertTrue(Files.exists(path()));
        serve(ServerLimits.DEFAULT);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path())));
        servesStill();
        IOException refusal = assertThrows(IOException.class, () -> serve(ServerLimits.DEFAULT));
        assertTrue(refusal.getMessage().startsWith("Cannot listen on unix:"), refusal.getMessage());
        servesStill();
        Files.writeString(directory.resolve("file"), "precious");
        assertThrows(IOException.class, () -> BackendServer.start(
                backend, "unix:" + directory.resolve("file"), ServerLimits.DEFAULT, ticker));
        assertEquals("precious", Files.readString(directory.resolve("file")));
    }

    /** Random bytes, and good conversations with bytes changed, over many connections. */
    @Test
    void anyBytesOnTheSocketHarmNobodyElse() throws Exception {
        BackendServer server = serve(ServerLimits.DEFAULT);
        for (long seed : Seeded.seeds(400)) {
            Seeded seeded = new Seeded(seed);
            ByteBuffer talk = ByteBuffer.allocate(8192);
            talk.put(HELLO);
            for (int i = seeded.below(4); i > 0; i--) {
                Frame.encode(i, Codecs.REQUEST, new Request.Renew(VolumeName.DEFAULT, i), false).copyTo(talk);
            }
            talk.put(seeded.bytes(seeded.below(100)));
            byte[] bytes = Arrays.copyOf(talk.array(), talk.position());
            for (int i = seeded.below(4); i > 0; i--) {
                bytes[seeded.below(bytes.length)] = (byte) seeded.below(256);
            }
            try (SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(path()))) {
                socket.write(ByteBuffer.wrap(bytes));
                if (seeded.below(2) == 0) {
                    socket.shutdownOutput();
                    readAll(socket);
                }
            } catch (IOException e) {
                // The server hung up first.
            }
        }
        servesStill();
        await("all but the good one have gone", () -> server.connectionCount() == 1);
    }
}
