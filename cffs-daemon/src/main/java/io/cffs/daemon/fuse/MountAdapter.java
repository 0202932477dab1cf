package io.cffs.daemon.fuse;

import io.cffs.daemon.cache.VolumeIdentity;
import io.cffs.daemon.content.ContentFiles;
import io.cffs.daemon.session.InvocationControl;
import io.cffs.daemon.session.KernelCaches;
import io.cffs.daemon.session.MountControl;
import io.cffs.daemon.session.Patience;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.vfs.FreshPages;
import io.cffs.fuse.FuseHandler;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.txn.ReadKey;
import io.cffs.txn.ops.Getattr;
import io.cffs.txn.port.Ticker;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executor;

/** A session as a file system of the kernel. */
public final class MountAdapter {
    /** Whose processes use a mount, and who checks what they may do. */
    public enum Users {
        /** The one who mounted; the kernel lets nobody else in. */
        ONE,
        /** Anybody, and we check. */
        CHECKED_HERE,
        /** Anybody, and the kernel checks ({@code default_permissions}). */
        KERNEL_CHECKED
    }

    private final Users users;
    private final KernelNotices notices;
    private final WholeFiles whole;
    private final Session session;
    private final BetweenRuns between;
    private final Path proc;
    private final FuseHandler handler;

    /**
     * @param commands run the commands of the control files
     * @param proc /proc, where the groups of callers are looked up
     * @param users who uses the mount, and who checks what they may
     * @param wholeFiles what the kernel reads large files from by itself; null when it never does
     * @param runByRun the root has attributes between runs, too
     */
    public MountAdapter(Session session, MountControl control, CommitTriggers triggers, Commands commands,
            VolumeFigures figures, Path proc, Ticker ticker, Users users, WholeFileParts wholeFiles,
            boolean runByRun) {
        this.users = users;
        Callers callers = new Callers(users == Users.KERNEL_CHECKED, proc, ticker);
        SharedNames names = new SharedNames(users == Users.CHECKED_HERE);
        this.proc = proc;
        boolean rootAlone = users == Users.ONE && "root".equals(System.getProperty("user.name"));
        this.notices = new KernelNotices(session, session.nodes(), new FreshPages(ticker), !rootAlone,
                !(control instanceof InvocationControl), NoticeThreads.SHARED, triggers != CommitTriggers.NONE);
        this.whole = new WholeFiles(session, wholeFiles);
        this.session = session;
        this.between = new BetweenRuns(session, runByRun);
        this.handler = new CffsHandler(
                new TreeHandler(session, callers, notices, names, figures, triggers, whole, between),
                new FileHandler(session, callers, notices, names, triggers, whole),
                new XattrHandler(session, callers, names, triggers),
                new FlagsHandler(session, callers, notices, triggers),
                new ControlHandler(control, commands));
    }

    public FuseHandler handler() {
        return handler;
    }

    /** In an open attempt: remembers the root for when none is. */
    public void lookAtRoot() throws FsException {
        between.seen(session.perform(at -> Getattr.run(at.transaction(), Ino.ROOT)));
    }

    /** For {@link Session#kernel}. @param background runs what waits: virtual threads */
    public Patience patience(Executor background) {
        return new DyingCallers(proc, background);
    }

    /** For {@link Session#kernel}. */
    public KernelCaches kernelCaches() {
        return new KernelCaches() {
            @Override
            public void prepare(List<ObjectKey> changes) {
                // A kernel that checks permissions keeps ACLs, too, and tells nobody.
                notices.prepare(users == Users.KERNEL_CHECKED ? null : changes);
            }

            @Override
            public List<ReadKey> assumed() {
                return notices.assumed();
            }

            @Override
            public int assumedMost() {
                return notices.assumedMost();
            }

            @Override
            public void expire() {
                notices.expire();
                whole.attemptBegan();
            }

            @Override
            public void drain() {
                notices.drain();
            }
        };
    }

    /**
     * @param files of the host
     * @param identity names the volume there
     * @param background runs what nobody waits for
     */
    public record WholeFileParts(ContentFiles files, VolumeIdentity identity, Executor background) {}
}
