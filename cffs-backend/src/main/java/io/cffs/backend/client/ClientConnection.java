package io.cffs.backend.client;

import io.cffs.backend.wire.Duplex;
import io.cffs.backend.wire.Frame;
import io.cffs.backend.wire.FrameReader;
import io.cffs.backend.wire.Outbox;
import io.cffs.backend.wire.ProtocolException;
import io.cffs.txn.codec.CodecException;
import io.cffs.txn.codec.Codecs;
import io.cffs.txn.codec.Pieces;
import io.cffs.txn.codec.Request;
import io.cffs.txn.codec.Response;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One greeted connection: calls go out with request ids of their own, a thread reads the answers. When it ends, for
 * whatever reason, the calls that it still owes go back to its owner.
 */
final class ClientConnection {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    /** What the owner is told. */
    interface Owner {
        /** Nothing more will come; these calls have no answer. Told once. */
        void connectionEnded(ClientConnection connection, List<Call> unanswered, String reason);

        /** The backend had no room for this commit within the time that it lets one wait. It may have later. */
        void turnedAway(Call call, Response.Failed answer);

        /** An answer has come: the other end is well. */
        void answered(ClientConnection connection);
    }

    private static final int PARTS_HELD_MAX = 4 * Request.FETCH_ITEMS_MAX;
    private static final Executor SENDERS =
            task -> Thread.ofPlatform().name("cffs-client-send").daemon().start(task);

    private final Duplex duplex;
    private final String address;
    private final Owner owner;
    private final Ticker ticker;
    private final Outbox outbox;
    private final Map<Long, Call> unanswered = new ConcurrentHashMap<>();
    private final AtomicLong nextRequestId = new AtomicLong(1);
    private volatile long heardNanos;
    /** Owned by whoever calls {@link #check}. */
    private long pingedNanos;
    private volatile boolean ended;

    ClientConnection(Duplex greeted, String address, Owner owner, Ticker ticker) {
        this.duplex = greeted;
        this.address = address;
        this.owner = owner;
        this.ticker = ticker;
        this.heardNanos = ticker.monotonicNanos();
        this.pingedNanos = heardNanos;
        this.outbox = new Outbox(greeted, broken -> end("the connection to " + address + " broke while sending"));
    }

    void start() {
        // A platform thread: it wakes faster than a virtual one, and there is one for each backend in use.
        Thread.ofPlatform().name("cffs-client-reader").daemon().start(this::readAll);
    }

    /** Sends the call; false when the connection has ended, and then the call stays the caller's. */
    boolean take(Call call) {
        return take(call, false);
    }

    /** The same; never waits for the peer. For whoever has to notice that the peer does not read any more. */
    boolean takeWithoutWaiting(Call call) {
        return take(call, true);
    }

    private boolean take(Call call, boolean elsewhere) {
        long id = nextRequestId.getAndIncrement();
        Pieces frame = Frame.encode(id, Codecs.REQUEST, call.request, duplex.betweenHosts());
        if (frame == null) {
            call.answer.complete(new Response.Failed(
                    BackendException.Cause.REFUSED, "The request is larger than a frame may be."));
            return true;
        }
        call.delivered(ticker.monotonicNanos());
        unanswered.put(id, call);
        if (ended && unanswered.remove(id) != null) {
            return false;
        }
        if (elsewhere) {
            outbox.sendElsewhere(frame, () -> { }, SENDERS);
        } else {
            outbox.send(frame, () -> { });
        }
        return true;
    }

    private void readAll() {
        try {
            FrameReader frames = new FrameReader(duplex, FrameReader.UNTOLD);
            for (Frame frame = frames.next(); frame != null; frame = frames.next()) {
                heardNanos = ticker.monotonicNanos();
                answer(frame);
            }
            end("the backend at " + address + " hung up");
        } catch (IOException e) {
            end("the connection to " + address + " broke: " + e.getMessage());
        } catch (CodecException e) {
            end("the backend at " + address + " sent an answer that cannot be read: " + e.getMessage());
        } catch (RuntimeException | Error e) {
            // Nobody reads any more: calls would wait until the silence is noticed.
            LOG.error("an answer could not be taken", e);
            end("an answer of the backend at " + address + " could not be taken: " + e);
        }
    }

    private void answer(Frame frame) throws CodecException, ProtocolException {
        Response response = Codecs.RESPONSE.decode(frame.payload());
        Call call = unanswered.get(frame.requestId());
        if (call == null) {
            // Its deadline has passed.
            return;
        }
        if (response instanceof Response.Failed failed && failed.kind() == BackendException.Cause.CLOSED) {
            // It was not worked on; another backend, or the next one here, will.
            throw new ProtocolException("the backend is closing");
        }
        Response whole = call.whole(response);
        if (whole instanceof Response.Objects objects && objects.objects().size() > PARTS_HELD_MAX) {
            throw new ProtocolException("an answer without end");
        }
        if (whole != null && unanswered.remove(frame.requestId()) != null) {
            boolean commit = call.request instanceof Request.Commit;
            if (commit && whole instanceof Response.Failed failed
                    && failed.kind() == BackendException.Cause.TIMED_OUT) {
                owner.turnedAway(call, failed);
            } else {
                call.answer.complete(whole);
            }
            owner.answered(this);
        }
    }

    /**
     * Called now and then: lets go of calls whose deadline has passed, and ends a connection that has fallen
     * silent.
     */
    void check(long nowNanos, long silenceNanos) {
        boolean silent = false;
        boolean quiet = false;
        for (Map.Entry<Long, Call> entry : unanswered.entrySet()) {
            Call call = entry.getValue();
            if (nowNanos - call.deadlineNanos >= 0 && unanswered.remove(entry.getKey()) != null) {
                call.answer.completeExceptionally(new BackendException(BackendException.Cause.TIMED_OUT,
                        "The backend at " + address + " did not answer in time.", null));
            }
            long waitedNanos = nowNanos - Math.max(call.sentNanos, heardNanos);
            silent |= waitedNanos > silenceNanos;
            quiet |= waitedNanos > silenceNanos / 4;
        }
        if (quiet && nowNanos - pingedNanos > silenceNanos / 4) {
            pingedNanos = nowNanos;
            // A request may take longer than a backend may be silent.
            takeWithoutWaiting(new Call(new Request.Ping(), nowNanos, silenceNanos));
        }
        if (silent) {
            end("the backend at " + address + " has fallen silent");
        }
    }

    boolean owesAnswers() {
        return !unanswered.isEmpty();
    }

    /** Ends the connection, once. */
    void end(String reason) {
        synchronized (this) {
            if (ended) {
                return;
            }
            ended = true;
        }
        duplex.close();
        List<Call> left = new ArrayList<>();
        for (Long id : unanswered.keySet()) {
            Call call = unanswered.remove(id);
            if (call != null && !(call.request instanceof Request.Ping)) {
                left.add(call);
            }
        }
        owner.connectionEnded(this, left, reason);
    }
}
