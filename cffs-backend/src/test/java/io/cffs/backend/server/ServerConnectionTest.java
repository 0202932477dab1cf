package io.cffs.backend.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.cffs.backend.Seeded;
import io.cffs.backend.commit.CommitRoom;
import io.cffs.backend.wire.Duplex;
import io.cffs.backend.wire.Frame;
import io.cffs.backend.wire.FrameReader;
import io.cffs.backend.wire.Greeting;
import io.cffs.backend.wire.RealTicker;
import io.cffs.backend.wire.ScriptedBackend;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.StagedId;
import io.cffs.txn.codec.CodecException;
import io.cffs.txn.codec.Codecs;
import io.cffs.txn.codec.Request;
import io.cffs.txn.codec.Response;
import io.cffs.txn.port.BackendException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What depends on where the peer is, and what becomes of requests that end in an error of ours. */
class ServerConnectionTest {
    private static final String DIRECTORY = "/store/laid";

    private final ScriptedBackend backend = new Failing();

    private static final class Failing extends ScriptedBackend implements CommitRoom.Owner {
        @Override
        public CommitRoom commitRoom() {
            return new CommitRoom(1000);
        }

        @Override
        public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
            throw new AssertionError("made up");
        }

        @Override
        public CompletableFuture<Void> stage(VolumeName volume, StagedId id, Bytes bytes) {
            throw new AssertionError("made up");
        }

        @Override
        public CompletableFuture<String> stagingDirectory(VolumeName volume) {
            return CompletableFuture.completedFuture(DIRECTORY);
        }
    }

    /** A peer that has said everything, and hears everything. */
    private record Said(ByteBuffer words, ByteArrayOutputStream heard, boolean betweenHosts) implements Duplex {
        @Override
        public int read(ByteBuffer target) {
            int count = Math.min(target.remaining(), words.remaining());
            target.put(words.slice().limit(count));
            words.position(words.position() + count);
            return count == 0 ? -1 : count;
        }

        @Override
        public void write(ByteBuffer source) {
            while (source.hasRemaining()) {
                heard.write(source.get());
            }
        }

        @Override
        public String peer() {
            return "test";
        }

        @Override
        public void close() {
            // Nothing is open.
        }
    }

    private final RequestRoom room =
            new RequestRoom(ServerLimits.DEFAULT, RequestRoom.shared(ServerLimits.DEFAULT));

    private Response answerTo(Request request, boolean betweenHosts) throws IOException, CodecException {
        ByteArrayOutputStream words = new ByteArrayOutputStream();
        Said speaker = new Said(ByteBuffer.allocate(0), words, betweenHosts);
        Greeting.greet(speaker, Greeting.Versions.OURS);
        speaker.write(Frame.encode(1, Codecs.REQUEST, request, false).asBuffer());
        Said peer = new Said(ByteBuffer.wrap(words.toByteArray()), new ByteArrayOutputStream(), betweenHosts);
        new ServerConnection(peer, new RequestCalls(backend), room, ServerLimits.DEFAULT, new RealTicker(),
                Runnable::run).run();
        Said answers = new Said(ByteBuffer.wrap(peer.heard().toByteArray()), words, betweenHosts);
        Greeting.answered(answers);
        return Codecs.RESPONSE.decode(new FrameReader(answers, FrameReader.UNTOLD).next().payload());
    }

    /** A path means nothing on another host, or names something else there: its mounts send bytes. */
    @Test
    void theStagingDirectoryIsToldToPeersOnThisHostOnly() throws IOException, CodecException {
        Request asked = new Request.StagingDirectory(VolumeName.DEFAULT);
        assertEquals(new Response.StagingDirectory(DIRECTORY), answerTo(asked, false));
        assertEquals(new Response.StagingDirectory(null), answerTo(asked, true));
    }

    /** As when the heap is used up: whoever asked is answered, and the room of the request is not lost. */
    @Test
    void anErrorIsAnsweredAndGivesTheRoomBack() throws IOException, CodecException {
        Bytes bytes = Bytes.owning(new byte[100]);
        StagedId object = new StagedId(new TxnId(1, 2), 0);
        Response answer = answerTo(new Request.Stage(VolumeName.DEFAULT, object, bytes), true);
        Response.Failed failed = assertInstanceOf(Response.Failed.class, answer);
        assertEquals(BackendException.Cause.STORE_FAILED, failed.kind());
        assertEquals(0, room.underWay());
    }

    /** The same for a commit that waits for its turn to be decoded. */
    @Test
    void anErrorInALargeCommitIsAnswered() throws IOException, CodecException {
        Bytes bytes = Bytes.owning(new Seeded(1).bytes(100_000));
        Mutation write = new Mutation.WriteBytes(new Ino(7), 0, new Mutation.FileBytes.Inline(bytes));
        Response answer = answerTo(new Request.Commit(new CommitRequest(VolumeName.DEFAULT, new TxnId(3, 4), 1, null,
                CommitTs.ZERO, 77, List.of(), List.of(write))), true);
        assertInstanceOf(Response.Failed.class, answer);
        assertEquals(0, room.underWay());
    }
}
