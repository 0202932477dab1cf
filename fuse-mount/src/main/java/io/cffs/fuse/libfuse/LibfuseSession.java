package io.cffs.fuse.libfuse;

import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseInit;
import io.cffs.fuse.FuseNotifier;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.dev.ConnectionId;
import io.cffs.fuse.dev.Connections;
import io.cffs.fuse.loopback.FuseCaller;
import io.cffs.fuse.serve.Negotiation;
import io.cffs.fuse.serve.ServedSession;
import io.cffs.fuse.wire.Layout;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.OptionalInt;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.serce.jnrfuse.FuseException;

/** A mount that libfuse serves, on a thread of its own that ends with the mount. */
public final class LibfuseSession extends ServedSession {
    private static final Logger log = LoggerFactory.getLogger(LibfuseSession.class);
    private static final Set<InitFlag> FLAGS = EnumSet.of(InitFlag.ASYNC_READ, InitFlag.ATOMIC_O_TRUNC,
            InitFlag.BIG_WRITES, InitFlag.MAX_PAGES);
    /** What libfuse 2 transfers at most in one request. */
    private static final int TRANSFER_BYTES = 128 << 10;

    private final Path mountPoint;
    private final Unmounter unmounter;
    private final Duration closeAtMost;
    private final FuseNotifier notifier = new NothingCached();

    /** How a mount point is freed. */
    @FunctionalInterface
    public interface Unmounter {
        void unmount(Path mountPoint) throws IOException;
    }

    private LibfuseSession(Path mountPoint, FuseHandler handler, Unmounter unmounter, Duration closeAtMost) {
        super(handler);
        this.mountPoint = mountPoint;
        this.unmounter = unmounter;
        this.closeAtMost = closeAtMost;
    }

    /**
     * Mounts and serves.
     *
     * @param mountOptions libfuse's, without {@code -o}
     * @throws IOException with one sentence when libfuse 2 is not there
     */
    public static LibfuseSession start(Path mountPoint, String mountOptions, FuseHandler handler, Unmounter unmounter,
            Duration closeAtMost) throws IOException {
        LibfuseSession session = new LibfuseSession(mountPoint, handler, unmounter, closeAtMost);
        FuseCaller caller = new FuseCaller(handler, session.notifier,
                new Negotiation(FLAGS, TRANSFER_BYTES, TRANSFER_BYTES, 1, 0));
        PathFs fs;
        try {
            fs = new PathFs(new PathCalls(caller), session::agreed);
        } catch (LinkageError | RuntimeException absent) {
            throw new IOException("libfuse 2 cannot be loaded (Debian package libfuse2): " + absent.getMessage(),
                    absent);
        }
        Thread.ofPlatform().daemon().name("libfuse-" + mountPoint.getFileName())
                .start(() -> session.serve(fs, mountOptions));
        return session;
    }

    private void agreed() {
        nowReady(new FuseInit(Layout.MINOR_MIN, Layout.MINOR_MIN, InitFlag.maskOf(FLAGS), TRANSFER_BYTES,
                TRANSFER_BYTES, 0, 0));
    }

    private void serve(PathFs fs, String mountOptions) {
        try {
            fs.mount(mountPoint, true, false, new String[] {"-o", mountOptions});
        } catch (FuseException | LinkageError failed) {
            nowRefused("libfuse could not mount on " + mountPoint, failed);
        } finally {
            nowEnding();
            destroyHandler();
            nowEnded();
        }
    }

    @Override
    public FuseNotifier notifier() {
        return notifier;
    }

    @Override
    public OptionalInt connectionId() {
        return ConnectionId.of(mountPoint);
    }

    @Override
    public void abort() {
        nowEnding();
        if (!Connections.abort(connectionId().orElse(-1))) {
            log.warn("the connection could not be aborted: no access to /sys/fs/fuse/connections");
        }
    }

    @Override
    public void unmount() throws IOException {
        nowEnding();
        if (!isOver()) {
            unmounter.unmount(mountPoint);
        }
    }

    @Override
    public void close() {
        OptionalInt connection = connectionId();
        try {
            unmount();
        } catch (IOException failed) {
            log.warn("unmounting failed: {}", failed.getMessage());
        }
        boolean over = awaitEnd(closeAtMost)
                || connection.isPresent() && Connections.abort(connection.getAsInt()) && awaitEnd(closeAtMost);
        if (!over) {
            log.warn("libfuse is still serving open files; it ends with the process");
        }
    }

    /** The kernel caches nothing of this mount, so it never holds anything stale. */
    private final class NothingCached implements FuseNotifier {
        private boolean allowed() {
            return state().ordinal() < State.ENDING.ordinal();
        }

        @Override
        public boolean expireEntry(long parentNodeId, byte[] name) {
            return allowed();
        }

        @Override
        public boolean delete(long parentNodeId, long childNodeId, byte[] name) {
            return allowed();
        }

        @Override
        public boolean invalAttributes(long nodeId) {
            return allowed();
        }

        @Override
        public boolean invalInode(long nodeId, long offset, long length) {
            return allowed();
        }

        @Override
        public boolean supportsEpoch() {
            return true;
        }

        @Override
        public boolean incEpoch() {
            return allowed();
        }
    }
}
