package io.cffs.fuse.dev;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.serve.Dispatcher;
import io.cffs.fuse.sys.CommandRing;
import io.cffs.fuse.sys.Processors;
import io.cffs.fuse.sys.ThreadWake;
import io.cffs.fuse.wire.Layout;
import io.cffs.fuse.wire.PieceSink;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests from the queue of one processor, through a ring of its own and one at a time, and runs on that
 * processor. The kernel puts what a program asks into the queue of the processor that the program is on, and the one
 * system call that gives an answer back takes the next request as well: so nobody has to be woken on another processor.
 *
 * <p>An answer can be given only from here, with the place in the queue that its request came to. While an answer is
 * deferred this thread waits for it, and counts as one that waits inside a request: another takes its turn.
 */
final class RingThread extends ServingThread implements PieceSink {
    private static final Logger log = LoggerFactory.getLogger(RingThread.class);
    /** Commands in a row that fail for no known reason before the thread gives up. */
    private static final int FAILURES_MAX = 64;
    /** Requests between two looks for threads that were pinned by being started from here; sooner at first. */
    private static final int RELEASE_EVERY = 1024;

    // enum fuse_uring_cmd and struct fuse_uring_cmd_req
    private static final int REGISTER = 1;
    private static final int COMMIT_AND_FETCH = 2;
    private static final int COMMIT_ID_AT = 8;
    private static final int QUEUE_AT = 16;
    private static final int VECTORS = 2;

    /** Why a thread takes no more requests. */
    enum End {
        /** There are no more, or it was told to stop. */
        OVER,
        /** There is no ring for it, or the kernel wants none and goes on with the device. */
        REFUSED,
        /** The kernel waits for us, but we cannot go on. */
        BROKEN
    }

    /**
     * What to serve.
     *
     * @param device descriptor of a connection that has answered the first exchange
     * @param stir for who joins
     * @param joins whether others serve the queue already, and all wait inside requests
     * @param atEnd runs on the thread when it will take no more requests
     */
    record Work(int device, Stir stir, Dispatcher dispatcher, Dispatcher.Crowd crowd, Crew crew, boolean joins,
            BiConsumer<RingThread, End> atEnd) {}

    private final int queue;
    private final RingEntry entry;
    private final CompletableFuture<Boolean> opened = new CompletableFuture<>();
    private final CompletableFuture<Work> begun = new CompletableFuture<>();
    private int servedCount;
    private volatile int thread;
    /** The request that the entry has no answer to yet; 0 for none. Another thread sets it with the lock only. */
    private volatile long due;
    private volatile boolean unwanted;

    /** @param queue the number of its processor */
    RingThread(int queue, int payloadBytesMax) {
        super("fuse-ring-" + queue);
        this.queue = queue;
        this.entry = new RingEntry(payloadBytesMax);
    }

    int queue() {
        return queue;
    }

    /** Whether the started thread has a ring. */
    CompletableFuture<Boolean> opened() {
        return opened;
    }

    /** Makes the thread register its place in the queue, and serve. @param work null when there is none */
    void begin(Work work) {
        begun.complete(work);
    }

    @Override
    Crew crew() {
        return begun.join().crew();
    }

    @Override
    void wake() {
        connectionEnded();
        if (thread != 0) {
            ThreadWake.wake(thread);
        }
    }

    @Override
    void connectionEnded() {
        unwanted = true;
        LockSupport.unpark(this);
    }

    @Override
    public void run() {
        End end = End.REFUSED;
        try (CommandRing ring = CommandRing.open()) {
            opened.complete(ring != null);
            if (ring != null && begun.join() != null) {
                end = End.BROKEN;
                end = serveUntilEnd(ring, begun.join());
            }
        } finally {
            opened.complete(false);
            thread = 0;
            Processors.unpin();
            Work work = begun.join();
            if (work != null) {
                work.atEnd().accept(this, end);
            }
        }
    }

