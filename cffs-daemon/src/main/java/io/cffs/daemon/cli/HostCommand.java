package io.cffs.daemon.cli;

import io.cffs.daemon.cache.BlockCache;
import io.cffs.daemon.host.ControlTree;
import io.cffs.daemon.host.HostLimits;
import io.cffs.daemon.host.HostService;
import io.cffs.fuse.FuseSession;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.mount.FuseMount;
import io.cffs.fuse.mount.MountOptions;
import io.cffs.fuse.mount.PrivateMounts;
import io.cffs.txn.port.BackendPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** One process that serves the mounts of all functions of a host. */
@Command(
        name = "host",
        description = {
            "Serve the functions of this host from one process, in the foreground, until a signal.",
            "'cffs run --host' then starts without a JVM of its own."
        },
        footer = {
            "",
            "Functions reach it through a small file system on the control directory: status tells how",
            "it does, and each file made in runs/ is one function. Only who may enter that directory can",
            "run functions.",
            "",
            "Examples:",
            "  cffs host --store /srv/cffs &",
            "  cffs run --host --keep order -- ./order 17",
            "  cffs host --json"
        })
final class HostCommand implements Callable<Integer> {
    static final Path CONTROL_DEFAULT = Path.of("/run/cffs/host");
    private static final long ROUND_NANOS = 1_000_000_000L;

    private final Surroundings around;
    private final Backends backends;

    @Mixin
    private StoreOptions store;

    @Option(names = "--control", paramLabel = "DIR",
            description = "Directory by which functions reach it (default: /run/cffs/host); made if absent.")
    private Path control = CONTROL_DEFAULT;

    @Option(names = "--control-mode", paramLabel = "OCTAL",
            description = "Permissions of that directory (default: 0700).")
    private String mode = "0700";

    @Option(names = "--control-owner", paramLabel = "UID:GID",
            description = "Owner of that directory (default: 0:0).")
    private String owner = "0:0";

    @Option(names = "--mounts", paramLabel = "N",
            description = "Mounts at a time, kept ones included (default: what fits into CFFS_HEAP, 6 MiB each).")
    private Integer mounts;

    @Option(names = "--idle", paramLabel = "TIME", converter = TimeSpan.class,
            description = "How long a mount that 'cffs run --keep' named stays without use (default: 5m).")
    private long idleNanos = TimeUnit.MINUTES.toNanos(5);

    @Option(names = "--drain", paramLabel = "TIME", converter = TimeSpan.class,
            description = "How long functions under way may go on after a signal (default: 30s).")
    private long drainNanos = TimeUnit.SECONDS.toNanos(30);

    @Option(names = "--warm", arity = "1", paramLabel = "true|false",
            description = "After the start, run functions for practice on a volume in memory: they make the code"
                    + " fast before real ones come (default: true).")
    private boolean warm = true;

    @Option(names = "--json", description = "Do not serve: print what the running host daemon does, as JSON.")
    private boolean json;

    private volatile HostWarming warming; // null: has not begun

    HostCommand(Surroundings around, Backends backends) {
        this.around = around;
        this.backends = backends;
    }

