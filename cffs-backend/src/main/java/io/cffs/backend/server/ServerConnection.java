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
import io.cffs.txn.codec.Pieces;
import io.cffs.txn.codec.Request;
import io.cffs.txn.codec.Response;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client. Its reader takes frames as long as there is {@link RequestRoom}; each request is worked on by a virtual
 * thread of its own, which also sends the answer, so a slow request, or a peer that does not read, holds up nobody but
 * itself. Answers go out as they come.
 */
final class ServerConnection implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(ServerConnection.class);
    private static final Response CLOSING =
            new Response.Failed(BackendException.Cause.CLOSED, "The backend is closing.");

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
            while (hearNext(frames)) {
                duplex.frameHandedOn();
            }
        } finally {
            duplex.readerEnded();
        }
    }

    /** A method of its own, so that nobody holds the last frame, which may be large, while the next is awaited. */
    private boolean hearNext(FrameReader frames) throws IOException {
        Frame frame = frames.next();
        if (frame != null) {
            hear(frame);
        }
        return frame != null;
    }

    /** Takes the room of the frame over. */
    private void hear(Frame frame) {
        long id = frame.requestId();
        int room = frame.payload().length;
        if (LargeCommit.isIt(frame.payload(), calls.commitRoom())) {
            LargeCommit large = new LargeCommit(frame.payload(), calls);
            answerElsewhere(id, room, () -> large.answer(() -> closing ? CLOSING : null));
            return;
        }
        Request request;
        try {
            request = Codecs.REQUEST.decode(frame.payload());
        } catch (CodecException e) {
            send(id, new Response.Failed(BackendException.Cause.PROTOCOL, e.getMessage()), room);
            return;
        }
        if (request instanceof Request.StagingDirectory && duplex.betweenHosts()) {
            send(id, new Response.StagingDirectory(null), room);
        } else if (closing) {
            send(id, CLOSING, room);
        } else if (RequestCalls.isLight(request)) {
            CompletableFuture<Response> response = calls.start(request);
            if (response.isDone()) {
                send(id, response.join(), room);
            } else {
                // Not by whoever completes it: it must not wait for our peer.
                response.thenAcceptAsync(answer -> send(id, answer, room), threads);
            }
        } else {
            answerElsewhere(id, room, () -> work(id, request));
        }
    }

    private void answerElsewhere(long id, int room, Supplier<Response> work) {
        threads.execute(() -> {
            Response response;
            try {
                response = work.get();
            } catch (RuntimeException | Error e) {
                // A large request may be more than the heap has left.
                response = RequestCalls.internalError(e);
            }
            send(id, response, room);
        });
    }

    private Response work(long id, Request request) {
        return request instanceof Request.Fetch fetch
                ? calls.fetchInParts(fetch, part -> sendPart(id, part))
                : calls.start(request).join();
    }

    private void send(long id, Response response, int roomTaken) {
        outbox.send(encode(id, response), () -> room.give(roomTaken));
    }

    private void sendPart(long requestId, Response part) {
        CompletableFuture<Void> written = new CompletableFuture<>();
        outbox.send(encode(requestId, part), () -> written.complete(null));
        written.join();
    }

    private Pieces encode(long requestId, Response response) {
        try {
            Pieces frame = Frame.encode(requestId, Codecs.RESPONSE, response, duplex.betweenHosts());
            return frame != null ? frame : failed(requestId, BackendException.Cause.PROTOCOL,
                    "The answer is larger than the " + Wire.FRAME_BYTES_MAX + " bytes of a frame.");
        } catch (RuntimeException e) {
            LOG.error("an answer has no form", e);
            return failed(requestId, BackendException.Cause.STORE_FAILED, "The backend gave an impossible answer.");
        }
    }

    private static Pieces failed(long requestId, BackendException.Cause kind, String sentence) {
        return Frame.encode(requestId, Codecs.RESPONSE, new Response.Failed(kind, sentence), false);
    }
}
