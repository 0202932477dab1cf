package io.cffs.fuse.dev;

import io.cffs.fuse.BackingFiles;
import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseInit;
import io.cffs.fuse.FuseNotifier;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.wire.Layout;
import java.nio.ByteBuffer;
import java.util.concurrent.ConcurrentLinkedDeque;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes notifications: messages whose request number is 0 and whose error field says what they are. */
final class DevNotifier implements FuseNotifier {
    private static final Logger log = LoggerFactory.getLogger(DevNotifier.class);
    private static final int NAME_BYTES_MAX = 1024;
    private static final int BUFFER_BYTES = Layout.OUT_HEADER + 24 + NAME_BYTES_MAX + 1;

    private final IoPool io;
    private final DevBackingFiles backingFiles;
    private final ConcurrentLinkedDeque<ByteBuffer> buffers = new ConcurrentLinkedDeque<>();
    private volatile FuseInit agreed;
    private volatile boolean refusing;

    DevNotifier(IoPool io, DevBackingFiles backingFiles) {
        this.io = io;
        this.backingFiles = backingFiles;
    }

    void ready(FuseInit init) {
        agreed = init;
        backingFiles.ready(init);
    }

    /** From now on nothing is sent. */
    void refuse() {
        refusing = true;
    }

    @Override
    public boolean expireEntry(long parentNodeId, byte[] name) {
        FuseInit init = agreed;
        int flags = init != null && init.has(InitFlag.HAS_EXPIRE_ONLY) ? Layout.EXPIRE_ONLY : 0;
        ByteBuffer message = begin(Layout.NOTIFY_INVAL_ENTRY);
        message.putLong(parentNodeId).putInt(requireName(name).length).putInt(flags).put(name).put((byte) 0);
        return send(message);
    }

    @Override
    public boolean delete(long parentNodeId, long childNodeId, byte[] name) {
        ByteBuffer message = begin(Layout.NOTIFY_DELETE);
        message.putLong(parentNodeId).putLong(childNodeId).putInt(requireName(name).length).putInt(0).put(name)
                .put((byte) 0);
        return send(message);
    }

    @Override
    public boolean invalAttributes(long nodeId) {
        ByteBuffer message = message(Layout.NOTIFY_INVAL_INODE);
        message.putLong(nodeId).putLong(-1).putLong(0);
        return send(message);
    }

    @Override
    public boolean invalInode(long nodeId, long offset, long length) {
        if (offset < 0) {
            throw new IllegalArgumentException("offset must not be negative: " + offset);
        }
        ByteBuffer message = begin(Layout.NOTIFY_INVAL_INODE);
        message.putLong(nodeId).putLong(offset).putLong(Math.max(0, length));
        return send(message);
    }

    @Override
    public boolean supportsEpoch() {
        FuseInit init = agreed;
        return init != null && init.minor() >= Layout.MINOR_INC_EPOCH;
    }

    @Override
    public boolean incEpoch() {
        return supportsEpoch() && send(message(Layout.NOTIFY_INC_EPOCH));
    }

    @Override
    public BackingFiles backingFiles() {
        return backingFiles;
    }

    private static byte[] requireName(byte[] name) {
        if (name.length == 0 || name.length > NAME_BYTES_MAX) {
            throw new IllegalArgumentException("a name has 1 to " + NAME_BYTES_MAX + " bytes: " + name.length);
        }
        return name;
    }

    private ByteBuffer begin(int code) {
        if (ServingThread.isServing()) {
            throw new IllegalStateException("notification from inside a request");
        }
        return message(code);
    }

    private ByteBuffer message(int code) {
        ByteBuffer idle = buffers.pollFirst();
        ByteBuffer message = idle == null ? ByteBuffer.allocateDirect(BUFFER_BYTES).order(Layout.ORDER) : idle.clear();
        return message.putInt(0).putInt(code).putLong(0);
    }

    private boolean send(ByteBuffer message) {
        message.flip();
        message.putInt(Layout.OUT_LEN, message.remaining());
        int code = message.getInt(Layout.OUT_ERROR);
        int result = refusing ? -Errno.ENODEV : io.write(message, null);
        buffers.offerFirst(message);
        if (result < 0 && result != -Errno.ENOENT && result != -Errno.ENODEV && result != -Errno.ENOTCONN
                && result != -Errno.ECONNABORTED) {
            log.warn("notification {} refused by the kernel; error number {}", code, -result);
        }
        return result >= 0 || result == -Errno.ENOENT;
    }
}
