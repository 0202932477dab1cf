package io.cffs.fuse.serve;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseInit;
import io.cffs.fuse.FuseNotifier;
import io.cffs.fuse.FuseOpcode;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.wire.Layout;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes each request to the handler's method for it, and sees to it that each is answered: malformed ones, unknown
 * ones, and those on which the handler throws. Safe for use by several threads, each with its own request and reply.
 */
public final class Dispatcher {
    private static final Logger log = LoggerFactory.getLogger(Dispatcher.class);

    private final FuseHandler handler;
    private final FuseNotifier notifier;
    private final Negotiation negotiation;
    private final Listener listener;
    private final PendingInterrupts interrupts = new PendingInterrupts();
    private volatile boolean setxattrExtended = true;

    /** Hears of threads that wait inside a request, so that none reads what comes next. Called by those threads. */
    public interface Crowd {
        void blocks();

        void goesOn();
    }

    /** Hears how the first exchange went. */
    public interface Listener {
        /** Before the handler hears of it, who may ask what the kernel can do. */
        default void negotiated(FuseInit init) {}

        void agreed(FuseInit init);

        /** The kernel has the answer to the first exchange. */
        default void answered(FuseInit init) {}

        void refused(String sentence);

        /** The kernel says that nothing more will come. */
        void destroyed();
    }

    public Dispatcher(FuseHandler handler, FuseNotifier notifier, Negotiation negotiation, Listener listener) {
        this.handler = handler;
        this.notifier = notifier;
        this.negotiation = negotiation;
        this.listener = listener;
    }

    /** @param crowd hears of threads that wait inside requests */
    public void watchCrowd(Crowd crowd) {
        interrupts.watchCrowd(crowd);
    }

    /** For the replies of this connection. */
    public PendingInterrupts interrupts() {
        return interrupts;
    }

    /**
     * Serves one request that has been put into the frame of {@code in}. Never throws, errors of the JVM aside. If
     * the reply {@linkplain FuseReply#isDeferred is deferred} afterwards, it must not be used for another request.
     */
    public void serve(FuseRequest in, FuseReply out, int length) {
        in.setxattrExtended(setxattrExtended);
        int refusal = in.accept(length);
        if (refusal != 0) {
            refuse(in, out, length, refusal);
            return;
        }
        try {
            serveSound(in, out);
        } catch (Throwable thrown) {
            // Errors of the JVM too: a reader that dies of one full heap would leave all later callers waiting.
            log.error("file system threw: answered with EIO", thrown);
            answerEio(out);
        } finally {
            out.end();
        }
    }

    private void refuse(FuseRequest in, FuseReply out, int length, int refusal) {
        if (refusal < 0) {
            log.error("request without a sound header dropped; {} bytes", length);
            return;
        }
        boolean answered = in.opcode() != FuseOpcode.FORGET && in.opcode() != FuseOpcode.BATCH_FORGET
                && in.opcode() != FuseOpcode.INTERRUPT && in.opcode() != FuseOpcode.NOTIFY_REPLY;
        if (refusal != Errno.ENOSYS) {
            log.error("malformed request refused; operation {}, {} bytes", FuseOpcode.nameOf(in.opcode()), length);
        }
        if (answered) {
            out.begin(in.unique(), 0);
            out.error(refusal);
        }
    }

    private void answerEio(FuseReply out) {
        try {
            if (out.isOpen()) {
                out.error(Errno.EIO);
            }
        } catch (IllegalStateException answered) {
            log.debug("another thread had answered meanwhile", answered);
        }
    }

    private void serveSound(FuseRequest in, FuseReply out) {
        switch (in.opcode()) {
            case FuseOpcode.FORGET -> handler.forget(in.nodeId(), in.forgetLookups());
            case FuseOpcode.BATCH_FORGET -> forgetAll(in);
            case FuseOpcode.INTERRUPT -> interrupts.interrupt(in.interruptedUnique());
            case FuseOpcode.NOTIFY_REPLY -> log.debug("answer to a retrieval that was never asked for");
            default -> {
                out.begin(in.unique(), in.isListing() ? in.size() : 0);
                out.caller(in.pid());
                answer(in, out);
                if (out.isOpen() && !out.isDeferred()) {
                    log.error("file system gave no answer: EIO; operation {}", FuseOpcode.nameOf(in.opcode()));
                    answerEio(out);
                }
            }
        }
    }

    private void forgetAll(FuseRequest in) {
        int count = in.forgetCount();
        for (int i = 0; i < count; i++) {
            handler.forget(in.forgetNodeId(i), in.forgetLookups(i));
        }
    }

