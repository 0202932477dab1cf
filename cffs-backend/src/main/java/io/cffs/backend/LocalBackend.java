package io.cffs.backend;

import io.cffs.backend.commit.CommitRoom;
import io.cffs.backend.commit.Coordination;
import io.cffs.backend.commit.StepSignals;
import io.cffs.backend.fsck.CheckJobs;
import io.cffs.backend.fsck.VolumeCheck;
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
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.CheckPort;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import io.cffs.txn.port.LaidFile;
import io.cffs.txn.port.QuotaPort;
import io.cffs.txn.port.Ticker;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The backend in this process: volumes on parts that are opened on first use, each with its own threads. What the
 * embedded deployment talks to directly, and what the server puts on a socket.
 *
 * <p>Reads run on the calling thread when their snapshot has been applied; stage runs on it always. Dependents of
 * commit futures run on the sequencing thread and must be short.
 */
public final class LocalBackend implements BackendPort, CheckPort, QuotaPort, CommitRoom.Owner {
    private static final Logger LOG = LoggerFactory.getLogger(LocalBackend.class);

    private final Function<VolumeName, VolumeParts> opener;
    private final Coordination coordination;
    private final Ticker ticker;
    private final BackendSettings settings;
    private final ThreadFactory threads;
    private final Executor readers;
    private final Runnable onClose;
    private final CheckJobs checks;
    private final CommitRoom commitRoom;
    /** Changed with the monitor held, read without. */
    private final Map<VolumeName, Running> volumes = new ConcurrentHashMap<>();
    // Guarded by "this".
    private boolean closed;

    private record Running(Volume volume, VolumeThreads threads, AtomicBoolean reopening) {}

    /**
     * @param opener opens the parts of a volume, creating it when it is new
     * @param threads makes the three threads of each volume; null for none: then the owner of the volume steps it
     * @param readers runs reads that had to wait
     * @param onClose runs after the last volume has been closed: gives the lock back
     */
    public LocalBackend(Function<VolumeName, VolumeParts> opener, Coordination coordination, Ticker ticker,
            BackendSettings settings, ThreadFactory threads, Executor readers, Runnable onClose) {
        this.opener = opener;
        this.coordination = coordination;
        this.ticker = ticker;
        this.settings = settings;
        this.threads = threads;
        this.readers = readers;
        this.onClose = onClose;
        this.checks = new CheckJobs(readers);
        this.commitRoom = new CommitRoom(settings.pipeline().commitWeightMax());
    }

    @Override
    public CommitRoom commitRoom() {
        return commitRoom;
    }

    /** Opens the volume if it is not open: for those who step it, and for checkers. Throws BackendException. */
    public Volume volume(VolumeName name) {
        Running running = volumes.get(name);
        if (running == null) {
            return open(name).volume();
        }
        boolean mine = running.threads() != null && running.volume().wantsReopening()
                && running.reopening().compareAndSet(false, true);
        return mine ? reopen(name, running).volume() : running.volume();
    }

    private synchronized Running open(VolumeName name) {
        Running running = volumes.get(name);
        if (running == null) {
            if (closed) {
                throw new BackendException(BackendException.Cause.CLOSED, "the backend is closed", null);
            }
            running = start(name);
            volumes.put(name, running);
        }
        return running;
    }

    /**
     * The disk was full in the middle of making the state durable, and has room again: RocksDB does not go on by itself
     * then. Others get the old volume meanwhile, which answers that it is closed; none of them waits here, for one of
     * them may be on a thread that has to end.
     */
    private synchronized Running reopen(VolumeName name, Running old) {
        if (closed || volumes.get(name) != old) {
            return old;
        }
        LOG.info("a volume is opened again after its disk was full");
        old.threads().stop();
        old.volume().close();
        volumes.remove(name);
        Running running = start(name);
        volumes.put(name, running);
        return running;
    }

    private Running start(VolumeName name) {
        VolumeParts parts = opener.apply(name);
        VolumeThreads driver = threads == null ? null : new VolumeThreads(name);
        try {
            Volume volume = new Volume(name, parts, coordination, ticker, settings, commitRoom,
                    driver == null ? StepSignals.NONE : driver, readers);
            if (driver != null) {
                driver.start(volume, threads);
            }
            return new Running(volume, driver, new AtomicBoolean());
        } catch (RuntimeException failed) {
            parts.close();
            throw failed;
        }
    }

    @Override
    public CompletableFuture<Begun> begin(BeginRequest request) {
        return on(request.volume(), volume -> volume.begin(request));
    }

    @Override
    public CompletableFuture<List<Fetched>> fetch(VolumeName name, CommitTs snapshot, List<FetchItem> items) {
        return on(name, volume -> volume.read(snapshot, store -> volume.fetch(snapshot, items)));
    }

    @Override
    public CompletableFuture<DirectoryPage> list(
            VolumeName name, CommitTs snapshot, Ino directory, Name after, int limit) {
        int bounded = Math.clamp(limit, 1, DirectoryPage.ENTRIES_MAX);
        return on(name, volume -> volume.read(snapshot, store -> store.list(directory, after, bounded, snapshot)));
    }