    private End serveUntilEnd(CommandRing ring, Work work) {
        Processors.pinTo(queue);
        thread = ThreadWake.currentThread();
        FuseReply reply = new FuseReply(this, work.dispatcher().interrupts());
        boolean registered = false;
        int failures = 0;
        prepare(ring, work.device(), REGISTER, 0);
        if (work.joins() && ring.submit()) {
            work.stir().queueOf(queue);
        }
        while (failures < FAILURES_MAX) {
            int result = ring.await();
            if (result == 0) {
                registered = true;
                failures = 0;
                serve(work, reply);
                servedCount++;
                if (servedCount % RELEASE_EVERY == 0 || Integer.bitCount(servedCount) == 1) {
                    Processors.releaseOthers();
                }
                if (reply.isDeferred()) {
                    reply = reply.next();
                }
                prepare(ring, work.device(), COMMIT_AND_FETCH, entry.commitId());
            } else if (isEnd(result) || result == CommandRing.NONE && isStopping()) {
                return End.OVER;
            } else if (result != CommandRing.NONE) {
                failures++;
                log.warn("the queue of processor {} failed; error number {}", queue, -result);
                if (ring.isSubmitted() && !registered) {
                    return End.REFUSED;
                }
                if (ring.isSubmitted()) {
                    // The kernel has no place in the queue for us any more.
                    prepare(ring, work.device(), REGISTER, 0);
                }
            }
        }
        return End.BROKEN;
    }

    private static boolean isEnd(int result) {
        return result == -Errno.ENOTCONN || result == -Errno.ECONNABORTED || result == -Errno.ENODEV
                || result == -Errno.EBADF || result == -Errno.ECANCELED;
    }

    private void prepare(CommandRing ring, int device, int command, long commitId) {
        ring.arguments().set(ValueLayout.JAVA_LONG, COMMIT_ID_AT, commitId);
        ring.arguments().set(ValueLayout.JAVA_SHORT, QUEUE_AT, (short) queue);
        ring.prepare(device, command, entry.vectors(), VECTORS);
    }

    /** When this returns there is an answer in the entry. */
    private void serve(Work work, FuseReply reply) {
        long unique = entry.commitId();
        FuseRequest request = entry.arrived();
        due = unique;
        if (request != null && !entry.isOf(work.stir())) {
            serving(true);
            work.dispatcher().serve(request, reply, entry.requestBytes());
            serving(false);
            if (due != 0 && reply.isDeferred()) {
                awaitAnswer(work.crowd());
            }
        }
        if (due != 0) {
            giveUp(unique);
        }
    }

    private void awaitAnswer(Dispatcher.Crowd crowd) {
        crowd.blocks();
        while (due != 0 && !unwanted) {
            LockSupport.park(this);
        }
        crowd.goesOn();
    }

    private synchronized void giveUp(long unique) {
        if (due != 0) {
            entry.putError(unique, Errno.EIO);
            due = 0;
        }
    }

    // ------------------------------------------------------------------------------------------------ answers

    @Override
    public ByteBuffer room(int sizeBytes) {
        return entry.room(sizeBytes);
    }

    @Override
    public void send(ByteBuffer head, ByteBuffer payload) {
        answer(head, () -> entry.put(head, payload));
    }

    @Override
    public void sendPieces(ByteBuffer head, ByteBuffer[] pieces) {
        answer(head, () -> entry.put(head, pieces));
    }

    private void answer(ByteBuffer head, BooleanSupplier put) {
        if (Thread.currentThread() == this) {
            put(head, put);
        } else {
            putLate(head, put);
            LockSupport.unpark(this);
        }
    }

    /** What comes after this thread has given up belongs to no request, and there may be another by now. */
    private synchronized void putLate(ByteBuffer head, BooleanSupplier put) {
        if (due == head.getLong(Layout.OUT_UNIQUE)) {
            put(head, put);
        }
    }

    private void put(ByteBuffer head, BooleanSupplier put) {
        if (!put.getAsBoolean()) {
            log.error("an answer is longer than the kernel takes; {} bytes", head.getInt(Layout.OUT_LEN));
            entry.putError(head.getLong(Layout.OUT_UNIQUE), Errno.EIO);
        }
        due = 0;
    }
}
