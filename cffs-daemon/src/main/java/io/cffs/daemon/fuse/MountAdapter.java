package io.cffs.daemon.fuse;

import io.cffs.daemon.session.KernelCaches;
import io.cffs.daemon.session.MountControl;
import io.cffs.daemon.session.Session;
import io.cffs.fuse.FuseHandler;
import io.cffs.txn.port.Ticker;
import java.nio.file.Path;
import java.util.concurrent.Executor;

/** A session as a file system of the kernel. */
public final class MountAdapter {
    private final KernelNotices notices;
    private final FuseHandler handler;

    /**
     * @param controlThread a single thread that runs the commands of the control files
     * @param proc /proc, where the groups of callers are looked up
     * @param kernelChecksPermissions the mount has {@code default_permissions}
     */
    public MountAdapter(Session session, MountControl control, CommitTriggers triggers, Executor controlThread,
            VolumeFigures figures, Path proc, Ticker ticker, boolean kernelChecksPermissions) {
        Callers callers = new Callers(kernelChecksPermissions, proc, ticker);
        this.notices = new KernelNotices(session, session.nodes());
        this.handler = new CffsHandler(
                new TreeHandler(session, callers, notices, figures, triggers),
                new FileHandler(session, callers, triggers),
                new ControlHandler(control, controlThread));
    }

    public FuseHandler handler() {
        return handler;
    }

    /** For {@link Session#kernelCaches}. */
    public KernelCaches kernelCaches() {
        return notices;
    }
}
