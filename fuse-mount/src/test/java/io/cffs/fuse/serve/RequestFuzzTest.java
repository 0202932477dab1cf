package io.cffs.fuse.serve;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseOpcode;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.wire.Golden;
import io.cffs.fuse.wire.Layout;
import io.cffs.fuse.wire.RequestWriter;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Any bytes in the frame give an answer or are dropped: no throw, no hang, no second answer, and no accessor that
 * reads outside the request. A failure names its seed.
 */
@ExtendWith(Quiet.class)
class RequestFuzzTest {
    private static final int ROUNDS = 10_000;
    private static final long SEED = Long.getLong("cffs.seed", 1);
    private static final int FRAME_BYTES = 4096;

    private final SplittableRandom random = new SplittableRandom(SEED);
    private final ByteBuffer frame = ByteBuffer.allocateDirect(FRAME_BYTES).order(Layout.ORDER);
    private final List<byte[]> sound = soundRequests();
    private final Answers answers = new Answers();
    private final CuriousHandler handler = new CuriousHandler();
    private final Dispatcher dispatcher = CuriousHandler.dispatcher(handler);

    private static List<byte[]> soundRequests() {
        List<byte[]> all = new ArrayList<>();
        for (int opcode = 0; opcode < FuseOpcode.LIMIT; opcode++) {
            ByteBuffer buffer = ByteBuffer.allocate(512).order(Layout.ORDER);
            RequestWriter writer = new RequestWriter(buffer).begin(opcode, 1, 1, 0, 0, 0);
            int length = writer.put(0L).put(0L).put(0L).put(0L).put(0L).put(0L).put(0L).put(0L).put(0L).put(0L)
                    .put(0L).put(0L).putName("some name".getBytes()).putName("another".getBytes()).end();
            byte[] bytes = new byte[length];
            buffer.get(0, bytes);
            all.add(bytes);
        }
        for (String[] known : new String[][] {{"3", "getattr_in"}, {"4", "setattr_in"}, {"8", "mknod_in", "n"},
            {"9", "mkdir_in", "n"}, {"12", "rename_in", "a", "b"}, {"45", "rename2_in", "a", "b"},
            {"13", "link_in", "n"},
            {"14", "open_in"}, {"35", "create_in", "n"}, {"15", "read_in"}, {"16", "write_in", "data"},
            {"18", "release_in"}, {"21", "setxattr_in", "user.k", "ab"}, {"22", "getxattr_in", "user.k"},
            {"33", "lk_in"}, {"34", "access_in"}, {"36", "interrupt_in"}, {"42", "batch_forget_in"}, {"52", "statx_in"},
            {"47", "copy_file_range_in"}, {"46", "lseek_in"}, {"43", "fallocate_in"}, {"26", "init_in"}}) {
            String[] names = java.util.Arrays.copyOfRange(known, 2, known.length);
            ByteBuffer request = Golden.request(Integer.parseInt(known[0]), known[1], names);
            byte[] bytes = new byte[request.limit()];
            request.get(0, bytes);
            all.add(bytes);
        }
        return all;
    }

    /** Puts a request into the frame and returns the length that the read is to have had. */
    private int makeRequest() {
        byte[] garbage = new byte[random.nextInt(64)];
        random.nextBytes(garbage);
        if (random.nextInt(10) == 0) {
            int length = random.nextInt(FRAME_BYTES + 1);
            byte[] bytes = new byte[length];
            random.nextBytes(bytes);
            frame.put(0, bytes);
            if (length >= 8 && random.nextInt(4) != 0) {
                frame.putInt(Layout.IN_LEN, length);
                frame.putInt(Layout.IN_OPCODE, random.nextInt(60));
            }
            return length;
        }
        byte[] bytes = sound.get(random.nextInt(sound.size()));
        frame.put(0, bytes);
        frame.put(bytes.length, garbage);
        int length = bytes.length;
        if (random.nextInt(3) == 0) {
            length = Math.max(0, length + random.nextInt(-48, garbage.length + 1));
        }
        for (int flips = random.nextInt(5); flips > 0 && length > 0; flips--) {
            int at = random.nextInt(length);
            switch (random.nextInt(3)) {
                case 0 -> frame.put(at, (byte) random.nextInt());
                case 1 -> frame.put(at, (byte) (frame.get(at) ^ 1 << random.nextInt(8)));
                default -> frame.put(at, random.nextBoolean() ? (byte) 0xff : 0);
            }
        }
        if (random.nextInt(8) != 0 && length >= 4) {
            frame.putInt(Layout.IN_LEN, length);
        }
        return length;
    }

    @Test
    void anyBytesGiveAnAnswerOrARefusal() {
        FuseReply reply = new FuseReply(answers, dispatcher.interrupts());
        int served = 0;
        for (int round = 0; round < ROUNDS; round++) {
            int length = makeRequest();
            String where = "seed " + SEED + ", round " + round;
            answers.all.clear();
            handler.calls = 0;
            boolean headed = length >= Layout.IN_HEADER && frame.getInt(Layout.IN_LEN) == length;
            // No byte behind the request can be read: whoever tries throws, and that is answered with EIO.
            FuseRequest request = new FuseRequest(frame.slice(0, length).order(Layout.ORDER));
            dispatcher.serve(request, reply, length);
            int opcode = frame.getInt(Layout.IN_OPCODE);
            boolean silent = opcode == FuseOpcode.FORGET || opcode == FuseOpcode.BATCH_FORGET
                    || opcode == FuseOpcode.INTERRUPT || opcode == FuseOpcode.NOTIFY_REPLY;
            assertEquals(headed && !silent ? 1 : 0, answers.all.size(), where);
            if (headed && !silent) {
                assertEquals(frame.getLong(Layout.IN_UNIQUE), answers.only().unique(), where);
                assertTrue(answers.only().errno() != Errno.EIO, () -> "the handler threw: " + where);
            }
            served += handler.calls;
        }
        // Most mutants must get past the parser, or this test looks at nothing behind it.
        assertTrue(served > ROUNDS / 4, "requests served: " + served);
    }
}
