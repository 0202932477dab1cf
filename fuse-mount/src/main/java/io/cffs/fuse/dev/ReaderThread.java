package io.cffs.fuse.dev;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.serve.Dispatcher;
import io.cffs.fuse.wire.Layout;
import io.cffs.fuse.wire.PieceSink;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes requests from the device one by one, each into the same buffer, and serves them. */
final class ReaderThread extends ServingThread implements PieceSink {
    private static final Logger log = LoggerFactory.getLogger(ReaderThread.class);
    /** Reads in a row that fail for no known reason before the thread gives up. */
    private static final int FAILURES_MAX = 64;

    private final Crew crew;
    private final DeviceIo io;
    private final IoPool others;
    private final Dispatcher dispatcher;
    private final Consumer<ServingThread> atEnd;
    private final ByteBuffer frame;
    private final FuseRequest request;

    /** @param atEnd runs on this thread when it will take no more requests */
    ReaderThread(String name, Crew crew, DeviceIo io, IoPool others, Dispatcher dispatcher, int transferBytesMax,
            Consumer<ServingThread> atEnd) {
        super(name);
        this.crew = crew;
        this.io = io;
        this.others = others;
        this.dispatcher = dispatcher;
        this.atEnd = atEnd;
        int bytes = Math.max(Layout.READ_BUFFER_MIN, transferBytesMax + Layout.REQUEST_HEAD_MAX);
        this.frame = ByteBuffer.allocateDirect(bytes).order(Layout.ORDER);
        this.request = new FuseRequest(frame);
    }

    @Override
    Crew crew() {
        return crew;
    }

    @Override
    void wake() {
        io.wake();
    }

    @Override
    public void run() {
        try {
            serveUntilEnd();
        } finally {
            atEnd.accept(this);
        }
    }

    private void serveUntilEnd() {
        FuseReply reply = new FuseReply(this, dispatcher.interrupts());
        int failures = 0;
        while (failures < FAILURES_MAX) {
            int length = io.read(frame);
            if (length > 0) {
                failures = 0;
                serving(true);
                dispatcher.serve(request, reply, length);
                serving(false);
                if (reply.isDeferred()) {
                    reply = reply.next();
                }
            } else if (isStopping() || isEnd(length)) {
                return;
            } else if (!isTransient(length)) {
                failures++;
                log.warn("reading a request failed; error number {}", -length);
            }
        }
        log.error("a reader gave up after {} failures", FAILURES_MAX);
    }

    private static boolean isEnd(int result) {
        return result == -Errno.ENODEV || result == -Errno.ECONNABORTED || result == -Errno.EBADF;
    }

    /** Nothing was lost: a signal came, or the request was taken back before we had it. */
    private static boolean isTransient(int result) {
        return result == -Errno.EINTR || result == -Errno.EAGAIN || result == -Errno.ENOENT;
    }

    @Override
    public void send(ByteBuffer head, ByteBuffer payload) {
        check(head, Thread.currentThread() == this ? io.write(head, payload) : others.write(head, payload));
    }

    @Override
    public void sendPieces(ByteBuffer head, ByteBuffer[] pieces) {
        check(head, Thread.currentThread() == this ? io.writePieces(head, pieces) : others.writePieces(head, pieces));
    }

    private void check(ByteBuffer head, int result) {
        // ENOENT: the caller was killed meanwhile. ENODEV and ECONNABORTED: the mount is gone, the next read says so
        // too.
        if (result < 0 && result != -Errno.ENOENT && !isEnd(result)) {
            refused(head, result);
        }
    }

    /** The kernel found our answer wrong. Without another one the caller would wait for ever. */
    private void refused(ByteBuffer head, int result) {
        log.error("the kernel refused an answer; error number {}, {} bytes", -result, head.getInt(Layout.OUT_LEN));
        head.clear();
        head.putInt(Layout.OUT_LEN, Layout.OUT_HEADER);
        head.putInt(Layout.OUT_ERROR, -Errno.EIO);
        head.limit(Layout.OUT_HEADER);
        others.write(head, null);
    }
}
