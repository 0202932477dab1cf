package io.cffs.backend.server;

import io.cffs.model.ObjectKey;
import io.cffs.txn.codec.Request;
import io.cffs.txn.codec.Response;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import io.cffs.txn.port.CheckPort;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A request becomes a call of the port, and what the call gives becomes responses. Waits for the call. */
final class RequestCalls {
    private static final Logger LOG = LoggerFactory.getLogger(RequestCalls.class);
    /** Blocks that one part of an answer to a fetch holds: 4 MiB. */
    private static final int PART_BLOCKS_MAX = 32;
    /** Objects that one part of an answer holds. */
    private static final int PART_ITEMS_MAX = 4096;

    private final BackendPort port;

    RequestCalls(BackendPort port) {
        this.port = port;
    }

    /**
     * Gives the last response; earlier parts go to {@code parts}, which may wait until the peer has taken them.
     */
    Response call(Request request, Consumer<Response> parts) {
        try {
            return switch (request) {
                case Request.Begin begin -> answer(port.begin(begin.begin()), Response.Begun::new);
                case Request.Fetch fetch -> fetch(fetch, parts);
                case Request.ListNames list -> answer(
                        port.list(list.volume(), list.snapshot(), list.directory(), list.after(), list.limit()),
                        Response.Names::new);
                case Request.XattrNames names -> answer(
                        port.xattrNames(names.volume(), names.snapshot(), names.ino()), Response.XattrNames::new);
                case Request.Stage stage -> answer(
                        port.stage(stage.volume(), stage.object(), stage.bytes()), done -> new Response.Done());
                case Request.Commit commit -> answer(port.commit(commit.commit()), Response.Outcome::new);
                case Request.OutcomeOf asked ->
                        answer(port.outcomeOf(asked.volume(), asked.txn()), Response.Ledger::new);
                case Request.ReserveInos reserve ->
                        answer(port.reserveInos(reserve.volume(), reserve.count()), Response.Inos::new);
                case Request.End end -> answer(port.end(end.volume(), end.leaseId()), done -> new Response.Done());
                case Request.Renew renew ->
                        answer(port.renew(renew.volume(), renew.leaseId()), Response.Renewed::new);
                case Request.Status status -> answer(port.status(status.volume()), Response.Status::new);
                case Request.StartCheck start ->
                        answer(checks().startCheck(start.volume(), start.readBytes()), Response.CheckStarted::new);
                case Request.CheckReport asked -> answer(
                        checks().checkReport(asked.volume(), asked.check(), asked.findingsFrom()),
                        Response.CheckReport::new);
                case Request.CancelCheck cancel -> answer(
                        checks().cancelCheck(cancel.volume(), cancel.check()), done -> new Response.Done());
            };
        } catch (BackendException e) {
            return new Response.Failed(e.kind(), e.getMessage());
        } catch (CompletionException e) {
            return e.getCause() instanceof BackendException refusal
                    ? new Response.Failed(refusal.kind(), refusal.getMessage())
                    : internalError(e);
        } catch (RuntimeException e) {
            return internalError(e);
        }
    }

    private CheckPort checks() {
        if (port instanceof CheckPort checks) {
            return checks;
        }
        throw new BackendException(BackendException.Cause.REFUSED, "This backend only passes requests on: ask the"
                + " backend that holds the store for a check.", null);
    }

    private static <T> Response answer(CompletableFuture<T> future, Function<? super T, Response> form) {
        return form.apply(future.join());
    }

    private static Response internalError(RuntimeException e) {
        LOG.error("a request failed inside the backend", e);
        return new Response.Failed(BackendException.Cause.STORE_FAILED,
                "The backend failed on this request; its log says why.");
    }

    /** In parts, each asked for when the one before has left: so one request cannot fill the memory. */
    private Response fetch(Request.Fetch fetch, Consumer<Response> parts) {
        List<FetchItem> items = fetch.items();
        int from = 0;
        while (true) {
            int to = endOfPart(items, from);
            List<Fetched> found =
                    port.fetch(fetch.volume(), fetch.snapshot(), items.subList(from, to)).join();
            boolean more = to < items.size();
            List<Response> split = split(found, more);
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
