package io.cffs.daemon.cli;

import io.cffs.backend.LocalBackend;
import io.cffs.backend.server.BackendServer;
import io.cffs.backend.server.ServerLimits;
import io.cffs.backend.wire.Address;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Serves a store to other processes. */
@Command(
        name = "backend",
        description = {
            "Serve a store to other processes, in the foreground, until a signal.",
            "'cffs run' and 'cffs mount' start one by themselves when their store has none."
        },
        footer = {"", "Example:", "  cffs backend --store /srv/cffs --listen 127.0.0.1:7440,unix:/run/cffs.sock"})
final class BackendCommand implements Callable<Integer> {
    private static final long POLL_NANOS = 250_000_000L;

    private final Surroundings around;
    private final Backends backends;
    private final CountDownLatch asked = new CountDownLatch(1);

    @Option(names = "--store", paramLabel = "DIR",
            description = "Its directory, made on first use (default: ~/.local/share/cffs/store).")
    private Path store;

    @Option(names = "--listen", paramLabel = "ADDR",
            description = "HOST:PORT or unix:PATH, several with commas (default: a socket in the store).")
    private String listen;

    @Option(names = "--idle-exit", paramLabel = "TIME", converter = TimeSpan.class,
            description = "End when nobody has been connected for this long (default: never).")
    private Long idleNanosMax;

    BackendCommand(Surroundings around, Backends backends) {
        this.around = around;
        this.backends = backends;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path directory = (store == null ? around.defaultStore() : store).toAbsolutePath().normalize();
        StorePlaces places = StorePlaces.of(directory, new RuntimeDirectory(around));
        String addresses = listen == null ? places.address() : listen;
        requireReadable(addresses);
        Signals.listen(signal -> {
            if (signal.stops()) {
                asked.countDown();
            }
        });
        try (LocalBackend backend = backends.inProcess(directory);
                BackendServer server =
                        BackendServer.start(backend, addresses, ServerLimits.DEFAULT, around.ticker())) {
            // Not closed here: the lock must outlive the store, so the end of the process gives it back.
            FileChannel startLock = FileChannel.open(
                    places.startLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            around.out().println("serving " + directory + " on " + String.join(", ", server.addresses()));
            around.out().flush();
            serve(server, startLock);
            return Exit.OK;
        }
    }

    /** Before the store is opened, which may take a while. */
    private static void requireReadable(String addresses) {
        try {
            Address.parseList(addresses);
        } catch (IllegalArgumentException e) {
            throw new Failure(Exit.USAGE, e.getMessage(), e);
        }
    }

    /**
     * Returns when there is a signal or no more work. Before it goes for want of work it takes the lock under which
     * others start a backend, and keeps it until the process is gone: who comes now waits for the lock, finds nobody
     * listening and the store free, and starts the next one.
     */
    private void serve(BackendServer server, FileChannel startLock) throws IOException, InterruptedException {
        while (!asked.await(POLL_NANOS, TimeUnit.NANOSECONDS)) {
            if (idleNanosMax != null && server.idleNanos() >= idleNanosMax) {
                FileLock lock = startLock.tryLock();
                if (lock != null && server.idleNanos() >= idleNanosMax) {
                    return;
                }
                if (lock != null) {
                    lock.release();
                }
            }
        }
    }
}
