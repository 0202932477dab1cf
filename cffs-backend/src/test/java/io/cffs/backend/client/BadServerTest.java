package io.cffs.backend.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.FakeTicker;
import io.cffs.backend.Seeded;
import io.cffs.backend.wire.Frame;
import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.codec.Codecs;
import io.cffs.txn.codec.Response;
import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a client makes of a peer that is no backend, or a broken one, on a clock that stands unless it is moved. */
class BadServerTest {
    private static final byte[] HELLO = {'C', 'F', 'F', 'S', 1, 0, 0, 0};
    private static final VolumeName VOLUME = VolumeName.DEFAULT;

    /** More than any limit of the client. */
    private static final long LONG_MILLIS = 60_000;
    private static final long PAUSE_MILLIS_MAX = TestLimits.QUICK.backoffNanosMax() / 1_000_000;

    private final FakeTicker ticker = new FakeTicker();
    private final AtomicInteger connections = new AtomicInteger();
    /** How many tries have failed: the length of a pause is drawn when the reason is known. */
    private final AtomicInteger failedTries = new AtomicInteger();
    /** Of all peers, their greetings included. */
    private final AtomicLong bytesHeard = new AtomicLong();
    private ServerSocketChannel listening;
    private BackendClient client;

    @TempDir
    private Path directory;

    /** Says the same to everybody, then reads until the peer leaves. */
    private BackendClient clientOf(IntFunction<byte[]> says) throws IOException {
        Path path = directory.resolve("s");
        listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        listening.bind(UnixDomainSocketAddress.of(path));
        Thread.ofVirtual().start(() -> {
            try {
                while (true) {
                    SocketChannel peer = listening.accept();
                    byte[] said = says.apply(connections.incrementAndGet());
                    Thread.ofVirtual().start(() -> talk(peer, said));
                }
            } catch (IOException e) {
                // Closed.
            }
        });
        client = BackendClient.of("unix:" + path, TestLimits.QUICK, ticker, failedTries::incrementAndGet);
        return client;
    }

    private void talk(SocketChannel peer, byte[] said) {
        try (peer) {
            peer.write(ByteBuffer.wrap(said));
            ByteBuffer heard = ByteBuffer.allocate(4096);
            for (int count = 0; count >= 0; count = peer.read(heard.clear())) {
                bytesHeard.addAndGet(count);
            }
        } catch (IOException e) {
            // Hung up.
        }
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        listening.close();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + 20_000_000_000L;
        while (!condition.getAsBoolean()) {
            assertTrue(System.nanoTime() < deadline, "nothing happens");
            Thread.onSpinWait();
        }
    }

    private BackendException failureAfterTries(int tries, CompletableFuture<?> future) {
        await(() -> failedTries.get() >= tries);
        ticker.advanceMillis(LONG_MILLIS);
        return failure(future);
    }

    private static BackendException failure(CompletableFuture<?> future) {
        ExecutionException wrapped =
                assertThrows(ExecutionException.class, () -> future.get(30, TimeUnit.SECONDS));
        return assertInstanceOf(BackendException.class, wrapped.getCause());
    }

    private static byte[] joined(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length).put(first).put(second).array();
    }

    @Test
    void whatIsNoBackendIsCalledThat() throws IOException {
        BackendException failure = failureAfterTries(1, clientOf(
                n -> "HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII)).status(VOLUME));
        assertEquals(BackendException.Cause.UNREACHABLE, failure.kind());
        assertTrue(failure.getMessage().contains("not a CFFS backend"), failure.getMessage());
    }

    @Test
    void aRefusalIsPassedOn() throws IOException {
        byte[] sentence = "use a newer client".getBytes(StandardCharsets.UTF_8);
        byte[] head = {'C', 'F', 'F', 'S', 0, 0, 0, (byte) sentence.length};
        BackendException failure = failureAfterTries(1, clientOf(n -> joined(head, sentence)).status(VOLUME));
        assertTrue(failure.getMessage().contains("use a newer client"), failure.getMessage());
    }

    @Test
    void aBackendThatNeverGreetsIsGivenUp() throws IOException {
        CompletableFuture<?> status = clientOf(n -> new byte[0]).status(VOLUME);
        await(() -> bytesHeard.get() > 0);
        ticker.advanceMillis(LONG_MILLIS);
        BackendException failure = failure(status);
        assertEquals(BackendException.Cause.UNREACHABLE, failure.kind());
    }

    /** Neither a hang nor another exception, and a commit is Unknown. */
    @Test
    void garbageAfterTheGreetingEndsInAnAnswer() throws Exception {
        Seeded seeded = new Seeded(3);
        byte[] broken = new byte[200];
        System.arraycopy(Frame.encode(1, Codecs.RESPONSE, new Response.Done(), false).toArray(), 0, broken, 0, 26);
        broken[20] ^= 1;
        BackendClient garbled = clientOf(n -> joined(HELLO, n % 2 == 0 ? broken : seeded.bytes(100)));
        CompletableFuture<?> status = garbled.status(VOLUME);
        for (int tries = 1; tries <= 20; tries++) {
            int failed = tries;
            await(() -> failedTries.get() >= failed);
            assertEquals(tries, connections.get(), "it is tried again, and not before a pause");
            ticker.advanceMillis(PAUSE_MILLIS_MAX);
        }
        failureAfterTries(21, status);
        CommitRequest commit = new CommitRequest(
                VOLUME, new TxnId(1, 1), 1, null, CommitTs.ZERO, 1, List.of(), List.of());
        CompletableFuture<CommitOutcome> outcome = garbled.commit(commit);
        await(() -> failedTries.get() >= 22);
        ticker.advanceMillis(LONG_MILLIS);
        assertInstanceOf(CommitOutcome.Unknown.class, outcome.get(30, TimeUnit.SECONDS));
    }

    @Test
    void anAnswerToSomethingElseIsAProtocolFailure() throws IOException {
        byte[] done = Frame.encode(1, Codecs.RESPONSE, new Response.Done(), false).toArray();
        // The first request on a connection has id 1; it may be answered before it was asked, and is ignored then.
        BackendClient early = clientOf(n -> joined(HELLO, done));
        CompletableFuture<?> status = early.status(VOLUME);
        await(() -> bytesHeard.get() > HELLO.length);
        ticker.advanceMillis(LONG_MILLIS);
        BackendException failure = failure(status);
        assertTrue(failure.kind() == BackendException.Cause.PROTOCOL
                || failure.kind() == BackendException.Cause.TIMED_OUT, failure.kind().toString());
    }
}
