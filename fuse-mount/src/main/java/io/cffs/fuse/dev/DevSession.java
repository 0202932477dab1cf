package io.cffs.fuse.dev;

import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseInit;
import io.cffs.fuse.FuseNotifier;
import io.cffs.fuse.FuseSession;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.serve.Dispatcher;
import io.cffs.fuse.serve.Negotiation;
import io.cffs.fuse.serve.ServedSession;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mount served over /dev/fuse: by threads that read requests from it, or through {@link Rings}, and then by one
 * reader more, for FORGET and INTERRUPT, which come by the device all the same.
 *
 * <p>The end, whoever begins it: the mount goes, the kernel answers reads with ENODEV once nothing holds it any more,
 * the threads return one by one, and the last of them tells the handler and closes the descriptor. {@link #close}
 * hastens this by an abort when it takes too long, because programs may hold files of a lazily unmounted file system
 * open.
 */
public final class DevSession extends ServedSession {
    private static final Logger log = LoggerFactory.getLogger(DevSession.class);
    private static final Duration STOP_AT_MOST = Duration.ofSeconds(5);
    private static final Duration STOP_ROUND = Duration.ofMillis(10);
    /** Threads that are started because others wait inside requests. Each has buffers of its own. */
    private static final int MORE_MAX = 64;

    private final MountedDevice device;
    private final Duration closeAtMost;
    private final DevNotifier notifier;
    private final List<ServingThread> threads = new CopyOnWriteArrayList<>();
    private final Object lock = new Object();
    private final Stir stir;
    private final Dispatcher dispatcher;
    private final Dispatcher.Crowd crowd = new MoreThreads();
    private final Crew readers; // @GuardedBy("lock")
    private final int readerCount;
    private final Rings rings;
    private final int payloadBytesMax;
    private int running; // @GuardedBy("lock")
    private int readersStarted; // @GuardedBy("lock"): those for want of a free one aside
    private int more; // @GuardedBy("lock"): were started because others wait

    /**
     * @param negotiation wants {@link InitFlag#OVER_IO_URING} where there are rings
     * @param readerCount threads that read the device, if no rings are used
     * @param closeAtMost see {@link FuseSession#close}
     * @param rings null for none; the session ends their threads
     */
    public DevSession(MountedDevice device, FuseHandler handler, Negotiation negotiation, int readerCount,
            Duration closeAtMost, Rings rings) {
        super(handler);
        this.device = device;
        this.closeAtMost = closeAtMost;
        this.readerCount = readerCount;
        this.rings = rings;
        this.payloadBytesMax = negotiation.transferBytesMax();
        IoPool pool = new IoPool(this::openIo);
        this.stir = new Stir(device.mountPoint());
        this.notifier = new DevNotifier(pool, new DevBackingFiles(device.fd()));
        this.dispatcher = new Dispatcher(handler, notifier, negotiation, new Listener());
        dispatcher.watchCrowd(crowd);
        this.readers = new Crew(crew -> new ReaderThread("fuse-reader-" + threads.size(), crew, openIo(), pool,
                dispatcher, negotiation.transferBytesMax(), this::threadEnded));
    }

    /**
     * One thread is always free to hear of interrupts and of what else comes: where all wait inside requests, one more
     * is started. It stays.
     */
    private final class MoreThreads implements Dispatcher.Crowd {
        @Override
        public void blocks() {
            Crew crew = ((ServingThread) Thread.currentThread()).crew();
            synchronized (lock) {
                if (crew.blocks() && more < MORE_MAX) {
                    more++;
                    start(crew.oneMore());
                }
            }
        }

        @Override
        public void goesOn() {
            synchronized (lock) {
                ((ServingThread) Thread.currentThread()).crew().goesOn();
            }
        }
    }

    // @GuardedBy("lock"), called by threads that are counted already: so the end has not come
    private void start(ServingThread thread) {
        count(thread);
        thread.start();
    }

    // @GuardedBy("lock")
    private void count(ServingThread thread) {
        threads.add(thread);
        thread.crew().started();
        running++;
    }

    /** Begins to serve. To be called once. */
    public void start() {
        // Where there are rings one is enough: it hears of what never comes through them.
        startReaders(rings == null ? readerCount : 1);
    }

    /** @param count those included that were started before */
    private void startReaders(int count) {
        synchronized (lock) {
            while (readersStarted < count) {
                readersStarted++;
                start(readers.oneMore());
            }
        }
    }

    private void startRings() {
        synchronized (lock) {
            Map<Integer, Crew> crews = new HashMap<>();
            for (RingThread thread : rings.threads()) {
                Crew crew = crews.computeIfAbsent(thread.queue(), queue -> new Crew(same -> anotherRing(same, queue)));
                thread.begin(work(crew, false));
                count(thread);
            }
        }
    }

    private RingThread anotherRing(Crew crew, int queue) {
        RingThread thread = new RingThread(queue, payloadBytesMax);
        thread.begin(work(crew, true));
        return thread;
    }

    private RingThread.Work work(Crew crew, boolean joins) {
        return new RingThread.Work(device.fd(), stir, dispatcher, crowd, crew, joins, this::ringEnded);
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
            nowReady(init);
        }

        @Override
        public void answered(FuseInit init) {
            if (init.has(InitFlag.OVER_IO_URING)) {
                startRings();
            } else if (rings != null) {
                rings.refuse();
                startReaders(readerCount);
            }
        }

        @Override
        public void refused(String sentence) {
            nowRefused(sentence, null);
            beginEnd();
        }

        @Override
        public void destroyed() {
            beginEnd();
        }
    }

    private void beginEnd() {
        nowEnding();
        notifier.refuse();
    }

    private void ringEnded(RingThread thread, RingThread.End end) {
        switch (end) {
            case OVER -> log.trace("the queue of processor {} has ended", thread.queue());
            case REFUSED -> {
                log.warn("a ring was refused: requests come through the device, or wait for other rings");
                startReaders(readerCount);
                finishAfter(thread);
                return;
            }
            case BROKEN -> {
                log.error("requests through io_uring cannot be served any more: the connection is ended");
                connectionId().ifPresent(Connections::abort);
            }
        }
        threadEnded(thread);
    }

    private void threadEnded(ServingThread thread) {
        beginEnd();
        threads.forEach(ServingThread::connectionEnded);
        finishAfter(thread);
    }

    private void finishAfter(ServingThread thread) {
        boolean last;
        synchronized (lock) {
            thread.crew().ended();
            running--;
            last = running == 0;
        }
        if (last) {
            finish();
        }
    }

    private void finish() {
        if (rings != null) {
            rings.refuse();
        }
        beginEnd();
        destroyHandler();
        device.close();
        nowEnded();
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
    public void abort() {
        int connection = connectionId().orElse(-1);
        beginEnd();
        stop(connection);
    }

    /**
     * Through the kernel's control file where there is one. The readers are stopped in any case: when the last of them
     * has closed the descriptor, the kernel ends the connection by itself.
     */
    private void stop(int connection) {
        boolean aborted = Connections.abort(connection);
        long rounds = STOP_AT_MOST.dividedBy(STOP_ROUND);
        boolean done = aborted && awaitEnd(STOP_ROUND);
        for (long round = 0; round < rounds && !done; round++) {
            threads.forEach(ServingThread::stopReading);
            done = awaitEnd(STOP_ROUND);
        }
        if (!done) {
            log.warn("the file system is still busy with a request; its thread ends with the process");
        }
    }

    @Override
    public void unmount() throws IOException {
        beginEnd();
        device.unmount();
    }

    @Override
    public void close() {
        if (ServingThread.isServing()) {
            throw new IllegalStateException("a session cannot be closed from inside a request");
        }
        int connection = connectionId().orElse(-1);
        beginEnd();
        try {
            device.unmount();
        } catch (IOException failed) {
            log.warn("unmounting failed: {}", failed.getMessage());
        }
        if (!awaitEnd(device.isInherited() ? Duration.ZERO : closeAtMost)) {
            stop(connection);
        }
    }
}
