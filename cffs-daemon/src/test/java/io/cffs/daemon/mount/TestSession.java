package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.cffs.daemon.buffer.FrameBuffer;
import io.cffs.daemon.cache.CacheLimits;
import io.cffs.daemon.cache.MemoryBlockCache;
import io.cffs.daemon.cache.SnapshotCache;
import io.cffs.daemon.cache.VolumeIdentity;
import io.cffs.daemon.session.AttemptParts;
import io.cffs.daemon.session.AttemptTicket;
import io.cffs.daemon.session.Attempts;
import io.cffs.daemon.session.Invocation;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.session.SessionLimits;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.port.BackendPort;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** A session with everything that it needs but a kernel. */
public final class TestSession implements AutoCloseable {
    private static final long MIB = 1024 * 1024;

    final Session session;
    private final FrameBuffer frames = new FrameBuffer(MIB, MIB, Path.of(System.getProperty("java.io.tmpdir")));
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    private final ExecutorService background = Executors.newVirtualThreadPerTaskExecutor();
    private long txns;

    public TestSession(BackendPort backend, boolean longLived) {
        SnapshotCache cache = new SnapshotCache(backend, VolumeName.DEFAULT, new VolumeIdentity(1, 2),
                new MemoryBlockCache(MIB), new CacheLimits(MIB, 8 * MIB, 0, 0), background);
        SessionLimits limits = longLived ? SessionLimits.forMount() : SessionLimits.forInvocations();
        session = new Session(backend, VolumeName.DEFAULT, cache, new AttemptParts(
                frames, TestMount.INLINE, TransactionOptions.DEFAULT, limits, TestMount.CLOCK, timer));
    }

    public Session session() {
        return session;
    }

    public AttemptTicket begin() {
        TxnId txn = new TxnId(System.identityHashCode(this), ++txns);
        Attempts.Ask ask = new Attempts.Ask(txn, 1, Invocation.anonymous(), List.of());
        return assertInstanceOf(Attempts.Opening.Opened.class, session.begin(ask)).ticket();
    }

    @Override
    public void close() {
        session.close();
        timer.shutdownNow();
        background.close();
        frames.close();
    }
}
