package io.cffs.daemon.cli;

import io.cffs.backend.BackendSettings;
import io.cffs.backend.EmbeddedStore;
import io.cffs.daemon.host.ControlTree;
import io.cffs.daemon.host.HostLimits;
import io.cffs.daemon.host.HostService;
import io.cffs.fuse.FuseSession;
import io.cffs.fuse.mount.FuseMount;
import io.cffs.fuse.mount.MountOptions;
import io.cffs.fuse.mount.PrivateMounts;
import io.cffs.txn.port.BackendPort;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs functions that nobody asked for, so that those somebody asks for find compiled code: a young JVM interprets, and
 * the first function that unpacks a few hundred files takes eight times as long as the tenth.
 *
 * <p>They are real functions of a second host service: real clients, mounts, files and commits, which no other exercise
 * would lead through the same code. Its volume is in memory, its mounts are in a name space that nobody else is in, its
 * files have no names; so the user's store knows nothing of it, and nothing is left when the daemon is killed in the
 * midst of it. One thread runs one function at a time, at a low priority, waits while real ones run, and ends after
 * {@link #TURNS_MAX} turns or {@link #WALL_NANOS_MAX}. Whatever goes wrong ends the warming and nothing else.
 */
final class HostWarming implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(HostWarming.class);
    private static final int TURNS_MAX = 24;
    private static final int SMALL_PER_TURN = 10;
    private static final long WALL_NANOS_MAX = 10_000_000_000L;
    private static final long LOOK_NANOS = 5_000_000;
    private static final long END_NANOS_MAX = 2_000_000_000L;
    private static final Duration READY_AT_MOST = Duration.ofSeconds(20);
    private static final long CLOSE_MILLIS_MAX = 10_000;
    private static final int SCRATCH_MIB = 64;
    private static final int MOUNTS_MAX = 4;
    private static final List<String> FIRST_WORDS = List.of("setpriv", "--pdeathsig", "KILL", "--", "nice", "-n", "10",
            "unshare", "--mount", "--propagation", "slave", "--", "sh", "-c");
    /**
     * Starts the clients: in a mount name space of its own, over a directory that everything it needs is mounted on.
     * Arguments: directory, launcher, and the bodies of functions. Each line that it reads names a body and the
     * function's argument. It ends with its input, and nothing that it has started outlives it.
     */
    private static final String STARTER = """
            at=$1 launcher=$2
            mount -t tmpfs -o size=64k,mode=0700 cffs-warming "$at" && mkdir "$at/door" "$at/volume" || exit
            echo 0
            while read -r body turn; do
                case $body in prepare) body=$3 ;; tree) body=$4 ;; *) body=$5 ;; esac
                setpriv --pdeathsig KILL -- "$launcher" run --host="$at/door" --mount="$at/volume" --retries=0 -- \
                    sh -c "$body" practice "$turn" </dev/null >/dev/null
                echo $?
            done""";
    /** What {@link #TREE} unpacks. */
    private static final String PREPARE = """
            mkdir tree && cd tree || exit
            for d in 1 2 3 4 5 6 7 8 9 10; do
                mkdir $d
                for f in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do echo $d >$d/$f; done
                cat $d/* >$d/all
            done
            cd .. && tar -cf tree.tar tree && rm -r tree && echo 0 >count""";
    private static final String TREE = """
            mkdir "new$1" && cd "new$1" && tar -xf ../tree.tar || exit
            cp -r tree/1 copy
            ls -lR . >list
            cat tree/*/* >all
            mv tree/2/1 tree/3/moved
            ln -s moved tree/3/link
            ln tree/3/2 tree/4/linked
            chmod 600 tree/5/?
            for f in tree/6/*; do echo more >>$f; done
            dd if=/dev/zero of=large bs=64k count=8
            dd if=/dev/zero of=large bs=4k count=1 seek=7 conv=notrunc
            cd .. && rm -r "new$1\"""";
    private static final String SMALL = "read n <count; echo $((n + 1)) >count; mkdir s; echo $n >s/f; rm -r s";

    private final Surroundings around;
    private final Path control;
    private final BooleanSupplier busy;
    private final Thread thread;
    private volatile boolean stopped;

    private HostWarming(Surroundings around, Path control, BooleanSupplier busy) {
        this.around = around;
        this.control = control;
        this.busy = busy;
        this.thread = Thread.ofPlatform().daemon().name("cffs-warming").unstarted(this::run);
    }

    /**
     * Begins; returns at once.
     *
     * @param control where the host daemon itself is mounted
     * @param busy whether somebody's functions run, who come first
     */
    static HostWarming begin(Surroundings around, Path control, BooleanSupplier busy) {
        HostWarming warming = new HostWarming(around, control, busy);
        warming.thread.start();
        return warming;
    }

    boolean isUnderWay() {
        return thread.isAlive();
    }

    /** Ends it; bounded. */
    @Override
    public void close() {
        stopped = true;
        try {
            thread.join(CLOSE_MILLIS_MAX);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        String launcher = around.variable(FunctionEnvironment.LAUNCHER);
        if (launcher == null) {
            return; // a client is the launcher's
        }
        long beganNanos = around.ticker().monotonicNanos();
        try (PrivateMounts room = PrivateMounts.in(at(), control);
                BackendPort backend = EmbeddedStore.inMemory(around.ticker(),
                        BackendSettings.DEFAULT.withinHeap(Runtime.getRuntime().maxMemory()),
                        Thread.ofPlatform().daemon().name("cffs-warming-volume-", 0).factory(),
                        Thread::startVirtualThread);
                HostMountSettings parts = HostMountSettings.onScratch(around, backend, room.scratch(SCRATCH_MIB));
                HostService service = new HostService(new HostService.Parts(backend, room, parts,
                        new HostLimits(MOUNTS_MAX, 0), new HostOutcomes(), new TimeSpan()::convert, Path.of("/proc"),
                        around.ticker(), around.pause()))) {
            int turns = exercise(room, service, launcher, beganNanos + WALL_NANOS_MAX);
            LOG.atDebug().setMessage("the code is warm").addKeyValue("turns", turns).log();
        } catch (IOException | RuntimeException | AssertionError e) {
            LOG.atInfo().setMessage("functions could not be run for practice; the first real ones take longer")
                    .addKeyValue("why", e.getMessage()).log();
        } catch (InterruptedException e) {
            LOG.atDebug().setMessage("interrupted while warming").log();
        }
    }

    /** Where the clients see what is theirs; everybody else sees what has always been there. */
    private Path at() {
        return new RuntimeDirectory(around).path();
    }

    /** Returns the turns that there was time for. */
    private int exercise(PrivateMounts room, HostService service, String launcher, long endNanos)
            throws IOException, InterruptedException {
        PrivateMounts.Made door = room.mount("cffs-warming", "cffs-host", false, 0, 0, true);
        MountOptions options = MountOptions.at(Path.of("/dev/fd/" + door.deviceFd()))
                .withInheritedFd(door.deviceFd())
                .withReaders(2)
                .withTransfer(1 << 14, 0, 64);
        ControlTree tree = new ControlTree(service, () -> "{}", new ControlTree.Access(0700, 0, 0));
        int turn = 0;
        try (FuseSession session = FuseMount.mount(options, tree);
                Starter starter = new Starter(service, launcher, endNanos)) {
            session.awaitReady(READY_AT_MOST);
            starter.lend(room, door, at().resolve("door"));
            boolean goesOn = starter.function("prepare", 0);
            while (goesOn && turn < TURNS_MAX) {
                turn++;
                goesOn = starter.function("tree", turn);
                for (int i = 0; i < SMALL_PER_TURN && goesOn; i++) {
                    goesOn = starter.function("small", turn);
                }
            }
        } finally {
            room.unmount(door);
        }
        return turn;
    }

    /** The process that starts one client after the other. */
    private final class Starter implements AutoCloseable {
        private final Process process;
        private final BufferedReader statuses;
        private final HostService service;
        private final long endNanos;

        Starter(HostService service, String launcher, long endNanos) throws IOException {
            this.service = service;
            List<String> words = new ArrayList<>(FIRST_WORDS);
            words.addAll(List.of(STARTER, "practice", at().toString(), launcher, PREPARE, TREE, SMALL));
            ProcessBuilder program = new ProcessBuilder(words)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .directory(new File("/"));
            program.environment().keySet().removeIf(name -> name.startsWith("CFFS_"));
            this.process = program.start();
            this.statuses = process.inputReader(StandardCharsets.US_ASCII);
            this.endNanos = endNanos;
        }

        void lend(PrivateMounts room, PrivateMounts.Made door, Path directory)
                throws IOException, InterruptedException {
            if (!answered()) {
                throw new IOException("there was no time");
            }
            int namespace = PrivateMounts.namespaceOf((int) process.pid());
            try {
                room.lend(door, namespace, directory, -1);
            } finally {
                PrivateMounts.closeNamespace(namespace);
            }
        }

        /** False when it is time to end. */
        boolean function(String body, int turn) throws IOException, InterruptedException {
            while (busy.getAsBoolean() && isTime(endNanos)) {
                around.pause().nanos(LOOK_NANOS);
            }
            if (!isTime(endNanos)) {
                return false;
            }
            process.outputWriter(StandardCharsets.US_ASCII).append(body + " " + turn + "\n").flush();
            return answered();
        }

        /** Waits for the next status; false when there is no time for that. */
        private boolean answered() throws IOException, InterruptedException {
            while (!statuses.ready() && process.isAlive()) {
                if (!isTime(endNanos)) {
                    return false;
                }
                around.pause().nanos(LOOK_NANOS);
            }
            String status = statuses.readLine();
            if (!"0".equals(status)) {
                throw new IOException("a function for practice ended with status " + status);
            }
            return true;
        }

        private boolean isTime(long untilNanos) {
            return !stopped && around.ticker().monotonicNanos() < untilNanos;
        }

        /** Ends the client too, and waits until the service knows. */
        @Override
        public void close() {
            process.destroyForcibly(); // the kernel ends its client with it
            process.onExit().join();
            long giveUpNanos = around.ticker().monotonicNanos() + END_NANOS_MAX;
            try {
                while (service.runningCount() > 0 && around.ticker().monotonicNanos() < giveUpNanos) {
                    around.pause().nanos(LOOK_NANOS);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
