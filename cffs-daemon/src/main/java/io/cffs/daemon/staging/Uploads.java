package io.cffs.daemon.staging;

import io.cffs.model.Bytes;
import io.cffs.model.FsException;
import io.cffs.model.VolumeName;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.LaidFile;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Semaphore;

/** Uploads under way, a bounded number at a time. Sent to by one thread. */
final class Uploads {
    /** Under way at a time: 16 MiB of heap where bytes are sent. */
    static final int AT_A_TIME_MAX = 4;

    private final BackendPort backend;
    private final VolumeName volume;
    private final LaidFiles files;
    private final Semaphore room = new Semaphore(AT_A_TIME_MAX);
    private final List<CompletableFuture<Void>> all = new ArrayList<>();
    private final Set<StagedId> failedIds = new HashSet<>(); // @GuardedBy("this")
    private final List<Upload> refusedFiles = new ArrayList<>(); // @GuardedBy("this")
    private RuntimeException failure; // @GuardedBy("this")

    Uploads(BackendPort backend, VolumeName volume, LaidFiles files) {
        this.backend = backend;
        this.volume = volume;
        this.files = files;
    }

    private record Upload(StagedId id, int lengthBytes, ObjectBytes bytes) {}

    /**
     * Begins an upload as soon as there is room for it.
     *
     * @return false when the object is not wanted any more: nothing is sent
     */
    boolean send(StagedId id, int lengthBytes, ObjectBytes bytes) throws FsException {
        room.acquireUninterruptibly();
        boolean sent = false;
        try {
            sent = sendNow(new Upload(id, lengthBytes, bytes));
            return sent;
        } finally {
            if (!sent) {
                room.release();
            }
        }
    }

    private boolean sendNow(Upload upload) throws FsException {
        if (files.isOpen()) {
            LaidFile laid = files.lay(upload.id(), upload.lengthBytes(), upload.bytes());
            if (laid != null) {
                watch(upload, true, backend.stageFile(volume, laid));
                return true;
            }
            if (files.isOpen()) {
                return false;
            }
        }
        byte[] content = upload.bytes().all(upload.lengthBytes());
        if (content == null) {
            return false;
        }
        watch(upload, false, backend.stage(volume, upload.id(), Bytes.owning(content)));
        return true;
    }

    private void watch(Upload upload, boolean asFile, CompletableFuture<Void> answer) {
        all.add(answer.whenComplete((done, failed) -> {
            if (failed != null) {
                failed(upload, asFile, causeOf(failed));
            }
            room.release();
        }));
    }

    private synchronized void failed(Upload upload, boolean asFile, RuntimeException cause) {
        failedIds.add(upload.id());
        boolean refused = cause instanceof BackendException known
                && (known.kind() == BackendException.Cause.REFUSED || known.kind() == BackendException.Cause.PROTOCOL);
        if (asFile && refused) {
            files.close(cause.getMessage());
            refusedFiles.add(upload);
        } else {
            failure = cause;
        }
    }

    private static RuntimeException causeOf(Throwable failed) {
        Throwable cause = failed instanceof CompletionException ? failed.getCause() : failed;
        return cause instanceof RuntimeException known
                ? known
                : new BackendException(
                        BackendException.Cause.STORE_FAILED, "An upload failed before the commit.", failed);
    }

    /** Waits for all. Those whose files were refused have failed. */
    void awaitAll() {
        all.forEach(upload -> upload.handle((done, failed) -> null).join());
        all.clear();
    }

    /**
     * Waits for all, and sends the bytes of those whose files were refused.
     *
     * @throws RuntimeException when one has failed for good
     */
    void finish() throws FsException {
        awaitAll();
        throwFailure();
        List<Upload> again;
        synchronized (this) {
            again = List.copyOf(refusedFiles);
            refusedFiles.clear();
        }
        for (Upload upload : again) {
            files.discard(upload.id());
            send(upload.id(), upload.lengthBytes(), upload.bytes());
        }
        awaitAll();
        throwFailure();
    }

    synchronized boolean hasFailed(StagedId id) {
        return failedIds.contains(id);
    }

    /** @throws RuntimeException what one has failed with for good */
    synchronized void throwFailure() {
        if (failure != null) {
            throw failure;
        }
    }
}