    @Override
    public CompletableFuture<FileExtents> extents(VolumeName name, CommitTs snapshot, Ino ino, long fromPage) {
        return on(name, volume -> volume.read(snapshot, store -> store.extents(ino, fromPage, snapshot)));
    }

    @Override
    public CompletableFuture<List<Name>> xattrNames(VolumeName name, CommitTs snapshot, Ino ino) {
        return on(name, volume -> volume.read(snapshot, store -> store.xattrNames(ino, snapshot)));
    }

    @Override
    public CompletableFuture<Void> stage(VolumeName name, StagedId id, Bytes bytes) {
        return on(name, volume -> {
            volume.stage(id, bytes);
            return CompletableFuture.completedFuture(null);
        });
    }

    @Override
    public CompletableFuture<String> stagingDirectory(VolumeName name) {
        return on(name, volume -> CompletableFuture.completedFuture(volume.stagingDirectory()));
    }

    @Override
    public CompletableFuture<Void> stageFile(VolumeName name, LaidFile file) {
        return on(name, volume -> {
            volume.stage(file);
            return CompletableFuture.completedFuture(null);
        });
    }

    @Override
    public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
        Volume volume;
        try {
            volume = volume(request.volume());
        } catch (BackendException failed) {
            // An earlier delivery may have committed before the volume was closed.
            return CompletableFuture.completedFuture(failed.kind() == BackendException.Cause.UNKNOWN_VOLUME
                    ? new CommitOutcome.Refused(RefusalCause.UNKNOWN_VOLUME, failed.getMessage())
                    : new CommitOutcome.Unknown(failed.getMessage()));
        }
        return volume.commit(request);
    }

    @Override
    public CompletableFuture<LedgerAnswer> outcomeOf(VolumeName name, TxnId txn) {
        return on(name, volume -> volume.pipeline().ask(txn));
    }

    @Override
    public CompletableFuture<InoRange> reserveInos(VolumeName name, int count) {
        if (count < 1) {
            return CompletableFuture.failedFuture(new BackendException(
                    BackendException.Cause.REFUSED, "inode numbers are taken one or more at a time: " + count, null));
        }
        return on(name, volume -> volume.pipeline().reserveInos(count));
    }

    @Override
    public CompletableFuture<Void> end(VolumeName name, long leaseId) {
        return on(name, volume -> {
            volume.end(leaseId);
            return CompletableFuture.completedFuture(null);
        });
    }

    @Override
    public CompletableFuture<Boolean> renew(VolumeName name, long leaseId) {
        return on(name, volume -> CompletableFuture.completedFuture(volume.renew(leaseId)));
    }

    @Override
    public CompletableFuture<VolumeStatus> status(VolumeName name) {
        return on(name, volume -> CompletableFuture.completedFuture(volume.status()));
    }

    @Override
    public CompletableFuture<List<TreeQuota>> quotas(VolumeName name, CommitTs snapshot, Ino after, int limit) {
        int bounded = Math.clamp(limit, 1, QUOTAS_MAX);
        return on(name, volume -> volume.read(snapshot, store -> store.quotas(after, bounded, snapshot)));
    }

    @Override
    public CompletableFuture<Long> startCheck(VolumeName name, boolean readBytes) {
        VolumeCheck.Level level = readBytes ? VolumeCheck.Level.DATA : VolumeCheck.Level.META;
        return on(name, volume -> CompletableFuture.completedFuture(checks.start(name, volume.pin(), level)));
    }

    @Override
    public CompletableFuture<Report> checkReport(VolumeName name, long check, int findingsFrom) {
        return on(name, volume -> CompletableFuture.completedFuture(checks.report(name, check, findingsFrom)));
    }

    @Override
    public CompletableFuture<Void> cancelCheck(VolumeName name, long check) {
        checks.cancel(name, check);
        return CompletableFuture.completedFuture(null);
    }

    private <T> CompletableFuture<T> on(VolumeName name, Function<Volume, CompletableFuture<T>> call) {
        try {
            return call.apply(volume(name)).handle(LocalBackend::unwrapped).thenCompose(Function.identity());
        } catch (BackendException failed) {
            return CompletableFuture.failedFuture(failed);
        }
    }

    /** Futures fail with BackendException alone, never with one wrapped by a stage in between. */
    private static <T> CompletableFuture<T> unwrapped(T value, Throwable failure) {
        if (failure == null) {
            return CompletableFuture.completedFuture(value);
        }
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return CompletableFuture.failedFuture(cause);
    }

    @Override
    public void close() {
        List<Running> running;
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            checks.close();
            running = List.copyOf(volumes.values());
            volumes.clear();
        }
        RuntimeException first = null;
        for (Running each : running) {
            try {
                if (each.threads() != null) {
                    each.threads().stop();
                }
                each.volume().close();
            } catch (RuntimeException failed) {
                first = first == null ? failed : first;
            }
        }
        onClose.run();
        if (first != null) {
            throw first;
        }
    }
}
