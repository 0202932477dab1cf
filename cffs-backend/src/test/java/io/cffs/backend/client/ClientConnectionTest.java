package io.cffs.backend.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.cffs.backend.FakeTicker;
import io.cffs.backend.wire.Duplex;
import io.cffs.backend.wire.Frame;
import io.cffs.txn.codec.Codecs;
import io.cffs.txn.codec.Request;
import io.cffs.txn.codec.Response;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One connection, on a clock that stands still unless it is moved. */
class ClientConnectionTest {
    private static final long SILENCE_MILLIS = 300;
    private static final ByteBuffer END = ByteBuffer.allocate(0);

    private final FakeTicker ticker = new FakeTicker();
    private final BlockingQueue<ByteBuffer> words = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> ends = new LinkedBlockingQueue<>();
    private final BlockingQueue<ClientConnection> heard = new LinkedBlockingQueue<>();
    private final ClientConnection connection = new ClientConnection(new Peer(), "peer", new Told(), ticker);
    /** The first request has number 1, each ping the next one. */
    private long lastRequestId = 1;
    private volatile boolean broken;

    /** Says what the test gives it, and takes everything. */
    private final class Peer implements Duplex {
        private ByteBuffer saying = ByteBuffer.allocate(0);

        @Override
        public int read(ByteBuffer target) throws IOException {
            try {
                if (!saying.hasRemaining()) {
                    saying = words.take();
                }
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
            int count = Math.min(target.remaining(), saying.remaining());
            target.put(saying.slice().limit(count));
            saying.position(saying.position() + count);
            return count == 0 ? -1 : count;
        }

        @Override
        public void write(ByteBuffer source) {
            source.position(source.limit());
        }

        @Override
        public String peer() {
            return "peer";
        }

        @Override
        public boolean betweenHosts() {
            return false;
        }

        @Override
        public void close() {
            words.add(END);
        }
    }

    private final class Told implements ClientConnection.Owner {
        @Override
        public void connectionEnded(ClientConnection ended, List<Call> unanswered, String reason) {
            ends.add(reason);
        }

        @Override
        public void turnedAway(Call call, Response.Failed answer) {
            throw new AssertionError("no commit was sent");
        }

        @Override
        public void answered(ClientConnection by) {
            if (broken) {
                throw new IllegalStateException("an error of ours");
            }
            heard.add(by);
        }
    }

    private Call slowCall() {
        Call slow = new Call(new Request.Ping(), ticker.monotonicNanos(), 60_000_000_000L);
        connection.start();
        connection.take(slow);
        return slow;
    }

    private void pass(long millis) {
        ticker.advanceMillis(millis);
        connection.check(ticker.monotonicNanos(), SILENCE_MILLIS * 1_000_000);
    }

    /** @return who has heard it; null when nobody has */
    private ClientConnection answer(long requestId) throws InterruptedException {
        words.add(ByteBuffer.wrap(Frame.encode(requestId, Codecs.RESPONSE, new Response.Done(), false).toArray()));
        return heard.poll(20, TimeUnit.SECONDS);
    }

    @AfterEach
    void end() {
        connection.end("the test is over");
    }

    /** A backend that takes its time and answers pings is not taken for a dead one. */
    @Test
    void aSlowAnswerIsWaitedForOnOneConnection() throws InterruptedException {
        Call slow = slowCall();
        for (int i = 0; i < 20; i++) {
            pass(SILENCE_MILLIS / 3);
            assertNotNull(answer(++lastRequestId), "a ping was sent, so there is something to answer");
        }
        assertNull(ends.poll());
        assertFalse(slow.answer.isDone());
        answer(1);
        assertInstanceOf(Response.Done.class, slow.answer.join());
    }

    @Test
    void aSilentConnectionIsGivenUp() throws InterruptedException {
        slowCall();
        pass(SILENCE_MILLIS);
        assertNull(ends.poll());
        pass(1);
        assertEquals("the backend at peer has fallen silent", ends.poll(20, TimeUnit.SECONDS));
    }

    @Test
    void oneThatNobodyReadsAnyMoreIsGivenUpAtOnce() throws InterruptedException {
        slowCall();
        broken = true;
        words.add(ByteBuffer.wrap(Frame.encode(1, Codecs.RESPONSE, new Response.Done(), false).toArray()));
        assertEquals("an answer of the backend at peer could not be taken: java.lang.IllegalStateException: an error"
                + " of ours", ends.poll(20, TimeUnit.SECONDS));
    }
}
