package io.cffs.backend.server;

import io.cffs.backend.commit.CommitRoom;
import io.cffs.model.ObjectKey;
import io.cffs.txn.codec.Request;
import io.cffs.txn.codec.Response;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import io.cffs.txn.port.CheckPort;
import io.cffs.txn.port.QuotaPort;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request becomes a call of the port, and what the call gives becomes responses. */
final class RequestCalls {
    private static final Logger LOG = LoggerFactory.getLogger(RequestCalls.class);
    /** Blocks that one part of an answer to a fetch holds: 4 MiB. */
    private static final int PART_BLOCKS_MAX = 32;
    /** Objects that one part of an answer holds. */
    private static final int PART_ITEMS_MAX = 4096;
    /** Fetches and listings up to this many objects take no longer than handing them to another thread would. */
    private static final int LIGHT_ITEMS_MAX = 8;

    /** Mutations of a commit that is decided on at once: some milliseconds. */
    private static final int LIGHT_CHANGES_MAX = 1000;

    private final BackendPort port;
    private final CommitRoom commitRoom;

    RequestCalls(BackendPort port) {
        this.port = port;
        this.commitRoom = port instanceof CommitRoom.Owner owner ? owner.commitRoom() : CommitRoom.endless();
    }

    CommitRoom commitRoom() {
        return commitRoom;
    }

    /** Whether {@link #start} returns at once, so that the thread that reads the connection may call it. */
    static boolean isLight(Request request) {
        return switch (request) {
            case Request.Stage stage -> false;
            case Request.StageFile laid -> false;
            case Request.StagingDirectory asked -> true;
            case Request.StartCheck start -> false;
            case Request.CheckReport asked -> false;
            case Request.CancelCheck cancel -> false;
            case Request.Quotas quotas -> false;
            case Request.Extents asked -> false;
            case Request.Fetch fetch -> fetch.items().size() <= LIGHT_ITEMS_MAX;
            case Request.ListNames list -> list.limit() <= LIGHT_ITEMS_MAX;
            case Request.Begin begin -> true;
            case Request.XattrNames names -> true;
            // Deciding on one with many changes takes seconds, in which a silent connection would be given up.
            case Request.Commit commit -> commit.commit().writes().size() <= LIGHT_CHANGES_MAX;
            case Request.OutcomeOf asked -> true;
            case Request.ReserveInos reserve -> true;
            case Request.End end -> true;
            case Request.Renew renew -> true;
            case Request.Status status -> true;
            case Request.Ping ping -> true;
        };
    }

    /** Never fails. The whole answer, so not for fetches of more than a part: see {@link #fetchInParts}. */
    CompletableFuture<Response> start(Request request) {
        CompletableFuture<Response> started;
        try {
            started = call(request);
        } catch (RuntimeException | Error e) {
            return CompletableFuture.completedFuture(failed(e));
        }
        return started.exceptionally(RequestCalls::failed);
    }

    private CompletableFuture<Response> call(Request request) {
        return switch (request) {
            case Request.Begin begin -> port.begin(begin.begin()).thenApply(Response.Begun::new);
            case Request.Fetch fetch -> port.fetch(fetch.volume(), fetch.snapshot(), fetch.items())
                    .thenApply(objects -> new Response.Objects(objects, false));
            case Request.ListNames list ->
                    port.list(list.volume(), list.snapshot(), list.directory(), list.after(), list.limit())
                            .thenApply(Response.Names::new);
            case Request.XattrNames names ->
                    port.xattrNames(names.volume(), names.snapshot(), names.ino()).thenApply(Response.XattrNames::new);
            case Request.Extents asked ->
                    port.extents(asked.volume(), asked.snapshot(), asked.ino(), asked.fromPage())
                            .thenApply(Response.Extents::new);
            case Request.Stage stage ->
                    port.stage(stage.volume(), stage.object(), stage.bytes()).thenApply(done -> new Response.Done());
            case Request.StagingDirectory asked ->
                    port.stagingDirectory(asked.volume()).thenApply(Response.StagingDirectory::new);
            case Request.StageFile laid ->
                    port.stageFile(laid.volume(), laid.file()).thenApply(done -> new Response.Done());
            case Request.Commit commit -> port.commit(commit.commit()).thenApply(Response.Outcome::new);
            case Request.OutcomeOf asked ->
                    port.outcomeOf(asked.volume(), asked.txn()).thenApply(Response.Ledger::new);
            case Request.ReserveInos reserve ->
                    port.reserveInos(reserve.volume(), reserve.count()).thenApply(Response.Inos::new);
            case Request.End end -> port.end(end.volume(), end.leaseId()).thenApply(done -> new Response.Done());
            case Request.Renew renew -> port.renew(renew.volume(), renew.leaseId()).thenApply(Response.Renewed::new);
            case Request.Status status -> port.status(status.volume()).thenApply(Response.Status::new);
            case Request.Ping ping -> CompletableFuture.completedFuture(new Response.Done());
            case Request.StartCheck start ->
                    checks().startCheck(start.volume(), start.readBytes()).thenApply(Response.CheckStarted::new);
            case Request.CheckReport asked ->
                    checks().checkReport(asked.volume(), asked.check(), asked.findingsFrom())
                            .thenApply(Response.CheckReport::new);
            case Request.CancelCheck cancel ->
                    checks().cancelCheck(cancel.volume(), cancel.check()).thenApply(done -> new Response.Done());
            case Request.Quotas asked -> quotas().quotas(asked.volume(), asked.snapshot(), asked.after(), asked.limit())
                    .thenApply(Response.Quotas::new);
        };
    }

