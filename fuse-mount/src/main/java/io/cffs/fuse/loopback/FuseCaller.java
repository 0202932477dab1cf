package io.cffs.fuse.loopback;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseInit;
import io.cffs.fuse.FuseNotifier;
import io.cffs.fuse.FuseOpcode;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.serve.Dispatcher;
import io.cffs.fuse.serve.Negotiation;
import io.cffs.fuse.wire.Layout;
import io.cffs.fuse.wire.ReplySink;
import io.cffs.fuse.wire.RequestWriter;
import java.nio.ByteBuffer;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Sends requests to a handler and waits for the answers. Safe for use by several threads, each with one request at a
 * time. Nothing is cached: every call reaches the handler.
 */
public final class FuseCaller {
    private static final int INIT_READAHEAD = 131072;

    private final Dispatcher dispatcher;
    private final int transferBytesMax;
    private final AtomicLong uniqueNext = new AtomicLong(2);
    private final ConcurrentLinkedDeque<ByteBuffer> frames = new ConcurrentLinkedDeque<>();

    /** Who makes a call. */
    public record Caller(int uid, int gid, int pid) {
        public static final Caller ROOT = new Caller(0, 0, 1);
    }

    /**
     * An answer.
     *
     * @param errno 0 for success
     * @param body what follows the header, in the host's byte order; empty after an error
     */
    public record Answer(int errno, ByteBuffer body) {
        public boolean isOk() {
            return errno == 0;
        }
    }

    /**
     * Speaks to {@code handler} from the first exchange on.
     *
     * @throws IllegalStateException when the handler refused the first exchange
     */
    public FuseCaller(FuseHandler handler, FuseNotifier notifier, Negotiation negotiation) {
        this.transferBytesMax = negotiation.transferBytesMax();
        this.dispatcher = new Dispatcher(handler, notifier, negotiation, new Silent());
        long offered = negotiation.wanted().stream().mapToLong(flag -> flag.mask()).reduce(0, (a, b) -> a | b);
        Answer first = call(FuseOpcode.INIT, 0, Caller.ROOT, body -> {
            body.put(Layout.KERNEL_VERSION).put(Layout.MINOR_MIN).put(INIT_READAHEAD).put((int) offered);
        });
        if (!first.isOk()) {
            throw new IllegalStateException("the first exchange failed; error number " + first.errno());
        }
    }

    private static final class Silent implements Dispatcher.Listener {
        @Override
        public void agreed(FuseInit init) {
            // The handler has been told; nobody else waits.
        }

        @Override
        public void refused(String sentence) {
            throw new AssertionError(sentence);
        }

        @Override
        public void destroyed() {
            // Whoever sends DESTROY knows.
        }
    }

    /** Largest READ and WRITE. */
    public int transferBytesMax() {
        return transferBytesMax;
    }

    /**
     * Makes one request and waits for its answer, for as long as the handler takes.
     *
     * @param body writes what follows the header
     */
    public Answer call(int opcode, long nodeId, Caller who, Consumer<RequestWriter> body) {
        CompletableFuture<Answer> answer = new CompletableFuture<>();
        serve(opcode, nodeId, who, body, (head, payload) -> answer.complete(copyOf(head, payload)));
        try {
            return answer.get();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return new Answer(Errno.EINTR, ByteBuffer.allocate(0));
        } catch (ExecutionException impossible) {
            throw new AssertionError(impossible);
        }
    }

    /** Gives up lookups that were counted. */
    public void forget(long nodeId, long lookups) {
        serve(FuseOpcode.FORGET, nodeId, Caller.ROOT, body -> body.put(lookups), (head, payload) -> {});
    }

    private void serve(int opcode, long nodeId, Caller who, Consumer<RequestWriter> body, ReplySink sink) {
        ByteBuffer idle = frames.pollFirst();
        ByteBuffer frame = idle == null
                ? ByteBuffer.allocateDirect(transferBytesMax + Layout.REQUEST_HEAD_MAX).order(Layout.ORDER) : idle;
        RequestWriter writer = new RequestWriter(frame)
                .begin(opcode, uniqueNext.getAndAdd(2), nodeId, who.uid(), who.gid(), who.pid());
        body.accept(writer);
        int length = writer.end();
        dispatcher.serve(new FuseRequest(frame), new FuseReply(sink, dispatcher.interrupts()), length);
        frames.offerFirst(frame);
    }

    private static Answer copyOf(ByteBuffer head, ByteBuffer payload) {
        int errno = -head.getInt(head.position() + Layout.OUT_ERROR);
        head.position(head.position() + Layout.OUT_HEADER);
        ByteBuffer body = ByteBuffer.allocate(head.remaining() + (payload == null ? 0 : payload.remaining()));
        body.put(head);
        if (payload != null) {
            body.put(payload);
        }
        return new Answer(errno, body.flip().order(Layout.ORDER));
    }
}
