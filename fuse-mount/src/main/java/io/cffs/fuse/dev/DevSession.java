package io.cffs.fuse.dev;

import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseInit;
import io.cffs.fuse.FuseNotifier;
import io.cffs.fuse.FuseSession;
import io.cffs.fuse.serve.Dispatcher;
import io.cffs.fuse.serve.Ending;
import io.cffs.fuse.serve.Negotiation;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mount served over /dev/fuse.
 *
 * <p>The end, whoever begins it: the mount goes, the kernel answers reads with ENODEV once nothing holds it any more,
 * the readers return one by one, and the last of them tells the handler and closes the descriptor. {@link #close}
 * hastens this by an abort when it takes too long, because programs may hold files of a lazily unmounted file system
 * open.
 */
public final class DevSession implements FuseSession {
    private static final Logger log = LoggerFactory.getLogger(DevSession.class);
    private static final Duration STOP_AT_MOST = Duration.ofSeconds(5);
    private static final Duration STOP_ROUND = Duration.ofMillis(10);
    /** Each has buffers of its own. */
    private static final int READERS_MAX = 64;

    private final MountedDevice device;
    private final FuseHandler handler;
    private final Duration closeAtMost;
    private final DevNotifier notifier;
    private final Ending ending = new Ending();
    private final List<ReaderThread> readers = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();
    private State state = State.STARTING; // @GuardedBy("lock")
    private final Supplier<ReaderThread> reader;
    private int running; // @GuardedBy("lock")
    private int blocked; // @GuardedBy("lock"): readers that wait inside requests

    /** @param readerCount threads @param closeAtMost see {@link FuseSession#close} */
    public DevSession(MountedDevice device, FuseHandler handler, Negotiation negotiation, int readerCount,
            Duration closeAtMost) {
        this.device = device;
        this.handler = handler;
        this.closeAtMost = closeAtMost;
        IoPool pool = new IoPool(this::openIo);
        this.notifier = new DevNotifier(pool, new DevBackingFiles(device.fd()));
        Dispatcher dispatcher = new Dispatcher(handler, notifier, negotiation, new Listener());
        dispatcher.watchCrowd(new MoreReaders());
        this.reader = () -> new ReaderThread("fuse-reader-" + readers.size(), openIo(), pool, dispatcher,
                negotiation.transferBytesMax(), this::readerEnded);
        for (int i = 0; i < readerCount; i++) {
            readers.add(reader.get());
        }
        this.running = readerCount;
    }

    /**
     * One reader is always free to hear of interrupts and of what else comes: where all wait inside requests, one more
     * is started. It stays.
     */
    private final class MoreReaders implements Dispatcher.Crowd {
        @Override
        public void blocks() {
            synchronized (lock) {
                blocked++;
                if (blocked < running || running >= READERS_MAX || state.ordinal() >= State.ENDING.ordinal()) {
                    return;
                }
                ReaderThread more = reader.get();
                readers.add(more);
                running++;
                more.start();
            }
        }

        @Override
        public void goesOn() {
            synchronized (lock) {
                blocked--;
            }
        }
    }

    /** Begins to serve. To be called once. */
    public void start() {
        readers.forEach(Thread::start);
    }

    private DeviceIo openIo() {
        // A descriptor of ours means that native calls were made to get it: then their cost is paid already.
        DeviceIo channels = device.isInherited() ? ChannelIo.on(device.fd(), () -> new NativeIo(device.fd())) : null;
        return channels == null ? new NativeIo(device.fd()) : channels;
    }

    private final class Listener implements Dispatcher.Listener {
        @Override
        public void negotiated(FuseInit init) {
            notifier.ready(init);
        }

        @Override
        public void agreed(FuseInit init) {
            connectionId().ifPresent(id -> KernelReadahead.raise(id, init.maxReadaheadBytes()));
            advance(State.READY);
            ending.ready(init);
        }

        @Override
        public void refused(String sentence) {
            ending.refused(sentence, null);
            advance(State.ENDING);
        }

        @Override
        public void destroyed() {
            advance(State.ENDING);
        }
    }

    /** States only go forward; a step back is ignored. */
    private void advance(State next) {
        synchronized (lock) {
            if (next.ordinal() > state.ordinal()) {
                state = next;
            }
        }
        if (next.ordinal() >= State.ENDING.ordinal()) {
            notifier.refuse();
        }
    }

    private void readerEnded() {
        advance(State.ENDING);
        boolean last;
        synchronized (lock) {
            running--;
            last = running == 0;
        }
        if (last) {
            finish();
        }
    }

    private void finish() {
        Ending.destroy(handler);
        device.close();
        advance(State.ENDED);
        ending.ended();
    }

    @Override
    public State state() {
        synchronized (lock) {
            return state;
        }
    }

    @Override
    public FuseInit awaitReady(Duration atMost) throws IOException {
        return ending.awaitReady(atMost);
    }

    @Override
    public FuseNotifier notifier() {
        return notifier;
    }

    @Override
    public OptionalInt connectionId() {
        return ConnectionId.of(device);
    }

    @Override
    public CompletionStage<Void> ended() {
        return ending.stage();
    }

    @Override
    public void abort() {
        int connection = connectionId().orElse(-1);
        advance(State.ENDING);
        stop(connection);
    }

    /**
     * Through the kernel's control file where there is one. The readers are stopped in any case: when the last of them
     * has closed the descriptor, the kernel ends the connection by itself.
     */
    private void stop(int connection) {
        boolean aborted = Connections.abort(connection);
        long rounds = STOP_AT_MOST.dividedBy(STOP_ROUND);
        boolean done = aborted && ending.awaitEnd(STOP_ROUND);
        for (long round = 0; round < rounds && !done; round++) {
            readers.forEach(ReaderThread::stopReading);
            done = ending.awaitEnd(STOP_ROUND);
        }
        if (!done) {
            log.warn("the file system is still busy with a request; its thread ends with the process");
        }
    }

    @Override
    public void unmount() throws IOException {
        advance(State.ENDING);
        device.unmount();
    }

    @Override
    public void close() {
        if (ReaderThread.isServing()) {
            throw new IllegalStateException("a session cannot be closed from inside a request");
        }
        int connection = connectionId().orElse(-1);
        advance(State.ENDING);
        try {
            device.unmount();
        } catch (IOException failed) {
            log.warn("unmounting failed: {}", failed.getMessage());
        }
        if (!ending.awaitEnd(device.isInherited() ? Duration.ZERO : closeAtMost)) {
            stop(connection);
        }
    }
}
