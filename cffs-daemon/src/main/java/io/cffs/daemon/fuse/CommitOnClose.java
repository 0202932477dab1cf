package io.cffs.daemon.fuse;

import io.cffs.daemon.session.MountDriver;
import io.cffs.daemon.session.Session;
import io.cffs.fuse.FuseReply;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A commit when the last file that is open for writing is closed, before close(2) returns, so that it can fail; and
 * soon after each change while no file is open for writing. fsync(2) commits as well.
 *
 * <p>A descriptor that was duplicated commits at each of its closes: what is written through the others goes into the
 * next transaction.
 */
public final class CommitOnClose extends CommitOnSync {
    private final Session session;
    private final AtomicBoolean underWay = new AtomicBoolean();

    public CommitOnClose(MountDriver driver, Session session, Commands commands) {
        super(driver, commands);
        this.session = session;
    }

    @Override
    public void changed() {
        if (session.locked(() -> session.handles().openForWriting() == 0) && underWay.compareAndSet(false, true)) {
            commitSoon(() -> underWay.set(false));
        }
    }

    @Override
    public void flush(long handle, FuseReply out) {
        boolean last = session.locked(
                () -> session.handles().isWritable(handle) && session.handles().openForWriting() == 1);
        if (last) {
            commitThenAnswer(out);
        } else {
            out.ok();
        }
    }
}
