package io.cffs.backend.server;

import io.cffs.backend.wire.Duplex;
import io.cffs.backend.wire.Frame;
import io.cffs.backend.wire.FrameReader;
import io.cffs.backend.wire.Greeting;
import io.cffs.backend.wire.Greeting.Heard;
import io.cffs.backend.wire.Greeting.Versions;
import io.cffs.backend.wire.Outbox;
import io.cffs.backend.wire.Wire;
import io.cffs.txn.codec.CodecException;
import io.cffs.txn.codec.Codecs;
import io.cffs.txn.codec.Request;
import io.cffs.txn.codec.Response;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client. Its reader takes frames as long as there is {@link RequestRoom}; each request is worked on by a virtual
 * thread of its own, which also sends the answer, so a slow request, or a peer that does not read, holds up nobody
 * but
 * itself. Answers go out as they come.
 */
final class ServerConnection implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);

    private final WatchedDuplex duplex;
    private final RequestRoom room;
    private final RequestCalls calls;
    private final Outbox outbox;
    private final Executor threads;
    private volatile boolean closing;

    ServerConnection(Duplex accepted, RequestCalls calls, RequestRoom room, ServerLimits limits, Ticker ticker,
            Executor threads) {
        this.room = room;
        this.duplex = new WatchedDuplex(accepted, ticker, limits, room);
        this.calls = calls;
        this.outbox = new Outbox(duplex, broken -> duplex.close());
        this.threads = threads;
    }

    boolean closeIfLate() {
        return duplex.closeIfLate();
    }

    boolean isIdle() {
        return room.underWay() == 0;
    }

    /** Requests that come from now on are answered with CLOSED. */
    void stopServing() {
        closing = true;
    }

    void close() {
        duplex.close();
    }

    /** Tells the peer why it is not served, and hangs up. */
    void refuse(String sentence) {
        try (duplex) {
            if (Greeting.hear(duplex) instanceof Heard.Client) {
                Greeting.refuse(duplex, sentence);
            }
        } catch (IOException e) {
            LOG.debug("a refused peer left", e);
        }
    }

    @Override
    public void run() {
        try (duplex) {
            if (greeted()) {
                duplex.greeted();
                serve();
            }
        } catch (IOException e) {
            LOG.atDebug().addKeyValue("peer", duplex.peer()).setCause(e).log("a connection ended");
        }
    }

    private boolean greeted() throws IOException {
        return switch (Greeting.hear(duplex)) {
            case Heard.Nobody nobody -> false;
            case Heard.Stranger stranger -> {
                Greeting.refuseStranger(duplex, stranger.http());
                yield false;
            }
            case Heard.Client client -> {
                int version = Greeting.common(client.versions(), Versions.OURS);
                if (version == 0) {
                    Greeting.refuse(duplex, "This backend speaks " + Versions.OURS
                            + " of the CFFS protocol and the client " + client.versions()
                            + "; use a client and a backend of the same release.");
                    yield false;
                }
                Greeting.accept(duplex, version);
                yield true;
            }
        };
    }

    private void serve() throws IOException {
        FrameReader frames = new FrameReader(duplex, duplex);
        try {
            for (Frame frame = frames.next(); frame != null; frame = frames.next()) {
                Frame taken = frame;
                threads.execute(() -> work(taken));
                duplex.frameHandedOn();
            }
        } finally {
            duplex.readerEnded();
        }
    }

    private void work(Frame frame) {
        Response response;
        try {
            Request request = Codecs.REQUEST.decode(frame.payload());
            response = closing
                    ? new Response.Failed(BackendException.Cause.CLOSED, "The backend is closing.")
                    : calls.call(request, part -> sendPart(frame.requestId(), part));
        } catch (CodecException e) {
            response = new Response.Failed(BackendException.Cause.PROTOCOL, e.getMessage());
        } catch (RuntimeException | Error e) {
            LOG.error("a request ended in an accident", e);
            response = new Response.Failed(BackendException.Cause.STORE_FAILED, "The backend failed on this request.");
        }
        int roomTaken = frame.payload().length;
        outbox.send(encode(frame.requestId(), response), () -> room.give(roomTaken));
    }

    private void sendPart(long requestId, Response part) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        outbox.send(encode(requestId, part), () -> written.complete(null));
        written.join();
    }

    private ByteBuffer encode(long requestId, Response response) {
        ByteBuffer frame = Frame.encode(requestId, Codecs.RESPONSE, response, duplex.betweenHosts());
        if (frame != null) {
            return frame;
        }
        String sentence = "The answer is larger than the " + Wire.FRAME_BYTES_MAX + " bytes of a frame.";
        return Frame.encode(requestId, Codecs.RESPONSE,
                new Response.Failed(BackendException.Cause.PROTOCOL, sentence), false);
    }
}
