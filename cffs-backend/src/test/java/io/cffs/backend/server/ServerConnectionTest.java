package io.cffs.backend.server;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.cffs.backend.wire.Duplex;
import io.cffs.backend.wire.Frame;
import io.cffs.backend.wire.FrameReader;
import io.cffs.backend.wire.Greeting;
import io.cffs.backend.wire.RealTicker;
import io.cffs.backend.wire.ScriptedBackend;
import io.cffs.model.VolumeName;
import io.cffs.txn.codec.CodecException;
import io.cffs.txn.codec.Codecs;
import io.cffs.txn.codec.Request;
import io.cffs.txn.codec.Response;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** What depends on where the peer is. */
class ServerConnectionTest {
    private static final String DIRECTORY = "/store/laid";

    private final ScriptedBackend backend = new ScriptedBackend() {
        @Override
        public CompletableFuture<String> stagingDirectory(VolumeName volume) {
            return CompletableFuture.completedFuture(DIRECTORY);
        }
    };

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

    private Response answerTo(Request request, boolean betweenHosts) throws IOException, CodecException {
        ByteArrayOutputStream words = new ByteArrayOutputStream();
        Said speaker = new Said(ByteBuffer.allocate(0), words, betweenHosts);
        Greeting.greet(speaker, Greeting.Versions.OURS);
        speaker.write(Frame.encode(1, Codecs.REQUEST, request, false).asBuffer());
        Said peer = new Said(ByteBuffer.wrap(words.toByteArray()), new ByteArrayOutputStream(), betweenHosts);
        new ServerConnection(peer, new RequestCalls(backend),
                new RequestRoom(ServerLimits.DEFAULT, RequestRoom.shared(ServerLimits.DEFAULT)), ServerLimits.DEFAULT,
                new RealTicker(), Runnable::run).run();
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
}
