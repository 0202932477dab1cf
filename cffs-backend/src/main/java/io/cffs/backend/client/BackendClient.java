package io.cffs.backend.client;

import io.cffs.backend.wire.Address;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.StagedId;
import io.cffs.txn.codec.Request;
import io.cffs.txn.codec.Response;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendException.Cause;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.CheckPort;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.Entropy;
import io.cffs.txn.port.FileExtents;
import io.cffs.txn.port.LaidFile;
import io.cffs.txn.port.QuotaPort;
import io.cffs.txn.port.Ticker;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A backend that is reached over a socket. Connects with the first call and again whenever it must; one connection
 * carries all calls.
 *
 * <p>A call whose connection ends is delivered again over the next one. That changes nothing for reads, leases and
 * staged objects; a begin or a reservation that was heard twice costs a lease that expires or numbers that nobody uses.
 * A commit is delivered again too, because that is how the ledger is asked without closing it: its {@link TxnId} gets
 * the outcome of whichever delivery came first, and takes effect if none had. Only when a later delivery is refused is
 * the ledger asked for good, so that an earlier one that is still on its way cannot take effect after the refusal was
 * reported. When no outcome comes within {@link ClientLimits#patientNanos()}, or longer for a large one, it is Unknown.
 *
 * <p>Futures are completed by the thread that reads the connection: what depends on them must not wait.
 */
public final class BackendClient implements BackendPort, CheckPort, QuotaPort {
    private static final int UNIT_BYTES = 1024;
    /** Room that a request without data of its own is counted with. */
    private static final int UNITS_MIN = 4;

    private final Link link;
    private final ClientLimits limits;
    private final Ticker ticker;
    private final Semaphore units;
    private final int unitsMax;

    private BackendClient(List<Address> addresses, Connector.Door door, ClientLimits limits, Ticker ticker,
            Entropy entropy, Runnable whenUnreachable) {
        this.limits = limits;
        this.ticker = ticker;
        this.unitsMax = limits.bytesMax() / UNIT_BYTES;
        this.units = new Semaphore(unitsMax);
        this.link = new Link(addresses, door, limits, ticker, entropy, whenUnreachable);
    }

    /**
     * Does not connect yet.
     *
     * @param addresses comma-separated: {@code host:port}, {@code [v6]:port}, {@code unix:/path}
     * @throws IllegalArgumentException with a sentence when one of them cannot be read
     */
    public static BackendClient of(String addresses, ClientLimits limits, Ticker ticker, Entropy entropy) {
        return of(addresses, limits, ticker, entropy, () -> { });
    }

    /**
     * As the other one.
     *
     * @param whenUnreachable runs after each round in which no address could be connected to, before the next one:
     * whoever
     *     knows how to bring the backend back does it here. One at a time, on a thread that may wait; what it throws is
     *     told with the failure of the calls
     */
    public static BackendClient of(String addresses, ClientLimits limits, Ticker ticker, Entropy entropy,
            Runnable whenUnreachable) {
        return new BackendClient(
                Address.parseList(addresses), new PlainDoor(), limits, ticker, entropy, whenUnreachable);
    }

    private Call call(Request request, long withinNanos) {
        long now = ticker.monotonicNanos();
        Call call = new Call(request, now, withinNanos);
        int taken = unitsFor(request);
        try {
            if (!units.tryAcquire(taken) && !units.tryAcquire(taken, withinNanos, TimeUnit.NANOSECONDS)) {
                call.answer.completeExceptionally(new BackendException(
                        Cause.TIMED_OUT, "The backend is slower than requests to it come in.", null));
                return call;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            call.answer.completeExceptionally(new BackendException(Cause.CLOSED, "The caller was interrupted.", e));
            return call;
        }
        call.answer.whenComplete((response, failure) -> units.release(taken));
        link.submit(call);
        return call;
    }

    private int unitsFor(Request request) {
        int bytes = request instanceof Request.Stage stage ? stage.bytes().length() : 0;
        return Math.min(unitsMax, UNITS_MIN + bytes / UNIT_BYTES);
    }

    /** The answer of the one type that fits the request. */
    private <R extends Response, T> CompletableFuture<T> ask(
            Request request, Class<R> expected, java.util.function.Function<R, T> value) {
        long within = request instanceof Request.Begin ? limits.patientNanos() : limits.callNanos();
        return call(request, within).answer.thenApply(response -> {
            if (expected.isInstance(response)) {
                return value.apply(expected.cast(response));
            }
            throw failure(response);
        });
    }

    private static BackendException failure(Response response) {
        return response instanceof Response.Failed failed
                ? new BackendException(failed.kind(), failed.sentence(), null)
                : new BackendException(Cause.PROTOCOL, "The backend answered something else than was asked.", null);
    }

    @Override
    public CompletableFuture<Begun> begin(BeginRequest request) {
        return ask(new Request.Begin(request), Response.Begun.class, Response.Begun::begun);
    }

    @Override
    public CompletableFuture<List<Fetched>> fetch(VolumeName volume, CommitTs snapshot, List<FetchItem> items) {
        return ask(new Request.Fetch(volume, snapshot, items), Response.Objects.class, Response.Objects::objects);
    }

    @Override
    public CompletableFuture<DirectoryPage> list(
            VolumeName volume, CommitTs snapshot, Ino directory, Name after, int limit) {
        int clipped = Math.min(limit, DirectoryPage.ENTRIES_MAX);
        return ask(new Request.ListNames(volume, snapshot, directory, after, clipped),
                Response.Names.class, Response.Names::page);
    }

    @Override
    public CompletableFuture<FileExtents> extents(VolumeName volume, CommitTs snapshot, Ino ino, long fromPage) {
        return ask(new Request.Extents(volume, snapshot, ino, fromPage),
                Response.Extents.class, Response.Extents::extents);
    }

    @Override
    public CompletableFuture<List<Name>> xattrNames(VolumeName volume, CommitTs snapshot, Ino ino) {
        return ask(new Request.XattrNames(volume, snapshot, ino),
                Response.XattrNames.class, Response.XattrNames::names);
    }

    @Override
    public CompletableFuture<Void> stage(VolumeName volume, StagedId id, Bytes bytes) {
        return ask(new Request.Stage(volume, id, bytes), Response.Done.class, done -> null);
    }

    @Override
    public CompletableFuture<String> stagingDirectory(VolumeName volume) {
        return ask(new Request.StagingDirectory(volume), Response.StagingDirectory.class,
                Response.StagingDirectory::path);
    }

    @Override
    public CompletableFuture<Void> stageFile(VolumeName volume, LaidFile file) {
        return ask(new Request.StageFile(volume, file), Response.Done.class, done -> null);
    }

    @Override
    public CompletableFuture<LedgerAnswer> outcomeOf(VolumeName volume, TxnId txn) {
        return ask(new Request.OutcomeOf(volume, txn), Response.Ledger.class, Response.Ledger::answer);
    }

    @Override
    public CompletableFuture<InoRange> reserveInos(VolumeName volume, int count) {
        return ask(new Request.ReserveInos(volume, count), Response.Inos.class, Response.Inos::range);
    }

    @Override
    public CompletableFuture<Void> end(VolumeName volume, long leaseId) {
        return ask(new Request.End(volume, leaseId), Response.Done.class, done -> null);
    }

    @Override
    public CompletableFuture<Boolean> renew(VolumeName volume, long leaseId) {
        return ask(new Request.Renew(volume, leaseId), Response.Renewed.class, Response.Renewed::alive);
    }

    @Override
    public CompletableFuture<List<TreeQuota>> quotas(VolumeName volume, CommitTs snapshot, Ino after, int limit) {
        return ask(new Request.Quotas(volume, snapshot, after, limit), Response.Quotas.class, Response.Quotas::quotas);
    }

    @Override
    public CompletableFuture<Long> startCheck(VolumeName volume, boolean readBytes) {
        return ask(new Request.StartCheck(volume, readBytes), Response.CheckStarted.class,
                Response.CheckStarted::check);
    }

    @Override
    public CompletableFuture<CheckPort.Report> checkReport(VolumeName volume, long check, int findingsFrom) {
        return ask(new Request.CheckReport(volume, check, findingsFrom), Response.CheckReport.class,
                Response.CheckReport::report);
    }

    @Override
    public CompletableFuture<Void> cancelCheck(VolumeName volume, long check) {
        return ask(new Request.CancelCheck(volume, check), Response.Done.class, done -> null);
    }

    @Override
    public CompletableFuture<VolumeStatus> status(VolumeName volume) {
        return ask(new Request.Status(volume), Response.Status.class, Response.Status::status);
    }

    @Override
    public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
        long items = (long) request.reads().size() + request.writes().size();
        Call call = call(new Request.Commit(request), limits.patientNanos() + items * limits.itemNanos());
        return call.answer
                .handle((response, failure) -> failure == null
                        ? outcome(call, response)
                        : new CommitOutcome.Unknown(sentence(failure)))
                .thenCompose(outcome -> outcome instanceof CommitOutcome.Refused refused && call.deliveries() > 1
                        ? sealed(request, refused)
                        : CompletableFuture.completedFuture(outcome));
    }

    private static CommitOutcome outcome(Call call, Response response) {
        return switch (response) {
            case Response.Outcome outcome -> outcome.outcome();
            // The one failure that this side answers itself: the request never left.
            case Response.Failed failed when failed.kind() == Cause.REFUSED && call.deliveries() == 0 ->
                    new CommitOutcome.Refused(RefusalCause.TOO_LARGE, failed.sentence());
            // There was no room, and the time that it had is over.
            case Response.Failed failed when failed.kind() == Cause.TIMED_OUT ->
                    new CommitOutcome.Refused(RefusalCause.TOO_LARGE, failed.sentence());
            // It did not reach the pipeline: the backend could not read it.
            case Response.Failed failed when failed.kind() == Cause.PROTOCOL ->
                    new CommitOutcome.Refused(RefusalCause.MALFORMED, failed.sentence());
            default -> new CommitOutcome.Unknown(failure(response).getMessage());
        };
    }

    private CompletableFuture<CommitOutcome> sealed(CommitRequest request, CommitOutcome.Refused refused) {
        return outcomeOf(request.volume(), request.txn()).handle((answer, failure) -> {
            if (failure != null) {
                return new CommitOutcome.Unknown(sentence(failure));
            }
            return answer.outcome() == null ? refused : answer.outcome();
        });
    }

    private static String sentence(Throwable failure) {
        Throwable cause = failure instanceof CompletionException wrapped ? wrapped.getCause() : failure;
        return cause.getMessage();
    }

    /** Calls that have no answer yet fail; commits among them are Unknown. */
    @Override
    public void close() {
        link.close();
    }
}
