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
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Passes every call on: what a layer round a backend changes, it overrides. */
abstract class BackendLayer implements BackendPort {
    final BackendPort backend;

    BackendLayer(BackendPort backend) {
        this.backend = backend;
    }

    @Override
    public CompletableFuture<Begun> begin(BeginRequest request) {
        return backend.begin(request);
    }

    @Override
    public CompletableFuture<List<Fetched>> fetch(VolumeName volume, CommitTs snapshot, List<FetchItem> items) {
        return backend.fetch(volume, snapshot, items);
    }

    @Override
    public CompletableFuture<DirectoryPage> list(
            VolumeName volume, CommitTs snapshot, Ino directory, Name after, int limit) {
        return backend.list(volume, snapshot, directory, after, limit);
    }

    @Override
    public CompletableFuture<FileExtents> extents(VolumeName volume, CommitTs snapshot, Ino ino, long fromPage) {
        return backend.extents(volume, snapshot, ino, fromPage);
    }

    @Override
    public CompletableFuture<List<Name>> xattrNames(VolumeName volume, CommitTs snapshot, Ino ino) {
        return backend.xattrNames(volume, snapshot, ino);
    }

    @Override
    public CompletableFuture<Void> stage(VolumeName volume, StagedId id, Bytes bytes) {
        return backend.stage(volume, id, bytes);
    }

    @Override
    public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
        return backend.commit(request);
    }

    @Override
    public CompletableFuture<LedgerAnswer> outcomeOf(VolumeName volume, TxnId txn) {
        return backend.outcomeOf(volume, txn);
    }

    @Override
    public CompletableFuture<InoRange> reserveInos(VolumeName volume, int count) {
        return backend.reserveInos(volume, count);
    }

    @Override
    public CompletableFuture<Void> end(VolumeName volume, long leaseId) {
        return backend.end(volume, leaseId);
    }

    @Override
    public CompletableFuture<Boolean> renew(VolumeName volume, long leaseId) {
        return backend.renew(volume, leaseId);
    }

    @Override
    public CompletableFuture<VolumeStatus> status(VolumeName volume) {
        return backend.status(volume);
    }

    @Override
    public void close() {
        backend.close();
    }
}
