package io.cffs.daemon.mount;

import io.cffs.daemon.cache.KeptFootprints;
import io.cffs.daemon.cache.SnapshotCache;
import io.cffs.daemon.fuse.Commands;
import io.cffs.daemon.fuse.CommitTriggers;
import io.cffs.daemon.fuse.MountAdapter;
import io.cffs.daemon.session.AttemptParts;
import io.cffs.daemon.session.Attempts;
import io.cffs.daemon.session.Invocation;
import io.cffs.daemon.session.InvocationBody;
import io.cffs.daemon.session.InvocationControl;
import io.cffs.daemon.session.InvocationLoop;
import io.cffs.daemon.session.InvocationResult;
import io.cffs.daemon.session.MountControl;
import io.cffs.daemon.session.MountDriver;
import io.cffs.daemon.session.Pause;
import io.cffs.daemon.session.RetryPolicy;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.session.SessionLimits;
import io.cffs.daemon.session.SessionStatus;
import io.cffs.daemon.session.TurnMemory;
import io.cffs.fuse.FuseSession;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.mount.FuseMount;
import io.cffs.fuse.mount.MountOptions;
import io.cffs.model.FsException;
import io.cffs.model.ObjectKey;
import io.cffs.model.VolumeName;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import java.io.IOException;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A volume that is mounted. In mode {@link CommitMode#INVOCATION} whoever opened it runs invocations through {@link
 * #loop} or, step by step, {@link #attempts}; in mode {@link CommitMode#RUNS} programs do, through the files under
 * {@code /.cffs}; in the other modes an attempt is always open and ends as the mode says.
 *
 * <p>Safe for use by several threads, but attempts are driven by one at a time.
 */
public final class MountedVolume implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MountedVolume.class);
    private static final long STEP_MINUTES_MAX = 2;

    private final MountSettings settings;
    private final SnapshotCache cache;
    private final Session session;
    private final ScheduledExecutorService controlThread;
    private final MountDriver driver; // null in mode INVOCATION
    private final TurnMemory turns = new TurnMemory();
    private FuseSession fuse;

    /**
     * Mounts. When this returns, programs may use the mount point; in mode INVOCATION its files answer ESTALE until an
     * attempt begins.
     *
     * @param backend not closed by the mount
     * @throws IOException with one sentence that says why there is no mount
     * @throws BackendException when the backend gives no first snapshot
     */
    public static MountedVolume open(BackendPort backend, VolumeName volume, MountSettings settings)
            throws IOException {
        MountedVolume mounted = new MountedVolume(backend, volume, settings);
        boolean complete = false;
        try {
            mounted.mount(backend, volume);
            complete = true;
            return mounted;
        } finally {
            if (!complete) {
                mounted.close();
            }
        }
    }

    private MountedVolume(BackendPort backend, VolumeName volume, MountSettings settings) {
        this.settings = settings;
        this.controlThread = controlThread(settings.controlThreads());
        boolean invocations = settings.commitMode() == CommitMode.INVOCATION;
        this.cache = new SnapshotCache(backend, volume, settings.identity(), settings.blocks(),
                settings.cacheLimits(), settings.background());
        boolean runByRun = settings.commitMode() == CommitMode.RUNS;
        SessionLimits limits = invocations || runByRun ? SessionLimits.forInvocations() : SessionLimits.forMount();
        AttemptParts parts = new AttemptParts(settings.frames(), settings.staging(), settings.transactions(), limits,
                settings.ticker(), controlThread);
        this.session = new Session(backend, volume, cache, parts);
        this.driver = invocations
                ? null
                : new MountDriver(session, settings.kernel().readOnly(), runByRun, settings.entropy(), controlThread);
    }

    /** One thread: it renews leases and runs control commands. */
    private static ScheduledExecutorService controlThread(ThreadFactory threads) {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, threads);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setRemoveOnCancelPolicy(true);
        return executor;
    }

    private void mount(BackendPort backend, VolumeName volume) throws IOException {
        MountControl control = driver == null ? new InvocationControl(session) : driver;
        Commands commands = new Commands(controlThread, settings.proc(), settings.background());
        CommitTriggers triggers = CommitTriggerChoice.of(settings, session, driver, controlThread, commands);
        StatusFigures figures = new StatusFigures(backend, volume, settings.ticker());
        MountAdapter adapter = new MountAdapter(session, control, triggers, commands, figures, settings.proc(),
                settings.ticker(), users(), wholeFiles(), settings.commitMode() == CommitMode.RUNS);
        session.kernel(adapter.kernelCaches(), adapter.patience(settings.background()));
        CompletableFuture<Boolean> ready = new CompletableFuture<>();
        // First in the queue: what somebody asks for as soon as the mount is there comes after it.
        Future<?> started = controlThread.submit(() -> {
            if (ready.join() && driver != null) {
                start(adapter);
            }
        });
        try {
            fuse = FuseMount.mount(kernelOptions(volume), adapter.handler());
            fuse.awaitReady(settings.readyAtMost());
            ready.complete(true);
        } finally {
            ready.complete(false); // unless it is true
        }
        await(started);
    }

    /** Of a mount that is used run by run the root can be looked at before the first one. */
    private void start(MountAdapter adapter) {
        driver.start();
        if (settings.commitMode() == CommitMode.RUNS) {
            try {
                driver.begin();
                adapter.lookAtRoot();
                driver.abort();
            } catch (FsException e) {
                LOG.atWarn().setMessage("the root of the mount could not be looked at").addKeyValue("why", e).log();
            }
        }
    }

    /** Programs on a long-lived mount outlive its transactions: none then, see {@code SEMANTICS.md}. */
    private MountAdapter.WholeFileParts wholeFiles() {
        boolean none = settings.contents() == null || settings.commitMode() != CommitMode.INVOCATION
                || settings.kernel().transport() != MountOptions.Transport.DEVFUSE;
        return none
                ? null
                : new MountAdapter.WholeFileParts(settings.contents(), settings.identity(), settings.background());
    }

    private MountAdapter.Users users() {
        if (settings.kernel().defaultPermissions()) {
            return MountAdapter.Users.KERNEL_CHECKED;
        }
        return settings.kernel().allowOther() ? MountAdapter.Users.CHECKED_HERE : MountAdapter.Users.ONE;
    }

    private MountOptions kernelOptions(VolumeName volume) {
        MountOptions asked = settings.kernel();
        Set<InitFlag> flags = EnumSet.copyOf(InitFlag.USUAL);
        flags.add(InitFlag.CACHE_SYMLINKS);
        flags.add(InitFlag.DONT_MASK);
        flags.add(InitFlag.HANDLE_KILLPRIV_V2);
        flags.add(InitFlag.EXPORT_SUPPORT);
        if (asked.defaultPermissions()) {
            flags.add(InitFlag.POSIX_ACL);
        }
        if (wholeFiles() != null) {
            flags.add(InitFlag.PASSTHROUGH);
        }
        return asked.withNames("cffs:" + volume, "cffs")
                .withFlags(flags);
    }

    /**
     * Runs one invocation, in mode INVOCATION. The first on this mount has fetched ahead what the last run of the same
     * function on this host looked at.
     *
     * @param function names it, as {@link KeptFootprints}; null for one that nobody remembers
     */
    public InvocationResult run(String function, Invocation invocation, InvocationBody body, RetryPolicy policy,
            Pause pause) throws InterruptedException {
        KeptFootprints footprints = settings.footprints();
        boolean first = function != null && footprints != null && cache.lastSeen() == null;
        List<ObjectKey> before = first ? footprints.of(settings.identity(), function) : List.of();
        cache.expect(before);
        InvocationResult result = loop(policy, pause).run(invocation, body);
        if (first) {
            footprints.keep(settings.identity(), function, before, cache.footprint());
        }
        return result;
    }

    /** For one invocation after the other, in mode INVOCATION. */
    public InvocationLoop loop(RetryPolicy policy, Pause pause) {
        return new InvocationLoop(session, policy, settings.ticker(), settings.entropy(), pause, turns);
    }

    /** Step by step, in mode INVOCATION. */
    public Attempts attempts() {
        return session;
    }

    public SessionStatus status() {
        return session.status();
    }

    /**
     * Commits what a long-lived mount has not committed yet: before it is unmounted.
     *
     * @throws FsException as {@link MountControl#commit}
     */
    public void commitIfChanged() throws FsException {
        FsException[] refused = {null};
        onControlThread(() -> {
            try {
                driver.commitIfChanged();
            } catch (FsException e) {
                refused[0] = e;
            }
        });
        if (refused[0] != null) {
            throw refused[0];
        }
    }

    /** Completes when the mount has ended, by us or by anybody. */
    public CompletionStage<Void> ended() {
        return fuse.ended();
    }

    /** Aborts what is open, unmounts, and waits for both, bounded. Harmless when called again. */
    @Override
    public void close() {
        if (driver != null) {
            onControlThread(driver::stop);
        }
        session.close();
        if (fuse != null) {
            fuse.close();
        }
        controlThread.shutdown();
    }

    private void onControlThread(Runnable step) {
        try {
            await(controlThread.submit(step));
        } catch (RejectedExecutionException e) {
            LOG.atWarn().setMessage("a step of the mount came after its end").setCause(e).log();
        }
    }

    private static void await(Future<?> step) {
        try {
            step.get(STEP_MINUTES_MAX, TimeUnit.MINUTES);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof BackendException failure) {
                throw failure;
            }
            throw new AssertionError("a step of the mount failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (TimeoutException e) {
            LOG.atWarn().setMessage("a step of the mount did not end in time").setCause(e).log();
        }
    }
}
