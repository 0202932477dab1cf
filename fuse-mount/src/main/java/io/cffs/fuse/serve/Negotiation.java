package io.cffs.fuse.serve;

import io.cffs.fuse.FuseInit;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.wire.Layout;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * The first exchange of a connection: the kernel tells its version and what it can do, we choose.
 *
 * @param wanted features to use where offered
 * @param transferBytesMax largest READ and WRITE that our buffers take, a multiple of the page size
 * @param readaheadBytesMax what we answer; the kernel takes the lower of this and what is set for the mount
 * @param backgroundMax asynchronous requests at a time
 * @param requestTimeoutSeconds 0 for none
 */
public record Negotiation(
        Set<InitFlag> wanted,
        int transferBytesMax,
        int readaheadBytesMax,
        int backgroundMax,
        int requestTimeoutSeconds) {

    private static final int PAGE_BYTES = 4096;
    /** What a request holds at most where MAX_PAGES is not offered. */
    private static final int PAGES_WITHOUT_MAX_PAGES = 32;

    /** What comes of a first exchange. */
    public sealed interface Result {
        /** Send {@link #answer}; the connection is ready. */
        record Agreed(FuseInit init) implements Result {}

        /** The kernel speaks a newer major version: send {@link #answer} and wait for another INIT. */
        record AskAgain() implements Result {}

        /** Too old: answer EPROTO. */
        record TooOld(int major, int minor) implements Result {}
    }

    /** @param body of an INIT request that has been checked to have the short form at least */
    public Result consider(ByteBuffer body) {
        int major = body.getInt(0);
        int minor = body.getInt(4);
        if (major > Layout.KERNEL_VERSION) {
            return new Result.AskAgain();
        }
        if (major < Layout.KERNEL_VERSION || minor < Layout.MINOR_MIN) {
            return new Result.TooOld(major, minor);
        }
        long offered = body.getInt(12) & 0xffff_ffffL;
        boolean extended = (offered & InitFlag.INIT_EXT.mask()) != 0 && body.remaining() >= Layout.INIT_IN;
        if (extended) {
            offered |= (long) body.getInt(16) << 32;
        }
        long always = InitFlag.MAX_PAGES.mask() | InitFlag.INIT_EXT.mask() | InitFlag.SETXATTR_EXT.mask();
        long flags = offered & (InitFlag.maskOf(wanted) | always);
        if (requestTimeoutSeconds == 0) {
            flags &= ~InitFlag.REQUEST_TIMEOUT.mask();
        }
        boolean large = (flags & InitFlag.MAX_PAGES.mask()) != 0;
        int transfer = large ? transferBytesMax : Math.min(transferBytesMax, PAGES_WITHOUT_MAX_PAGES * PAGE_BYTES);
        int timeout = (flags & InitFlag.REQUEST_TIMEOUT.mask()) != 0 ? requestTimeoutSeconds : 0;
        return new Result.Agreed(new FuseInit(Math.min(minor, Layout.MINOR_MAX), minor, flags, transfer, transfer,
                readaheadBytesMax, timeout));
    }

    /** {@code struct fuse_init_out} for a result that is not {@link Result.TooOld}, written into {@code out}. */
    public ByteBuffer answer(Result result, ByteBuffer out) {
        out.clear().limit(Layout.INIT_OUT);
        for (int at = 0; at < Layout.INIT_OUT; at += 8) {
            out.putLong(at, 0);
        }
        out.putInt(0, Layout.KERNEL_VERSION);
        if (result instanceof Result.Agreed agreed) {
            FuseInit init = agreed.init();
            out.putInt(4, init.minor());
            out.putInt(8, init.maxReadaheadBytes());
            out.putInt(12, (int) init.flags());
            out.putShort(16, (short) backgroundMax);
            out.putShort(18, (short) Math.max(1, backgroundMax * 3 / 4));
            out.putInt(20, init.maxWriteBytes());
            out.putInt(24, 1);
            out.putShort(28, (short) (init.maxWriteBytes() / PAGE_BYTES));
            out.putInt(32, (int) (init.flags() >>> 32));
            out.putInt(36, init.has(InitFlag.PASSTHROUGH) ? 1 : 0);
            out.putShort(40, (short) init.requestTimeoutSeconds());
        } else {
            out.putInt(4, Layout.MINOR_MAX);
        }
        return out;
    }
}
