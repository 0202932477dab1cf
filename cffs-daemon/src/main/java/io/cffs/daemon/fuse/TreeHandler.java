package io.cffs.daemon.fuse;

import static io.cffs.daemon.fuse.Answers.answer;
import static io.cffs.daemon.fuse.Answers.entry;
import static io.cffs.daemon.fuse.Answers.ino;

import io.cffs.daemon.session.Attempt;
import io.cffs.daemon.session.Operation;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.vfs.Handle;
import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseInit;
import io.cffs.fuse.FuseNotifier;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.FuseStatfs;
import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.ops.Access;
import io.cffs.txn.ops.DirectoryStream;
import io.cffs.txn.ops.Getattr;
import io.cffs.txn.ops.Link;
import io.cffs.txn.ops.Lookup;
import io.cffs.txn.ops.Mkdir;
import io.cffs.txn.ops.Mknod;
import io.cffs.txn.ops.Open;
import io.cffs.txn.ops.OpenFlags;
import io.cffs.txn.ops.Readlink;
import io.cffs.txn.ops.Rename;
import io.cffs.txn.ops.Rmdir;
import io.cffs.txn.ops.Setattr;
import io.cffs.txn.ops.SetattrRequest;
import io.cffs.txn.ops.Statfs;
import io.cffs.txn.ops.Symlink;
import io.cffs.txn.ops.Unlink;
import io.cffs.txn.port.BackendPort.VolumeStatus;

/**
 * Requests about names, attributes and directories, each as one operation on the open attempt. See the package for what
 * the kernel may keep of the answers.
 */
final class TreeHandler implements FuseHandler {
    /** As access(2) has it. */
    private static final int WRITE = 2;

    private final Session session;
    private final Callers callers;
    private final KernelNotices notices;
    private final SharedNames names;
    private final VolumeFigures figures;
    private final DirectoryReplies directories;
    private final CommitTriggers triggers;
    private final WholeFiles whole;
    private final BetweenRuns between;

    TreeHandler(Session session, Callers callers, KernelNotices notices, SharedNames names, VolumeFigures figures,
            CommitTriggers triggers, WholeFiles whole, BetweenRuns between) {
        this.session = session;
        this.callers = callers;
        this.notices = notices;
        this.names = names;
        this.figures = figures;
        this.directories = new DirectoryReplies(session, names);
        this.triggers = triggers;
        this.whole = whole;
        this.between = between;
    }

    @Override
    public void init(FuseInit agreed, FuseNotifier notifier) {
        if (!notifier.supportsEpoch()) {
            session.locked(() -> {
                session.nodes().keepAllNames();
                return null;
            });
        }
        names.connected(notifier);
        notices.connected(notifier);
        whole.connected(notifier.backingFiles());
    }

    @Override
    public void destroy() {
        whole.ended();
    }

    // ------------------------------------------------------------------------------------------------ names

