package io.cffs.fuse;

import io.cffs.fuse.wire.Layout;
import java.nio.ByteBuffer;

/**
 * What an IOCTL request asks for, struct fuse_ioctl_in, and how it is answered. Valid as long as its request.
 *
 * @param command the number of ioctl(2)
 * @param answerBytes how many bytes the caller takes besides struct fuse_ioctl_out, 0 and up
 * @param input the bytes that the caller gives, in the host's byte order
 */
public record FuseIoctl(int command, int answerBytes, ByteBuffer input) {
    private static final int IN_BYTES = 32;
    private static final int OUT_BYTES = 16;
    /** The kernel hands on a page at most for a command that is not known to it. */
    private static final int ANSWER_BYTES_MAX = 64 * 1024;

    /** Of a request whose operation is IOCTL. Sizes beyond any ioctl's are cut. */
    public static FuseIoctl of(FuseRequest in) {
        ByteBuffer body = in.body();
        int command = body.getInt(12);
        int given = Math.clamp(Integer.toUnsignedLong(body.getInt(24)), 0, body.limit() - IN_BYTES);
        int taken = (int) Math.min(Integer.toUnsignedLong(body.getInt(28)), ANSWER_BYTES_MAX);
        return new FuseIoctl(command, taken, body.slice(IN_BYTES, given).order(Layout.ORDER));
    }

    /**
     * Answers with success and, as far as the caller takes them, these bytes; zeros follow up to what it takes.
     *
     * @param bytes from position to limit
     */
    public void succeed(ByteBuffer bytes, FuseReply out) {
        ByteBuffer answer = out.buffer(OUT_BYTES + answerBytes);
        answer.put(new byte[OUT_BYTES]);
        answer.put(bytes.slice(bytes.position(), Math.min(bytes.remaining(), answerBytes)));
        answer.put(new byte[answer.remaining()]);
        out.data(answer.flip());
    }
}
