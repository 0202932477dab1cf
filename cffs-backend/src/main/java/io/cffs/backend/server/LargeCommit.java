package io.cffs.backend.server;

import io.cffs.backend.commit.CommitRoom;
import io.cffs.txn.codec.CodecException;
import io.cffs.txn.codec.Codecs;
import io.cffs.txn.codec.Request;
import io.cffs.txn.codec.Response;
import io.cffs.txn.port.BackendException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/**
 * A commit that is decoded only when there is {@link CommitRoom} for it: as an object it takes many times its bytes.
 * Used by one thread.
 */
final class LargeCommit {
    private final RequestCalls calls;
    private final CommitRoom room;
    private final long bytes;
    /** Null once it has been decoded: then it is memory that nobody needs. */
    private byte[] payload;

    LargeCommit(byte[] payload, RequestCalls calls) {
        this.payload = payload;
        this.bytes = payload.length;
        this.calls = calls;
        this.room = calls.commitRoom();
    }

    static boolean isIt(byte[] payload, CommitRoom room) {
        return room.isLarge(payload.length) && Request.isCommit(payload);
    }

    /**
     * Waits until it may be decoded, and then for its outcome.
     *
     * @param refusal asked after the wait; its answer, unless that is null, is given instead
     */
    Response answer(Supplier<Response> refusal) {
        try (CommitRoom.Admission admission = room.enter(bytes)) {
            Response instead = refusal.get();
            if (instead != null) {
                return instead;
            }
            if (admission == null) {
                return noRoom();
            }
            CompletableFuture<Response> started = start(admission);
            return started == null ? noRoom() : started.join();
        } catch (CodecException e) {
            return new Response.Failed(BackendException.Cause.PROTOCOL, e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Response.Failed(BackendException.Cause.CLOSED, "The backend is closing.");
        }
    }

    /** Null when there is no room for it. Nothing of ours holds the decoded request when this returns. */
    private CompletableFuture<Response> start(CommitRoom.Admission admission)
            throws CodecException, InterruptedException {
        Request.Commit request = decoded();
        return admission.weigh(request.commit()) ? calls.start(request) : null;
    }

    private Request.Commit decoded() throws CodecException {
        byte[] taken = payload;
        payload = null;
        return (Request.Commit) Codecs.REQUEST.decode(taken);
    }

    /** This delivery is over, and the client brings another one: it has the request anyway, and here is no room. */
    private static Response noRoom() {
        return new Response.Failed(BackendException.Cause.TIMED_OUT,
                "the backend's heap is taken by other large commits: commit in smaller parts or later, or start the"
                        + " backend with a larger CFFS_HEAP");
    }
}
