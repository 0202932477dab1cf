package io.cffs.backend.client;

import io.cffs.txn.codec.Request;
import io.cffs.txn.codec.Response;
import io.cffs.txn.port.BackendPort.Fetched;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** One request until its answer. All requests may be delivered more than once; see {@link BackendClient}. */
final class Call {
    final Request request;
    final CompletableFuture<Response> answer = new CompletableFuture<>();
    /** Monotonic. */
    final long startedNanos;
    final long deadlineNanos;
    /** Since when it has had no connection; guarded by the lock of the {@link Link}. */
    long homelessSinceNanos;
    /** How often the backend had no room for this commit, and what it said last. Owned by whoever has the call. */
    int turnedAway;
    Response.Failed turnedAwayWith;
    /** When it goes out again; guarded by the lock of the {@link Link}. */
    long restsUntilNanos;
    /** When it was last given to a connection. */
    volatile long sentNanos;
    /** How often it was given to a connection. */
    private volatile int deliveries;
    /** Parts of an answer that came before the last one; owned by the reader of the connection. */
    private List<Fetched> parts = List.of();

    Call(Request request, long startedNanos, long withinNanos) {
        this.request = request;
        this.startedNanos = startedNanos;
        this.deadlineNanos = startedNanos + withinNanos;
    }

    int deliveries() {
        return deliveries;
    }

    /** Called by one connection at a time. */
    void delivered(long nowNanos) {
        sentNanos = nowNanos;
        deliveries = deliveries + 1;
        parts = List.of();
    }

    /** Keeps a part; gives the whole answer when this was the last one, else null. */
    Response whole(Response response) {
        if (!(response instanceof Response.Objects objects) || !objects.more() && parts.isEmpty()) {
            return response;
        }
        if (parts.isEmpty()) {
            parts = new ArrayList<>();
        }
        parts.addAll(objects.objects());
        return objects.more() ? null : new Response.Objects(parts, false);
    }
}