    /** Why the wait ended. */
    private enum Wake { SIGNAL, UNMOUNTED }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path at = control.toAbsolutePath().normalize();
        if (json) {
            return show(at.resolve("status"));
        }
        store.check();
        ControlTree.Access access = access();
        HostLimits limits = limits();
        requireFree(at);
        BlockingQueue<Wake> wakes = new LinkedBlockingQueue<>();
        Signals.listen(signal -> {
            if (signal.stops()) {
                wakes.add(Wake.SIGNAL);
            }
        });
        try (BackendPort backend = backends.open(store);
                HostMountSettings parts = new HostMountSettings(around, store, backend);
                HostService service = service(backend, parts, limits);
                FuseSession door = openDoor(at, service, parts, access)) {
            door.ended().thenRun(() -> wakes.add(Wake.UNMOUNTED));
            around.out().println("serving " + store.source(around) + " for the functions of this host, through " + at);
            around.out().flush();
            try (HostWarming practice = warm ? HostWarming.begin(around, at, () -> service.runningCount() > 0) : null) {
                warming = practice;
                serve(service, wakes);
            }
            return Exit.OK;
        }
    }

    /** The launcher prints it without a JVM when it can; this is for everybody else. */
    private int show(Path status) {
        try {
            around.out().print(Files.readString(status));
            around.out().flush();
            return Exit.OK;
        } catch (IOException e) {
            throw new Failure(Exit.UNAVAILABLE, "no host daemon serves " + status.getParent()
                    + ": start one with 'cffs host', or name its directory with --control", e);
        }
    }

    private ControlTree.Access access() {
        if (!mode.matches("0?[0-7]{3}") || !owner.matches("[0-9]{1,9}:[0-9]{1,9}")) {
            throw new Failure(Exit.USAGE, "--control-mode is three octal digits and --control-owner UID:GID in"
                    + " numbers, not " + mode + " and " + owner);
        }
        int colon = owner.indexOf(':');
        return new ControlTree.Access(Integer.parseInt(mode, 8), Integer.parseInt(owner.substring(0, colon)),
                Integer.parseInt(owner.substring(colon + 1)));
    }

    private HostLimits limits() {
        int fitting = HostMountSettings.mountsMax(Runtime.getRuntime().maxMemory());
        if (mounts != null && (mounts < 1 || mounts > fitting)) {
            throw new Failure(Exit.USAGE, "--mounts is 1 to " + fitting + " with a heap of "
                    + (Runtime.getRuntime().maxMemory() >> 20) + " MiB, not " + mounts + ": set CFFS_HEAP for more");
        }
        return new HostLimits(mounts == null ? fitting : mounts, idleNanos);
    }

    /** A dead one that a killed daemon has left is cleared away when the new one is mounted. */
    private static void requireFree(Path at) throws IOException {
        if (Files.exists(at.resolve("status"))) {
            throw new Failure(Exit.UNAVAILABLE, "a host daemon serves " + at
                    + " already: end it, or name another directory with --control");
        }
        if (!MountTable.hasHostAt(at)) {
            Files.createDirectories(at);
        }
    }

    private HostService service(BackendPort backend, HostMountSettings parts, HostLimits limits) throws IOException {
        try {
            // Mounts are made in a name space of their own, over any directory: the runtime directory is there.
            PrivateMounts room = PrivateMounts.in(new RuntimeDirectory(around).path());
            return new HostService(new HostService.Parts(backend, room, parts, limits, new HostOutcomes(),
                    new TimeSpan()::convert, Path.of("/proc"), around.ticker(), around.pause()));
        } catch (IOException e) {
            throw new Failure(Exit.UNAVAILABLE, "a host daemon mounts for others, which takes root with CAP_SYS_ADMIN"
                    + " and Linux 5.2: " + e.getMessage(), e);
        }
    }

    private FuseSession openDoor(Path at, HostService service, HostMountSettings parts, ControlTree.Access access)
            throws IOException {
        Set<InitFlag> flags = EnumSet.copyOf(InitFlag.USUAL);
        flags.remove(InitFlag.READDIRPLUS);
        flags.remove(InitFlag.READDIRPLUS_AUTO);
        MountOptions options = MountOptions.at(at)
                .withNames("cffs-host", "cffs-host")
                .withAllowOther(true)
                .withDefaultPermissions(true)
                .withFlags(flags)
                .withReaders(2)
                .withTransfer(1 << 14, 0, 64)
                .withGuard(true);
        ControlTree tree = new ControlTree(service, () -> Json.line(facts(service, parts)), access);
        FuseSession session = FuseMount.mount(options, tree);
        session.awaitReady(Duration.ofSeconds(20));
        return session;
    }

    private Map<String, Object> facts(HostService service, HostMountSettings parts) {
        Map<String, Object> facts = new LinkedHashMap<>(service.facts());
        facts.put("warming", warm && (warming == null || warming.isUnderWay()));
        facts.put("pid", ProcessHandle.current().pid());
        facts.put("source", store.source(around));
        Runtime memory = Runtime.getRuntime();
        facts.put("heapUsedBytes", memory.totalMemory() - memory.freeMemory());
        facts.put("heapMaxBytes", memory.maxMemory());
        BlockCache.Figures cache = parts.cacheFigures();
        facts.put("cache", Map.of("engine", HostCache.engine(around).name().toLowerCase(java.util.Locale.ROOT),
                "hits", cache.hits(), "misses", cache.misses(), "puts", cache.puts(), "evictions", cache.evictions(),
                "damaged", cache.damaged(), "capacityBytes", cache.capacityBytes()));
        return facts;
    }

    /** Until somebody unmounts the control directory or a signal comes; a second signal means: do not wait. */
    private void serve(HostService service, BlockingQueue<Wake> wakes) throws InterruptedException {
        Wake wake = null;
        while (wake == null) {
            wake = wakes.poll(ROUND_NANOS, TimeUnit.NANOSECONDS);
            service.endIdle();
        }
        service.drain();
        long giveUpNanos = around.ticker().monotonicNanos() + drainNanos;
        while (wake == Wake.SIGNAL && service.runningCount() > 0 && around.ticker().monotonicNanos() < giveUpNanos) {
            if (wakes.poll(ROUND_NANOS / 20, TimeUnit.NANOSECONDS) != null) {
                return;
            }
        }
    }
}