    @Override
    public void lookup(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            byte[] asked = in.name();
            if (FileHandles.areMeantBy(asked)) {
                entry(session.perform(at -> FileHandles.find(at, in.nodeId(), asked)), 0, out);
                return;
            }
            Name name = Name.of(asked);
            Credentials who = callers.of(in);
            Ino parent = ino(in);
            Named found = session.perform(at -> {
                Inode inode = lookup(at, who, parent, name);
                boolean wanted = inode != null && at.nodes().lookedUp(parent.value(), inode.ino().value());
                return named(at, parent, inode, wanted);
            });
            if (found.inode() == null) {
                out.negative(found.validNanos());
            } else {
                out.entry(found.inode().ino().value(), 0, found.validNanos(), found.attributesValidNanos(),
                        Attributes.of(found.inode()));
            }
        });
    }

    /** What a name names, null for nothing, and how long the kernel may remember that, and the attributes. */
    private record Named(Inode inode, long validNanos, long attributesValidNanos) {}

    private Named named(Attempt at, Ino parent, Inode inode, boolean wanted) throws FsException {
        long validNanos = names.validityNanos(at.transaction(), parent, inode);
        Inode seen = wanted ? attributes(at, inode.ino()) : inode;
        return new Named(seen, validNanos, wanted ? FuseReply.FOREVER : 0);
    }

    /** Attributes that the kernel may keep. */
    static Inode attributes(Attempt at, Ino ino) throws FsException {
        Inode seen = Getattr.run(at.transaction(), ino);
        at.nodes().giveAttributes(ino.value(), seen.isDirectory(), at.transaction().isChanged(ino));
        return seen;
    }

    /** Null when there is none. */
    private static Inode lookup(Attempt at, Credentials who, Ino parent, Name name) throws FsException {
        Inode found = null;
        try {
            found = Lookup.run(at.transaction(), who, parent, name);
            at.nodes().countLookup(found.ino().value());
        } catch (FsException e) {
            if (e.error() != FsError.NOT_FOUND) {
                throw e;
            }
        }
        at.nodes().giveName(parent.value(), name, found == null ? 0 : found.ino().value());
        return found;
    }

    @Override
    public void forget(long nodeId, long lookups) {
        session.locked(() -> {
            session.nodes().forget(nodeId, lookups);
            if (session.nodes().lookupsOf(nodeId) == 0) {
                session.tell(transaction -> transaction.orphans().forget(new Ino(nodeId)));
            }
            return null;
        });
    }

    @Override
    public void mknod(FuseRequest in, FuseReply out) {
        int mode = in.mode();
        long rdev = Integer.toUnsignedLong(in.rdev());
        int umask = in.umask();
        make(in, out, (at, who, parent, name) -> Mknod.run(at.transaction(), who.withUmask(umask), parent, name,
                FileType.ofMode(mode), mode & Inode.PERMISSION_BITS, rdev));
    }

    @Override
    public void mkdir(FuseRequest in, FuseReply out) {
        int permissions = in.mode() & Inode.PERMISSION_BITS;
        int umask = in.umask();
        make(in, out, (at, who, parent, name) -> Mkdir.run(
                at.transaction(), who.withUmask(umask), parent, name, permissions));
    }

    @Override
    public void symlink(FuseRequest in, FuseReply out) {
        Bytes target = Bytes.owning(in.symlinkTarget());
        make(in, out, (at, who, parent, name) -> Symlink.run(at.transaction(), who, parent, name, target));
    }

    @Override
    public void link(FuseRequest in, FuseReply out) {
        Ino source = new Ino(in.oldNodeId());
        make(in, out, (at, who, parent, name) -> Link.run(at.transaction(), who, source, parent, name));
    }

    /** What adds a name: the name was given out with the answer. */
    @FunctionalInterface
    private interface Making {
        Inode run(Attempt at, Credentials who, Ino parent, Name name) throws FsException;
    }

    private void make(FuseRequest in, FuseReply out, Making making) {
        answer(out, () -> {
            Name name = Name.of(in.name());
            Credentials who = callers.of(in);
            Ino parent = ino(in);
            Named made = session.perform(at -> {
                Inode inode = counted(at, parent, name, making.run(at, who, parent, name));
                return named(at, parent, inode, at.nodes().wantsAttributes(inode.ino().value()));
            });
            triggers.changed();
            entry(made.inode(), made.validNanos(), out);
        });
    }

    /** Takes note that the kernel gets to know the inode by this name. */
    static Inode counted(Attempt at, Ino parent, Name name, Inode made) {
        at.nodes().countLookup(made.ino().value());
        at.nodes().giveName(parent.value(), name, made.ino().value());
        at.nodes().changeName(parent.value(), name);
        return made;
    }

    @Override
    public void unlink(FuseRequest in, FuseReply out) {
        change(in, out, (at, who, parent, name) -> Unlink.run(at.transaction(), who, parent, name));
    }

    @Override
    public void rmdir(FuseRequest in, FuseReply out) {
        change(in, out, (at, who, parent, name) -> Rmdir.run(at.transaction(), who, parent, name));
    }

    @Override
    public void rename(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            Ino to = new Ino(in.newParent());
            Name newName = Name.of(in.newName());
            Rename.Mode mode = KernelFlags.rename(in.renameFlags());
            change(in, out, (at, who, from, name) -> {
                Rename.run(at.transaction(), who, from, name, to, newName, mode);
                at.nodes().changeName(to.value(), newName);
            });
        });
    }

    /** What changes a name that the kernel knows. */
    @FunctionalInterface
    private interface Changing {
        void run(Attempt at, Credentials who, Ino parent, Name name) throws FsException;
    }

    private void change(FuseRequest in, FuseReply out, Changing changing) {
        answer(out, () -> {
            Name name = Name.of(in.name());
            Credentials who = callers.of(in);
            Ino parent = ino(in);
            session.perform(at -> {
                changing.run(at, who, parent, name);
                at.nodes().changeName(parent.value(), name);
                return null;
            });
            triggers.changed();
            out.ok();
        });
    }

    // ------------------------------------------------------------------------------------------------ attributes

    @Override
    public void getattr(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            Told told = told(ino(in));
            out.attr(Attributes.of(told.inode()), told.validNanos());
        });
    }

    /** Attributes, and how long the kernel may keep them. */
    private record Told(Inode inode, long validNanos) {}

    private Told told(Ino ino) throws FsException {
        return between.perform(ino, at -> new Told(between.seen(attributes(at, ino)), FuseReply.FOREVER),
                root -> new Told(root, 0));
    }

    @Override
    public void statx(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            Told told = told(ino(in));
            out.statx(Attributes.of(told.inode()), told.inode().btimeNanos(), told.validNanos());
        });
    }

    @Override
    public void setattr(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            Ino ino = ino(in);
            Credentials who = callers.of(in);
            SetattrRequest wanted = KernelFlags.setattr(in);
            boolean cuts = wanted.sizeBytes() != null;
            if (cuts) {
                whole.beforeChange(ino);
            }
            Inode inode = session.perform(at -> {
                if (cuts) {
                    whole.requireUnseen(at, ino);
                }
                Inode before = at.transaction().inode(ino);
                Inode after = Setattr.run(at.transaction(), who, ino, wanted);
                names.changed(before, after);
                return after;
            });
            triggers.changed();
            out.attr(Attributes.of(inode), 0);
        });
    }

    @Override
    public void access(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            Ino ino = ino(in);
            Credentials who = callers.of(in);
            int mask = in.accessMask();
            Operation<Void> asked = at -> {
                Access.run(at.transaction(), who, ino, mask);
                return null;
            };
            // Between runs cd(1) may enter the root.
            if ((mask & WRITE) != 0) {
                session.perform(asked);
            } else {
                between.perform(ino, asked, root -> null);
            }
            out.ok();
        });
    }

    @Override
    public void readlink(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            Ino ino = ino(in);
            out.readlink(session.perform(at -> Readlink.run(at.transaction(), ino)).toArray());
        });
    }

    @Override
    public void statfs(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            Ino ino = ControlNode.isControl(in.nodeId()) ? Ino.ROOT : ino(in);
            VolumeStatus told = figures.now();
            Statfs.Figures now = between.perform(
                    ino, at -> Statfs.run(at.transaction(), ino, told), root -> Statfs.ofDisk(told));
            out.statfs(new FuseStatfs(now.blocks(), now.freeBlocks(), now.availableBlocks(), now.inodes(),
                    now.freeInodes(), now.blockBytes(), now.nameBytesMax()));
        });
    }

    // ------------------------------------------------------------------------------------------------ directories

    @Override
    public void opendir(FuseRequest in, FuseReply out) {
        answer(out, () -> {
            Ino ino = ino(in);
            Credentials who = callers.of(in);
            out.opened(session.perform(at -> {
                at.handles().requireRoom();
                Open.run(at.transaction(), who, ino, OpenFlags.READ);
                return at.handles().add(new Handle.OpenDirectory(ino, new DirectoryStream()));
            }), 0);
        });
    }

    @Override
    public void readdir(FuseRequest in, FuseReply out) {
        answer(out, () -> directories.names(callers.of(in), in.fh(), in.offset(), in.size(), out));
    }

    @Override
    public void readdirplus(FuseRequest in, FuseReply out) {
        answer(out, () -> directories.entries(callers.of(in), in.fh(), in.offset(), in.size(), out));
    }

    @Override
    public void releasedir(FuseRequest in, FuseReply out) {
        long number = in.fh();
        session.locked(() -> session.handles().remove(number));
        out.ok();
    }

    @Override
    public void fsyncdir(FuseRequest in, FuseReply out) {
        triggers.sync(out, notices.directorySync());
    }
}
