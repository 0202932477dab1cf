package io.cffs.daemon.host;

import io.cffs.daemon.session.Invocation;
import io.cffs.daemon.session.InvocationResult;
import io.cffs.daemon.session.Pause;
import io.cffs.daemon.session.RetryPolicy;
import io.cffs.fuse.mount.PrivateMounts;
import io.cffs.model.CommitTs;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what clients ask for: takes a mount, shows it to the client, runs the invocation, cleans up after it.
 *
 * <p>Each run has a thread of its own for as long as it lasts: it notifies the kernel, and such a call may block until
 * other requests of the same mount have been served.
 */
public final class HostService implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostService.class);
    private static final RetryPolicy POLICY = RetryPolicy.standard();

    private final BackendPort backend;
    private final PrivateMounts room;
    private final HostMounts mounts;
    private final HostLimits limits;
    private final HostAnswers answers;
    private final HostRequest.Reader requests;
    private final HostProcesses processes;
    private final Ticker ticker;
    private final Pause pause;
    private final Set<String> hostNamespaces;
    private final ExecutorService threads =
            Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("cffs-run-", 0).factory());
    private final Set<HostRun> running = ConcurrentHashMap.newKeySet();
    private final Set<Path> sharedInUse = ConcurrentHashMap.newKeySet();
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong committed = new AtomicLong();
    private volatile boolean draining;

    /** What the service works with. Only {@code room} is closed by it. */
    public record Parts(BackendPort backend, PrivateMounts room, VolumeOpener opener, HostLimits limits,
            HostAnswers answers, ToLongFunction<String> timeSpans, Path proc, Ticker ticker, Pause pause) {}

    /** @throws IOException when /proc cannot be read */
    public HostService(Parts parts) throws IOException {
        this.backend = parts.backend();
        this.room = parts.room();
        this.limits = parts.limits();
        this.answers = parts.answers();
        this.requests = new HostRequest.Reader(parts.timeSpans());
        this.processes = new HostProcesses(parts.proc());
        this.ticker = parts.ticker();
        this.pause = parts.pause();
        this.mounts = new HostMounts(room, parts.opener(), limits, ticker);
        this.hostNamespaces = hostNamespaces();
    }

    /** That of the first process differs from ours when this daemon is in a container that sees the host. */
    private Set<String> hostNamespaces() throws IOException {
        Set<String> links = new HashSet<>();
        links.add(processes.namespaceOf(ProcessHandle.current().pid()));
        try {
            links.add(processes.namespaceOf(1));
        } catch (IOException e) {
            LOG.atDebug().setMessage("the first process cannot be looked at").addKeyValue("why", e.getMessage()).log();
        }
        return links;
    }

    HostLimits limits() {
        return limits;
    }

    /** A new client, not known to anybody but the caller. */
    HostRun newRun(String name, int uid, int gid, int pid) {
        return new HostRun(name, uid, gid, pid, ticker);
    }

    /**
     * Begins what the client asks for; the answer comes through the run. Called while the client waits for it, so that
     * its process cannot be another one meanwhile.
     *
     * @return false when it had begun before
     */
    boolean begin(HostRun run, String request) {
        if (!run.begin()) {
            return false;
        }
        running.add(run);
        int namespace = -1;
        try {
            int pid = processes.processOf(run.pid());
            namespace = PrivateMounts.namespaceOf(pid);
            Client client = new Client(run, pid, namespace, processes.namespaceOf(pid));
            threads.execute(() -> serve(client, request));
        } catch (IOException e) {
            running.remove(run);
            run.finish(answers.refused(HostRefusal.unavailable(
                    "the host daemon cannot see process " + run.pid() + " (" + e.getMessage() + ")")));
            if (namespace >= 0) {
                PrivateMounts.closeNamespace(namespace);
            }
        }
        return true;
    }

    /**
     * @param pid of its process
     * @param namespace a descriptor of its mount name space @param link what /proc calls that
     */
    private record Client(HostRun run, int pid, int namespace, String link) {}

    private void serve(Client client, String text) {
        HostRun run = client.run();
        begun.incrementAndGet();
        try {
            HostRequest request = requests.read(text);
            if (draining) {
                throw HostRefusal.unavailable("the host daemon is ending: run it again when it is back");
            }
            switch (request) {
                case HostRequest.Run asked -> runOn(client, asked);
                case HostRequest.Settle asked -> run.finish(answers.settled(settle(asked)));
            }
        } catch (HostRefusal refusal) {
            run.finish(answers.refused(refusal));
        } catch (IOException e) {
            run.finish(answers.refused(HostRefusal.unavailable(e.getMessage())));
        } catch (InterruptedException e) {
            // This daemon ends. The client hears nothing: it finds us gone, and asks the next one for the outcome.
            LOG.atInfo().setMessage("a function was ended with this daemon").addKeyValue("run", run.name()).log();
        } catch (RuntimeException | AssertionError e) {
            LOG.atDebug().setMessage("a run failed").setCause(e).log();
            run.finish(answers.failed(e instanceof Exception known ? known : new IllegalStateException(e)));
        } finally {
            running.remove(run);
            PrivateMounts.closeNamespace(client.namespace());
        }
    }

    /** The answer is given before the mount is taken down, unless others could stumble over it. */
    private void runOn(Client client, HostRequest.Run asked) throws HostRefusal, IOException, InterruptedException {
        HostRun run = client.run();
        if (hostNamespaces.contains(client.link())) {
            throw HostRefusal.usage("the function would share the host's mount name space, where everybody would see"
                    + " its mount: run it as a user who may make one with unshare(1)");
        }
        Path place = Path.of("/" + client.link()).resolve(asked.root().toString().substring(1));
        if (asked.shared() && !sharedInUse.add(place)) {
            throw HostRefusal.usage("another function of this name space has its volume on " + asked.root()
                    + ": name another directory with --mount");
        }
        try {
            HostMounts.Mount mount = mounts.take(new HostMounts.Key(
                    asked.volume(), asked.readOnly(), run.uid(), run.gid(), !asked.shared(), asked.keep()));
            boolean sound = false;
            HostAnswers.Answer answer = null;
            try {
                room.lend(mount.made(), client.namespace(), asked.root(), run.uid() == 0 ? -1 : run.uid());
                answer = invoke(client, asked, mount);
                sound = true;
            } finally {
                cleanUp(client, asked, mount, sound && !run.isGone(), answer);
            }
        } finally {
            sharedInUse.remove(place);
        }
    }

    private void cleanUp(Client client, HostRequest.Run asked, HostMounts.Mount mount, boolean sound,
            HostAnswers.Answer answer) throws IOException {
        try {
            if (asked.shared()) {
                room.takeBack(client.namespace(), asked.root());
            }
        } finally {
            if (sound && asked.keep() != null) {
                mount.giveBack(true);
            }
            if (answer != null) {
                client.run().finish(answer);
            }
            if (!sound || asked.keep() == null) {
                mount.giveBack(false);
            }
        }
    }

    private HostAnswers.Answer invoke(Client client, HostRequest.Run asked, HostMounts.Mount mount)
            throws InterruptedException {
        HostRun run = client.run();
        boolean limited = asked.timeoutNanos() != Long.MAX_VALUE;
        long deadlineNanos = limited ? ticker.monotonicNanos() + asked.timeoutNanos() : Long.MAX_VALUE;
        long deadlineMillis = limited ? (ticker.wallNanos() + asked.timeoutNanos()) / 1_000_000 : 0;
        String namespace = asked.shared() ? null : client.link();
        String[] mark = {"CFFS_TXN_ID="};
        run.prepare(deadlineNanos, deadlineMillis,
                kill -> processes.signal(family(client, namespace, mark[0]), kill),
                (ticket, gone) -> processes.end(family(client, namespace, "CFFS_TXN_ID=" + ticket.txn())));
        boolean ended = false;
        try {
            InvocationResult result = mount.volume().run(asked.function(),
                    new Invocation(asked.invocationId(), asked.readOnly(), CommitTs.ZERO, deadlineNanos),
                    ticket -> {
                        mark[0] = "CFFS_TXN_ID=" + ticket.txn();
                        return run.run(ticket);
                    },
                    POLICY.withAttemptsMax(asked.attemptsMax()), pause);
            ended = true;
            if (result instanceof InvocationResult.Committed) {
                committed.incrementAndGet();
            }
            return answers.ended(result, run.last(), asked.json());
        } finally {
            if (!ended) {
                processes.signal(family(client, namespace, mark[0]), true);
            }
        }
    }

    private static HostProcesses.Family family(Client client, String namespace, String mark) {
        HostRun run = client.run();
        return new HostProcesses.Family(client.pid(), run.uid(), namespace, mark, run.isGone());
    }

    /** Whether a transaction has committed; asks until there is an answer or the time is up. */
    private boolean settle(HostRequest.Settle asked) throws InterruptedException {
        long giveUpNanos = ticker.monotonicNanos() + POLICY.ledgerWaitNanosMax();
        for (;;) {
            try {
                return backend.outcomeOf(asked.volume(), asked.txn()).join().outcome() != null;
            } catch (CompletionException e) {
                if (!(e.getCause() instanceof BackendException failure)) {
                    throw e;
                }
                if (ticker.monotonicNanos() - giveUpNanos >= 0) {
                    throw failure;
                }
            }
            pause.nanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    /** Ends kept mounts whose time is over. To be called now and then. */
    public void endIdle() {
        mounts.endIdle();
    }

    /** Functions under way. */
    public int runningCount() {
        return running.size();
    }

    /** From now on nothing new is run. */
    public void drain() {
        draining = true;
    }

    /** Figures, in order. */
    public Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("state", draining ? "ending" : "serving");
        facts.put("running", running.size());
        facts.put("begun", begun.get());
        facts.put("committed", committed.get());
        facts.putAll(mounts.facts());
        return facts;
    }

    /** Aborts what runs, ends every mount; bounded. */
    @Override
    public void close() {
        draining = true;
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(30, TimeUnit.SECONDS)) {
                LOG.warn("functions were still under way when the host daemon ended");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        mounts.close();
        room.close();
    }
}
