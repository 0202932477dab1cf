package io.cffs.test.sim;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * The backend as a daemon reaches it: over the network. A call parks the daemon's actor until the answer is there or
 * its patience is over, so the future that it returns is complete already. Calls that may be repeated are repeated.
 */
final class RemoteBackend implements BackendPort {
    private static final long PATIENCE_NANOS = 2_000_000_000L;
    private static final int TRIES_MAX = 4;

    private final Scheduler scheduler;
    private final Network network;
    private final FaultPlan faults;
    private final BackendNode node;

    RemoteBackend(Scheduler scheduler, Network network, FaultPlan faults, BackendNode node) {
        this.scheduler = scheduler;
        this.network = network;
        this.faults = faults;
        this.node = node;
    }

    /** An answer or what went wrong instead; one of them is null. */
    record Reply<T>(T value, BackendException failure) {}

    private <T> CompletableFuture<T> repeated(Function<BackendPort, CompletableFuture<T>> call) {
        for (int tries = 1; tries <= TRIES_MAX; tries++) {
            Optional<Reply<T>> reply = once(call);
            if (reply.isPresent()) {
                return answered(reply.get());
            }
        }
        return CompletableFuture.failedFuture(new BackendException(
                BackendException.Cause.TIMED_OUT, "the simulated backend did not answer", null));
    }

    private static <T> CompletableFuture<T> answered(Reply<T> reply) {
        return reply.failure() == null
                ? CompletableFuture.completedFuture(reply.value())
                : CompletableFuture.failedFuture(reply.failure());
    }

    private <T> Optional<Reply<T>> once(Function<BackendPort, CompletableFuture<T>> call) {
        Promise<Reply<T>> promise = new Promise<>();
        send(call, promise);
        return promise.await(scheduler, PATIENCE_NANOS);
    }

    private <T> void send(Function<BackendPort, CompletableFuture<T>> call, Promise<Reply<T>> promise) {
        int process = node.process();
        network.toBackend(() -> {
            if (faults.mailOutlivesBackend() || node.process() == process) {
                node.serve(call, reply -> network.toDaemon(() -> promise.complete(reply)));
            }
        });
    }

    @Override
    public CompletableFuture<Begun> begin(BeginRequest request) {
        return repeated(backend -> backend.begin(request));
    }

    @Override
    public CompletableFuture<List<Fetched>> fetch(VolumeName volume, CommitTs snapshot, List<FetchItem> items) {
        return repeated(backend -> backend.fetch(volume, snapshot, items));
    }

    @Override
    public CompletableFuture<DirectoryPage> list(
            VolumeName volume, CommitTs snapshot, Ino directory, Name after, int limit) {
        return repeated(backend -> backend.list(volume, snapshot, directory, after, limit));
    }

    @Override
    public CompletableFuture<FileExtents> extents(VolumeName volume, CommitTs snapshot, Ino ino, long fromPage) {
        return repeated(backend -> backend.extents(volume, snapshot, ino, fromPage));
    }

    @Override
    public CompletableFuture<List<Name>> xattrNames(VolumeName volume, CommitTs snapshot, Ino ino) {
        return repeated(backend -> backend.xattrNames(volume, snapshot, ino));
    }

    @Override
    public CompletableFuture<Void> stage(VolumeName volume, StagedId id, Bytes bytes) {
        return repeated(backend -> backend.stage(volume, id, bytes));
    }

    /** Sent once, or again with the same transaction id; what is not answered is unknown. */
    @Override
    public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
        Optional<Reply<CommitOutcome>> reply = once(backend -> backend.commit(request));
        if (reply.isEmpty() && faults.strikes(Fault.RESENT, 10)) {
            reply = once(backend -> backend.commit(request));
        }
        return CompletableFuture.completedFuture(reply
                .map(answer -> answer.failure() == null ? answer.value() : unknown(answer.failure()))
                .orElseGet(() -> new CommitOutcome.Unknown("the simulated backend did not answer")));
    }

    private static CommitOutcome unknown(BackendException failure) {
        return new CommitOutcome.Unknown(failure.getMessage());
    }

    @Override
    public CompletableFuture<LedgerAnswer> outcomeOf(VolumeName volume, TxnId txn) {
        return repeated(backend -> backend.outcomeOf(volume, txn));
    }

    @Override
    public CompletableFuture<InoRange> reserveInos(VolumeName volume, int count) {
        return repeated(backend -> backend.reserveInos(volume, count));
    }

    @Override
    public CompletableFuture<Void> end(VolumeName volume, long leaseId) {
        network.toBackend(() -> node.serve(backend -> backend.end(volume, leaseId), reply -> {}));
        return CompletableFuture.completedFuture(null);
    }

    @Override
    public CompletableFuture<Boolean> renew(VolumeName volume, long leaseId) {
        return repeated(backend -> backend.renew(volume, leaseId));
    }

    @Override
    public CompletableFuture<VolumeStatus> status(VolumeName volume) {
        return repeated(backend -> backend.status(volume));
    }

    @Override
    public void close() {
        // A connection of the simulated network holds nothing.
    }
}
