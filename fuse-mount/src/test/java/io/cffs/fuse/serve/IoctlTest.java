package io.cffs.fuse.serve;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseIoctl;
import io.cffs.fuse.FuseOpcode;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.wire.Layout;
import io.cffs.fuse.wire.RequestWriter;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** struct fuse_ioctl_in and struct fuse_ioctl_out, as linux/fs/fuse/ioctl.c sends and takes them. */
@ExtendWith(Quiet.class)
class IoctlTest {
    private static final int GETFLAGS = 0x80086601;

    private final Answers answers = new Answers();
    private final ByteBuffer frame = ByteBuffer.allocateDirect(1 << 16).order(Layout.ORDER);

    private Answers.Answer serve(FuseHandler handler, int inputBytes, int answerBytes, int... input) {
        Dispatcher dispatcher = new Dispatcher(handler, null,
                new Negotiation(InitFlag.USUAL, 1 << 20, 1 << 16, 64, 0), new Dispatcher.Listener() {
                    @Override
                    public void agreed(io.cffs.fuse.FuseInit init) {}

                    @Override
                    public void refused(String sentence) {}

                    @Override
                    public void destroyed() {}
                });
        RequestWriter writer = new RequestWriter(frame).begin(FuseOpcode.IOCTL, 6, 42, 1000, 1000, 7);
        writer.put(77L).put(0).put(GETFLAGS).put(0L).put(inputBytes).put(answerBytes);
        for (int word : input) {
            writer.put(word);
        }
        dispatcher.serve(new FuseRequest(frame), new FuseReply(answers, dispatcher.interrupts()), writer.end());
        return answers.only();
    }

    @Test
    void theCallerGetsExactlyAsManyBytesAsItTakes() {
        AtomicReference<FuseIoctl> seen = new AtomicReference<>();
        FuseHandler handler = new FuseHandler() {
            @Override
            public void ioctl(FuseRequest in, FuseReply out) {
                seen.set(FuseIoctl.of(in));
                assertEquals(42, in.nodeId());
                assertEquals(77, in.fh());
                assertEquals(0x10, seen.get().input().getInt(0));
                assertEquals(4, seen.get().input().remaining());
                seen.get().succeed(ByteBuffer.allocate(4).order(Layout.ORDER).putInt(0, 0x50), out);
            }
        };
        Answers.Answer answer = serve(handler, 4, 8, 0x10);
        assertEquals(GETFLAGS, seen.get().command());
        assertEquals(0, answer.errno());
        byte[] expected = new byte[16 + 8];
        expected[16] = 0x50;
        assertArrayEquals(expected, answer.body());
    }

    @Test
    void whatTheCallerDoesNotTakeIsLeftOut() {
        FuseHandler handler = new FuseHandler() {
            @Override
            public void ioctl(FuseRequest in, FuseReply out) {
                FuseIoctl.of(in).succeed(ByteBuffer.allocate(28), out);
            }
        };
        assertEquals(16, serve(handler, 0, 0).body().length);
    }

    @Test
    void sizesBeyondTheRequestAreCut() {
        FuseHandler handler = new FuseHandler() {
            @Override
            public void ioctl(FuseRequest in, FuseReply out) {
                assertEquals(8, FuseIoctl.of(in).input().remaining());
                FuseIoctl.of(in).succeed(ByteBuffer.allocate(0), out);
            }
        };
        assertEquals(16 + 65_536, serve(handler, -1, -1, 1, 2).body().length);
    }

    @Test
    void aHandlerThatKnowsNoneSaysSo() {
        assertEquals(Errno.ENOTTY, serve(new FuseHandler() {}, 4, 0, 1).errno());
    }
}
