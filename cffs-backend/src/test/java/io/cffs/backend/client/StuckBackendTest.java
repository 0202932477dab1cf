package io.cffs.backend.client;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.FakeTicker;
import io.cffs.backend.Seeded;
import io.cffs.backend.wire.Frame;
import io.cffs.backend.wire.Wire;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.codec.Codecs;
import io.cffs.txn.codec.Response;
import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A backend that has no room for a large commit, and stops when the client brings it again: it reads no more. */
class StuckBackendTest {
    private static final byte[] HELLO = {'C', 'F', 'F', 'S', 1, 0, 0, 0};
    private static final int LARGE_BYTES = 4 * 1024 * 1024;
    /** More than any limit of the client. */
    private static final long LONG_MILLIS = 60_000;

    private final FakeTicker ticker = new FakeTicker();
    private final List<SocketChannel> stuck = new CopyOnWriteArrayList<>();
    /** The length of the pause of a commit that was turned away has been drawn. */
    private final CountDownLatch turnedAway = new CountDownLatch(1);
    private final CountDownLatch broughtAgain = new CountDownLatch(1);

    @TempDir
    private Path directory;

    private void acceptAll(ServerSocketChannel listening) {
        try {
            while (true) {
                SocketChannel peer = listening.accept();
                stuck.add(peer);
                Thread.ofVirtual().start(() -> turnAwayAndStop(peer));
            }
        } catch (IOException e) {
            // Closed.
        }
    }

    private void turnAwayAndStop(SocketChannel peer) {
        try {
            peer.write(ByteBuffer.wrap(HELLO));
            ByteBuffer heard = ByteBuffer.allocate(4096);
            while (heard.position() < HELLO.length + Wire.HEADER_BYTES) {
                if (peer.read(heard) < 0) {
                    return;
                }
            }
            // To its last byte: what comes then is the commit that is brought again.
            long left = HELLO.length + Wire.HEADER_BYTES + heard.getInt(HELLO.length) - heard.position();
            while (left > 0) {
                int count = peer.read(heard.clear().limit((int) Math.min(left, heard.capacity())));
                if (count < 0) {
                    return;
                }
                left -= count;
            }
            Response noRoom = new Response.Failed(BackendException.Cause.TIMED_OUT, "There is no room.");
            peer.write(ByteBuffer.wrap(Frame.encode(1, Codecs.RESPONSE, noRoom, false).toArray()));
            if (peer.read(heard.clear()) > 0) {
                broughtAgain.countDown();
            }
        } catch (IOException e) {
            // Hung up.
        }
    }

    private long drawPause() {
        turnedAway.countDown();
        return 0;
    }

    @Test
    void aCommitThatIsBroughtAgainIsWaitedForNoLongerThanItsTime() throws Exception {
        Path path = directory.resolve("s");
        try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
            listening.bind(UnixDomainSocketAddress.of(path));
            Thread.ofVirtual().start(() -> acceptAll(listening));
            try (BackendClient client = BackendClient.of(
                    "unix:" + path, TestLimits.QUICK, ticker, this::drawPause)) {
                Mutation write = new Mutation.WriteBytes(new Ino(7), 0,
                        new Mutation.FileBytes.Inline(Bytes.owning(new Seeded(2).bytes(LARGE_BYTES))));
                CompletableFuture<CommitOutcome> outcome = client.commit(new CommitRequest(VolumeName.DEFAULT,
                        new TxnId(3, 4), 1, null, CommitTs.ZERO, 77, List.of(), List.of(write)));
                assertTrue(turnedAway.await(20, TimeUnit.SECONDS), "it was not turned away");
                ticker.advanceMillis(1_000);
                assertTrue(broughtAgain.await(20, TimeUnit.SECONDS), "it was not brought again");
                assertFalse(outcome.isDone());
                ticker.advanceMillis(LONG_MILLIS);
                assertInstanceOf(CommitOutcome.Unknown.class, outcome.get(20, TimeUnit.SECONDS));
                CompletableFuture<Boolean> renewed = client.renew(VolumeName.DEFAULT, 77);
                ticker.advanceMillis(LONG_MILLIS);
                assertFalse(renewed.handle((alive, failure) -> failure == null).get(20, TimeUnit.SECONDS));
            }
        }
        for (SocketChannel each : stuck) {
            each.close();
        }
    }
}
