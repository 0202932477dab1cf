package io.cffs.fuse.dev;

import io.cffs.fuse.Errno;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.function.Supplier;

/**
 * Plain JDK channels on a descriptor that exists already: nothing native has to be loaded, which saves a fresh process
 * about 0.2 s of CPU. Each thread has channels of its own, because a channel lets in one thread at a time.
 *
 * <p>A channel tells errors as text only, so after the first one this thread goes on with {@link NativeIo}, which asks
 * again and learns the number. Needs {@code --add-opens java.base/java.io=ALL-UNNAMED}; without it there is none.
 */
final class ChannelIo implements DeviceIo {
    private final FileDescriptor descriptor;
    private final FileChannel in;
    private final FileChannel out;
    private final ByteBuffer[] two = new ByteBuffer[2];
    private final Supplier<DeviceIo> fallback;
    private volatile boolean woken;
    /** Once an error needed its number; written by the thread that reads. */
    private volatile DeviceIo instead;

    private ChannelIo(FileDescriptor descriptor, Supplier<DeviceIo> fallback) {
        this.descriptor = descriptor;
        this.in = new FileInputStream(descriptor).getChannel();
        this.out = new FileOutputStream(descriptor).getChannel();
        this.fallback = fallback;
    }

    /** For a thread of its own, or null when the JDK does not let us name a descriptor by number. */
    static ChannelIo on(int fd, Supplier<DeviceIo> fallback) {
        return Descriptors.canName() ? new ChannelIo(Descriptors.name(new FileDescriptor(), fd), fallback) : null;
    }

    @Override
    public int read(ByteBuffer frame) {
        if (instead == null) {
            try {
                return in.read(frame.clear());
            } catch (IOException unnumbered) {
                if (woken) {
                    return -Errno.EINTR;
                }
                instead = fallback.get();
            } finally {
                frame.clear();
            }
        }
        return instead.read(frame);
    }

    @Override
    public int write(ByteBuffer head, ByteBuffer payload) {
        if (instead != null) {
            return instead.write(head, payload);
        }
        int headAt = head.position();
        int payloadAt = payload == null ? 0 : payload.position();
        try {
            if (payload == null) {
                return out.write(head);
            }
            two[0] = head;
            two[1] = payload;
            return (int) out.write(two, 0, 2);
        } catch (IOException unnumbered) {
            head.position(headAt);
            if (payload != null) {
                payload.position(payloadAt);
            }
            instead = fallback.get();
            return instead.write(head, payload);
        } finally {
            two[1] = null;
        }
    }

    @Override
    public int writePieces(ByteBuffer head, ByteBuffer[] pieces) {
        if (instead != null) {
            return instead.writePieces(head, pieces);
        }
        ByteBuffer[] all = new ByteBuffer[pieces.length + 1];
        all[0] = head.duplicate();
        for (int i = 0; i < pieces.length; i++) {
            all[i + 1] = pieces[i].duplicate();
        }
        try {
            return (int) out.write(all, 0, all.length);
        } catch (IOException unnumbered) {
            instead = fallback.get();
            return instead.writePieces(head, pieces);
        }
    }

    /**
     * Closing a channel wakes who blocks in it, without a native call of ours. A thread that was answering just then
     * goes on with the other way, as after any error, and is woken there when this is called again. The descriptor
     * object is given another number first, so that the device stays open. It must be a real one: a channel whose
     * descriptor is invalid is closed without waking anybody.
     */
    @Override
    public void wake() {
        DeviceIo other = instead;
        if (other != null) {
            other.wake();
            return;
        }
        if (woken) {
            return;
        }
        woken = true;
        try (FileInputStream nothing = new FileInputStream("/dev/null")) {
            // Closing the emptied one as well tells the JDK's cleaner to forget the number.
            Descriptors.move(nothing.getFD(), descriptor);
            in.close();
        } catch (IOException impossible) {
            throw new AssertionError(impossible);
        }
    }
}
