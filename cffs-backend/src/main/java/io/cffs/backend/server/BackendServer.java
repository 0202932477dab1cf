package io.cffs.backend.server;

import io.cffs.backend.commit.StepThread;
import io.cffs.backend.wire.Address;
import io.cffs.backend.wire.Duplex;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves a backend on sockets until it is closed. Safe for use by many threads. Does not close the backend.
 *
 * <p>Every connection has a thread that reads and virtual ones for requests that take long; a watchdog ends connections
 * whose peer stops in the middle of a greeting or a frame or does not read its answers. {@link #close()} stops
 * accepting, answers what is under way for a bounded time, then hangs up.
 */
public final class BackendServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BackendServer.class);
    private static final long WATCH_NANOS = 500_000_000L;
    /** Connections whose reader is a platform thread. */
    private static final int PLATFORM_READERS_MAX = 64;
    /** Pause after a failed accept, which is mostly a lack of descriptors, so that it cannot spin. */
    private static final long ACCEPT_PAUSE_NANOS = 100_000_000L;

    private final ServerLimits limits;
    private final Ticker ticker;
    private final RequestCalls calls;
    private final List<Listener> listeners = new ArrayList<>();
    private final Set<ServerConnection> connections = ConcurrentHashMap.newKeySet();
    private final Semaphore sharedRoom;
    private final Executor threads = task -> Thread.ofVirtual().name("cffs-server").start(task);
    private final Executor platformThreads = task -> {
        Thread reader = new StepThread("cffs-server-reader", task);
        reader.setDaemon(true);
        reader.start();
    };
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** When the last connection left; @GuardedBy("lock"). */
    private long idleSinceNanos;
    /** Written under the lock. */
    private volatile boolean closed;

    private BackendServer(BackendPort port, ServerLimits limits, Ticker ticker) {
        this.limits = limits;
        this.ticker = ticker;
        this.calls = new RequestCalls(port);
        this.sharedRoom = RequestRoom.shared(limits);
        this.idleSinceNanos = ticker.monotonicNanos();
    }

    /**
     * Listens on all of {@code addresses} and serves.
     *
     * @param addresses comma-separated: {@code host:port}, {@code [v6]:port}, {@code unix:/path}; port 0 lets the
     *     system choose. An abandoned socket file is replaced
     * @throws IOException with a sentence when one of them cannot be listened on; then none is
     * @throws IllegalArgumentException with a sentence when an address cannot be read
     */
    public static BackendServer start(BackendPort port, String addresses, ServerLimits limits, Ticker ticker)
            throws IOException {
        BackendServer server = new BackendServer(port, limits, ticker);
        try {
            for (Address address : Address.parseList(addresses)) {
                server.listeners.add(Listener.open(address));
            }
        } catch (IOException | RuntimeException e) {
            server.close();
            throw e;
        }
        for (Listener listener : server.listeners) {
            // Platform threads keep the process alive while it serves.
            Thread.ofPlatform().name("cffs-accept " + listener.address()).start(() -> server.acceptAll(listener));
        }
        Thread.ofPlatform().name("cffs-server-watchdog").daemon().start(server::watch);
        return server;
    }

    /** Where it listens, with the ports that the system chose, in the order that was asked for. */
    public List<String> addresses() {
        return listeners.stream().map(listener -> listener.address().toString()).toList();
    }

    public int connectionCount() {
        return connections.size();
    }

    /** How long nobody has been connected, in nanoseconds; 0 while somebody is. */
    public long idleNanos() {
        lock.lock();
        try {
            return connections.isEmpty() ? Math.max(0, ticker.monotonicNanos() - idleSinceNanos) : 0;
        } finally {
            lock.unlock();
        }
    }

    private void acceptAll(Listener listener) {
        while (!closed) {
            Duplex accepted = null;
            try {
                accepted = listener.accept();
                ServerConnection connection =
                        new ServerConnection(accepted, calls, new RequestRoom(limits, sharedRoom), limits, ticker,
                                threads);
                readers(connections.size()).execute(() -> serve(connection));
            } catch (IOException | RuntimeException | Error e) {
                // The next may fare better, whatever this was: there may have been no thread for it.
                if (accepted != null) {
                    accepted.close();
                }
                if (closed || !listener.isOpen()) {
                    return;
                }
                LOG.atWarn().addKeyValue("address", listener.address()).setCause(e)
                        .log("a connection was not accepted");
                pause(ACCEPT_PAUSE_NANOS, () -> closed);
            }
        }
    }

    /** A platform thread wakes faster when bytes come, a virtual one costs less while none do. */
    private Executor readers(int connectionCount) {
        return connectionCount < PLATFORM_READERS_MAX ? platformThreads : threads;
    }

    private void serve(ServerConnection connection) {
        connections.add(connection);
        try {
            if (closed) {
                connection.refuse("This backend is closing.");
            } else if (connections.size() > limits.connectionsMax()) {
                connection.refuse("This backend has its " + limits.connectionsMax()
                        + " connections; try again later or raise the limit.");
            } else {
                connection.run();
            }
        } finally {
            lock.lock();
            try {
                connections.remove(connection);
                idleSinceNanos = ticker.monotonicNanos();
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    private void watch() {
        while (!hasEnded()) {
            pause(WATCH_NANOS, this::hasEnded);
            try {
                connections.forEach(ServerConnection::closeIfLate);
            } catch (RuntimeException | Error e) {
                // Who stays silent would stay connected for good.
                LOG.error("connections could not be looked at", e);
            }
        }
    }

    private boolean hasEnded() {
        return closed && connections.isEmpty();
    }

    /** Waits, less when that has come which there is no need to wait any longer for. */
    private void pause(long nanos, BooleanSupplier over) {
        lock.lock();
        try {
            long left = nanos;
            while (left > 0 && !over.getAsBoolean()) {
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        for (Listener listener : listeners) {
            try {
                listener.close();
            } catch (IOException e) {
                LOG.atWarn().addKeyValue("address", listener.address()).setCause(e).log("a listener did not close");
            }
        }
        connections.forEach(ServerConnection::stopServing);
        awaitIdle();
        connections.forEach(ServerConnection::close);
    }

    private void awaitIdle() {
        long start = ticker.monotonicNanos();
        lock.lock();
        try {
            while (!connections.stream().allMatch(ServerConnection::isIdle)
                    && ticker.monotonicNanos() - start < limits.closeNanos()) {
                changed.awaitNanos(10_000_000L);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }
}