    private CheckPort checks() {
        if (port instanceof CheckPort checks) {
            return checks;
        }
        throw new BackendException(BackendException.Cause.REFUSED, "This backend only passes requests on: ask the"
                + " backend that holds the store for a check.", null);
    }

    private QuotaPort quotas() {
        if (port instanceof QuotaPort quotas) {
            return quotas;
        }
        throw new BackendException(BackendException.Cause.REFUSED, "This backend only passes requests on: ask the"
                + " backend that holds the store for its quotas.", null);
    }

    private static Response failed(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof BackendException refusal
                ? new Response.Failed(refusal.kind(), refusal.getMessage())
                : internalError(cause);
    }

    /** What is answered when we cannot: whoever waits, and the room that the request has, must not be forgotten. */
    static Response internalError(Throwable e) {
        LOG.error("a request failed inside the backend", e);
        return new Response.Failed(BackendException.Cause.STORE_FAILED,
                "The backend failed on this request; its log says why.");
    }

    /**
     * Gives the last response; earlier parts go to {@code parts}, which may wait until the peer has taken them. Each
     * part is asked for when the one before has left, so that one request cannot fill the memory. Waits for the port.
     */
    Response fetchInParts(Request.Fetch fetch, Consumer<Response> parts) {
        List<FetchItem> items = fetch.items();
        int from = 0;
        while (true) {
            int to = endOfPart(items, from);
            boolean more = to < items.size();
            Request.Fetch part = new Request.Fetch(fetch.volume(), fetch.snapshot(), items.subList(from, to));
            Response answer = start(part).join();
            if (!(answer instanceof Response.Objects found)) {
                return answer;
            }
            List<Response> split = split(found.objects(), more);
            split.subList(0, split.size() - 1).forEach(parts);
            if (!more) {
                return split.getLast();
            }
            parts.accept(split.getLast());
            from = to;
        }
    }

    private static int endOfPart(List<FetchItem> items, int from) {
        int blocks = 0;
        int to = from;
        while (to < items.size() && to - from < PART_ITEMS_MAX) {
            blocks += items.get(to).key() instanceof ObjectKey.BlockKey ? 1 : 0;
            if (blocks > PART_BLOCKS_MAX) {
                break;
            }
            to++;
        }
        return to;
    }

    /** Related objects may have come along: more blocks than were asked for go in parts of their own. */
    private static List<Response> split(List<Fetched> found, boolean more) {
        List<Response> responses = new ArrayList<>();
        int from = 0;
        int blocks = 0;
        for (int i = 0; i < found.size(); i++) {
            boolean block = found.get(i) instanceof Fetched.Found object
                    && object.key() instanceof ObjectKey.BlockKey;
            blocks += block ? 1 : 0;
            if (blocks > 2 * PART_BLOCKS_MAX || i - from >= 2 * PART_ITEMS_MAX) {
                responses.add(new Response.Objects(found.subList(from, i), true));
                from = i;
                blocks = 1;
            }
        }
        responses.add(new Response.Objects(found.subList(from, found.size()), more));
        return responses;
    }
}
