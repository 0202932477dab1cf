package io.cffs.fuse.serve;

import io.cffs.fuse.wire.Layout;
import io.cffs.fuse.wire.ReplySink;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** Plays the kernel's receiving side: keeps what was sent. */
final class Answers implements ReplySink {
    record Answer(long unique, int errno, byte[] body) {}

    final List<Answer> all = new ArrayList<>();

    @Override
    public synchronized void send(ByteBuffer head, ByteBuffer payload) {
        ByteBuffer whole = ByteBuffer.allocate(head.remaining() + (payload == null ? 0 : payload.remaining()))
                .order(Layout.ORDER);
        whole.put(head);
        if (payload != null) {
            whole.put(payload);
        }
        if (whole.getInt(Layout.OUT_LEN) != whole.capacity()) {
            throw new AssertionError("length field says " + whole.getInt(Layout.OUT_LEN) + " of " + whole.capacity());
        }
        byte[] body = new byte[whole.capacity() - Layout.OUT_HEADER];
        whole.get(Layout.OUT_HEADER, body);
        all.add(new Answer(whole.getLong(Layout.OUT_UNIQUE), -whole.getInt(Layout.OUT_ERROR), body));
    }

    synchronized Answer only() {
        if (all.size() != 1) {
            throw new AssertionError("one answer was expected, there were " + all.size());
        }
        return all.getFirst();
    }
}
