package io.cffs.fuse;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.fuse.serve.PendingInterrupts;
import io.cffs.fuse.wire.Golden;
import io.cffs.fuse.wire.Layout;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Each answer, byte by byte as the kernel's structs have it. */
class GoldenReplyTest {
    private static final long UNIQUE = 0x0102030405060708L;
    private static final long ENTRY_VALID = 1_000_000_500L;
    private static final long ATTR_VALID = 2_000_000_600L;

    private byte[] sent;
    private int sendings;

    private FuseReply begun() {
        FuseReply reply = new FuseReply(this::take, new PendingInterrupts());
        reply.begin(UNIQUE, 4096);
        return reply;
    }

    private void take(ByteBuffer head, ByteBuffer payload) {
        ByteBuffer whole = ByteBuffer.allocate(head.remaining() + (payload == null ? 0 : payload.remaining()));
        whole.put(head);
        if (payload != null) {
            whole.put(payload);
        }
        sent = whole.array();
        sendings++;
    }

    private String bodyOf(Consumer<FuseReply> answer) {
        answer.accept(begun());
        ByteBuffer view = ByteBuffer.wrap(sent).order(Layout.ORDER);
        assertEquals(sent.length, view.getInt(Layout.OUT_LEN));
        assertEquals(0, view.getInt(Layout.OUT_ERROR));
        assertEquals(UNIQUE, view.getLong(Layout.OUT_UNIQUE));
        return HexFormat.of().formatHex(sent, Layout.OUT_HEADER, sent.length);
    }

    private static FuseAttr attr() {
        return new FuseAttr().ino(0x1122334455667788L).size(123456789012L).blocks(241127791)
                .atimeNanos(1700000001_000000011L).mtimeNanos(1700000002_000000022L)
                .ctimeNanos(1700000003_000000033L).mode(0100644).nlink(7).uid(1000).gid(1001).rdev(0x0803);
    }

    @Test
    void header() {
        begun().error(Errno.ENOENT);
        assertEquals(Golden.hex("out_header"), HexFormat.of().formatHex(sent));
    }

    @Test
    void bodies() {
        assertEquals(Golden.hex("entry_out"), bodyOf(out -> out.entry(5, 6, ENTRY_VALID, ATTR_VALID, attr())));
        assertEquals(Golden.hex("attr_out"), bodyOf(out -> out.attr(attr(), ATTR_VALID)));
        assertEquals(Golden.hex("open_out"), bodyOf(
                out -> out.opened(77, FopenFlags.DIRECT_IO | FopenFlags.KEEP_CACHE)));
        assertEquals(Golden.hex("entry_out") + Golden.hex("open_out"), bodyOf(out -> out.created(5, 6, ENTRY_VALID,
                ATTR_VALID, attr(), 77, FopenFlags.DIRECT_IO | FopenFlags.KEEP_CACHE)));
        assertEquals(Golden.hex("write_out"), bodyOf(out -> out.written(4096)));
        assertEquals(Golden.hex("statfs_out"), bodyOf(out -> out.statfs(new FuseStatfs(1, 2, 3, 4, 5, 4096, 255))));
        assertEquals(Golden.hex("getxattr_out"), bodyOf(out -> out.xattrSize(300)));
        assertEquals(Golden.hex("lk_out"), bodyOf(out -> out.lock(1, 2, 1, 4)));
        assertEquals(Golden.hex("lseek_out"), bodyOf(out -> out.lseek(1L << 40)));
        assertEquals(Golden.hex("statx_out"),
                bodyOf(out -> out.statx(attr(), 1700000000_000000044L, ATTR_VALID)));
        assertEquals("6162", bodyOf(out -> out.data("ab".getBytes(StandardCharsets.US_ASCII))));
        assertEquals("", bodyOf(FuseReply::ok));
    }

    @Test
    void aNegativeEntryHasNodeZeroAndItsTime() {
        String body = bodyOf(out -> out.negative(ENTRY_VALID));
        ByteBuffer view = ByteBuffer.wrap(HexFormat.of().parseHex(body)).order(Layout.ORDER);
        assertEquals(Layout.ENTRY_OUT, view.capacity());
        assertEquals(0, view.getLong(0));
        assertEquals(1, view.getLong(16));
        assertEquals(500, view.getInt(32));
    }

    @Test
    void directoryEntries() {
        byte[] name = {'a', 'b', 'c'};
        assertEquals(Golden.hex("dirent"), bodyOf(out -> {
            out.directoryWriter().add(name, 20, 0100644, 21);
            out.directory();
        }));
        String plus = bodyOf(out -> {
            out.directoryWriter().addPlus(name, 21, 5, 6, ENTRY_VALID, ATTR_VALID, attr());
            out.directory();
        });
        assertEquals(Golden.hex("entry_out"), plus.substring(0, 2 * Layout.ENTRY_OUT));
        String dirent = Golden.hex("dirent").substring(16);
        assertEquals("8877665544332211" + dirent, plus.substring(2 * Layout.ENTRY_OUT));
    }

    @Test
    void aListingNeverExceedsWhatWasAsked() {
        FuseReply reply = new FuseReply(this::take, new PendingInterrupts());
        reply.begin(UNIQUE, 100);
        DirectoryWriter writer = reply.directoryWriter();
        int added = 0;
        while (writer.add(new byte[] {'x'}, 1, 0, added + 1)) {
            added++;
        }
        reply.directory();
        assertEquals(3, added);
        assertEquals(Layout.OUT_HEADER + 96, sent.length);
    }

    @Test
    void timesBefore1970AndForever() {
        bodyOf(out -> out.attr(attr().atimeNanos(-1), FuseReply.FOREVER));
        ByteBuffer view = ByteBuffer.wrap(sent).order(Layout.ORDER);
        int attrAt = Layout.OUT_HEADER + Layout.ATTR_OUT_ATTR;
        assertEquals(-1, view.getLong(attrAt + 24));
        assertEquals(999_999_999, view.getInt(attrAt + 48));
        assertEquals(Long.MAX_VALUE / 1_000_000_000, view.getLong(Layout.OUT_HEADER));
    }

    @Test
    void aSecondAnswerIsRefusedAndNotSent() {
        FuseReply reply = begun();
        reply.ok();
        assertThrows(IllegalStateException.class, reply::ok);
        assertThrows(IllegalStateException.class, () -> reply.error(Errno.EIO));
        assertEquals(1, sendings);
    }

    @Test
    void onlyErrorNumbersAreErrors() {
        FuseReply reply = begun();
        assertThrows(IllegalArgumentException.class, () -> reply.error(0));
        assertThrows(IllegalArgumentException.class, () -> reply.error(-5));
        assertThrows(IllegalArgumentException.class, () -> reply.error(512));
        reply.error(Errno.EIO);
        assertEquals(1, sendings);
    }
}