    private void answer(FuseRequest in, FuseReply out) {
        switch (in.opcode()) {
            case FuseOpcode.LOOKUP -> handler.lookup(in, out);
            case FuseOpcode.GETATTR -> handler.getattr(in, out);
            case FuseOpcode.READ -> handler.read(in, out);
            case FuseOpcode.WRITE -> handler.write(in, out);
            case FuseOpcode.OPEN -> handler.open(in, out);
            case FuseOpcode.RELEASE -> handler.release(in, out);
            case FuseOpcode.FLUSH -> handler.flush(in, out);
            case FuseOpcode.CREATE -> handler.create(in, out);
            case FuseOpcode.READDIRPLUS -> handler.readdirplus(in, out);
            case FuseOpcode.READDIR -> handler.readdir(in, out);
            case FuseOpcode.OPENDIR -> handler.opendir(in, out);
            case FuseOpcode.RELEASEDIR -> handler.releasedir(in, out);
            case FuseOpcode.SETATTR -> handler.setattr(in, out);
            case FuseOpcode.UNLINK -> handler.unlink(in, out);
            case FuseOpcode.RENAME, FuseOpcode.RENAME2 -> handler.rename(in, out);
            case FuseOpcode.MKDIR -> handler.mkdir(in, out);
            case FuseOpcode.RMDIR -> handler.rmdir(in, out);
            case FuseOpcode.MKNOD -> handler.mknod(in, out);
            case FuseOpcode.LINK -> handler.link(in, out);
            case FuseOpcode.SYMLINK -> handler.symlink(in, out);
            case FuseOpcode.READLINK -> handler.readlink(in, out);
            case FuseOpcode.FSYNC -> handler.fsync(in, out);
            case FuseOpcode.GETXATTR -> handler.getxattr(in, out);
            default -> answerRare(in, out);
        }
    }

    private void answerRare(FuseRequest in, FuseReply out) {
        switch (in.opcode()) {
            case FuseOpcode.INIT -> init(in, out);
            case FuseOpcode.DESTROY -> {
                out.ok();
                listener.destroyed();
            }
            case FuseOpcode.ACCESS -> handler.access(in, out);
            case FuseOpcode.STATFS -> handler.statfs(in, out);
            case FuseOpcode.STATX -> handler.statx(in, out);
            case FuseOpcode.SETXATTR -> handler.setxattr(in, out);
            case FuseOpcode.LISTXATTR -> handler.listxattr(in, out);
            case FuseOpcode.REMOVEXATTR -> handler.removexattr(in, out);
            case FuseOpcode.FSYNCDIR -> handler.fsyncdir(in, out);
            case FuseOpcode.SYNCFS -> handler.syncfs(in, out);
            case FuseOpcode.GETLK -> handler.getlk(in, out);
            case FuseOpcode.SETLK -> handler.setlk(in, out);
            case FuseOpcode.SETLKW -> handler.setlkw(in, out);
            case FuseOpcode.TMPFILE -> handler.tmpfile(in, out);
            case FuseOpcode.FALLOCATE -> handler.fallocate(in, out);
            case FuseOpcode.LSEEK -> handler.lseek(in, out);
            case FuseOpcode.COPY_FILE_RANGE, FuseOpcode.COPY_FILE_RANGE_64 -> handler.copyFileRange(in, out);
            case FuseOpcode.IOCTL -> handler.ioctl(in, out);
            case FuseOpcode.POLL -> handler.poll(in, out);
            case FuseOpcode.BMAP -> handler.bmap(in, out);
            default -> out.error(Errno.ENOSYS);
        }
    }

    private void init(FuseRequest in, FuseReply out) {
        Negotiation.Result result = negotiation.consider(in.body());
        switch (result) {
            case Negotiation.Result.TooOld old -> {
                out.error(Errno.EPROTO);
                listener.refused("the kernel speaks FUSE " + old.major() + "." + old.minor() + ", at least "
                        + Layout.KERNEL_VERSION + "." + Layout.MINOR_MIN + " (Linux 5.4) is needed");
            }
            case Negotiation.Result.AskAgain() -> out.data(negotiation.answer(result, out.buffer(Layout.INIT_OUT)));
            case Negotiation.Result.Agreed(FuseInit agreed) -> {
                ByteBuffer answer = negotiation.answer(result, out.buffer(Layout.INIT_OUT));
                setxattrExtended = agreed.has(InitFlag.SETXATTR_EXT);
                listener.negotiated(agreed);
                handler.init(agreed, notifier);
                // Before the answer: the kernel sends what waits as soon as it has it, to other threads too.
                listener.agreed(agreed);
                out.data(answer);
                listener.answered(agreed);
            }
        }
    }
}
