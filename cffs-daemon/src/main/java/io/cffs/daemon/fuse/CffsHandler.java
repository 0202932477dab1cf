package io.cffs.daemon.fuse;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseInit;
import io.cffs.fuse.FuseNotifier;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.model.Ino;

/**
 * The mount as a whole: the volume's tree with the virtual directory {@code .cffs} in its root. Sends each request to
 * the one or the other. The virtual directory covers a stored entry of the same name, and nothing of that name can be
 * made, removed or renamed in the root.
 */
final class CffsHandler implements FuseHandler {
    private final FuseHandler tree;
    private final FuseHandler files;
    private final FuseHandler xattrs;
    private final FuseHandler flags;
    private final ControlHandler control;

    CffsHandler(FuseHandler tree, FuseHandler files, FuseHandler xattrs, FuseHandler flags, ControlHandler control) {
        this.tree = tree;
        this.files = files;
        this.xattrs = xattrs;
        this.flags = flags;
        this.control = control;
    }

    private FuseHandler owner(FuseRequest in) {
        return ControlNode.isControl(in.nodeId()) ? control : tree;
    }

    private FuseHandler fileOwner(FuseRequest in) {
        return ControlNode.isControl(in.nodeId()) ? control : files;
    }

    private static boolean isRoot(long nodeId) {
        return nodeId == Ino.ROOT.value();
    }

    private static boolean namesControl(FuseRequest in) {
        return isRoot(in.nodeId()) && ControlNode.isDirectoryName(in.name());
    }

    /** For requests that change names: none may touch the virtual directory. */
    private boolean refusesName(FuseRequest in, FuseReply out) {
        boolean virtual = ControlNode.isControl(in.nodeId()) || namesControl(in);
        if (virtual) {
            out.error(Errno.EPERM);
        }
        return virtual;
    }

    @Override
    public void init(FuseInit agreed, FuseNotifier notifier) {
        tree.init(agreed, notifier);
    }

    @Override
    public void destroy() {
        tree.destroy();
    }

    @Override
    public void lookup(FuseRequest in, FuseReply out) {
        if (namesControl(in)) {
            control.lookupDirectory(out);
        } else {
            owner(in).lookup(in, out);
        }
    }

    @Override
    public void forget(long nodeId, long lookups) {
        if (!ControlNode.isControl(nodeId)) {
            tree.forget(nodeId, lookups);
        }
    }

    @Override
    public void getattr(FuseRequest in, FuseReply out) {
        owner(in).getattr(in, out);
    }

    @Override
    public void setattr(FuseRequest in, FuseReply out) {
        owner(in).setattr(in, out);
    }

    @Override
    public void statx(FuseRequest in, FuseReply out) {
        owner(in).statx(in, out);
    }

    @Override
    public void readlink(FuseRequest in, FuseReply out) {
        owner(in).readlink(in, out);
    }

    @Override
    public void symlink(FuseRequest in, FuseReply out) {
        if (!refusesName(in, out)) {
            tree.symlink(in, out);
        }
    }

    @Override
    public void mknod(FuseRequest in, FuseReply out) {
        if (!refusesName(in, out)) {
            tree.mknod(in, out);
        }
    }

    @Override
    public void mkdir(FuseRequest in, FuseReply out) {
        if (!refusesName(in, out)) {
            tree.mkdir(in, out);
        }
    }

    @Override
    public void unlink(FuseRequest in, FuseReply out) {
        if (!refusesName(in, out)) {
            tree.unlink(in, out);
        }
    }

    @Override
    public void rmdir(FuseRequest in, FuseReply out) {
        if (!refusesName(in, out)) {
            tree.rmdir(in, out);
        }
    }

    @Override
    public void rename(FuseRequest in, FuseReply out) {
        boolean intoControl = ControlNode.isControl(in.newParent())
                || isRoot(in.newParent()) && ControlNode.isDirectoryName(in.newName());
        if (intoControl) {
            out.error(Errno.EPERM);
        } else if (!refusesName(in, out)) {
            tree.rename(in, out);
        }
    }

    @Override
    public void link(FuseRequest in, FuseReply out) {
        if (ControlNode.isControl(in.oldNodeId())) {
            out.error(Errno.EPERM);
        } else if (!refusesName(in, out)) {
            tree.link(in, out);
        }
    }

    @Override
    public void open(FuseRequest in, FuseReply out) {
        fileOwner(in).open(in, out);
    }

    @Override
    public void create(FuseRequest in, FuseReply out) {
        if (!refusesName(in, out)) {
            files.create(in, out);
        }
    }

    @Override
    public void tmpfile(FuseRequest in, FuseReply out) {
        if (ControlNode.isControl(in.nodeId())) {
            out.error(Errno.EPERM);
        } else {
            files.tmpfile(in, out);
        }
    }

    /** Virtual files have no attributes. ENOSYS would end them for the whole mount. */
    private boolean refusesXattrs(FuseRequest in, FuseReply out) {
        boolean virtual = ControlNode.isControl(in.nodeId());
        if (virtual) {
            out.error(Errno.EOPNOTSUPP);
        }
        return virtual;
    }

    @Override
    public void getxattr(FuseRequest in, FuseReply out) {
        if (!refusesXattrs(in, out)) {
            xattrs.getxattr(in, out);
        }
    }

    @Override
    public void listxattr(FuseRequest in, FuseReply out) {
        if (!refusesXattrs(in, out)) {
            xattrs.listxattr(in, out);
        }
    }

    @Override
    public void setxattr(FuseRequest in, FuseReply out) {
        if (!refusesXattrs(in, out)) {
            xattrs.setxattr(in, out);
        }
    }

    @Override
    public void removexattr(FuseRequest in, FuseReply out) {
        if (!refusesXattrs(in, out)) {
            xattrs.removexattr(in, out);
        }
    }

    @Override
    public void read(FuseRequest in, FuseReply out) {
        fileOwner(in).read(in, out);
    }

    @Override
    public void write(FuseRequest in, FuseReply out) {
        fileOwner(in).write(in, out);
    }

    @Override
    public void flush(FuseRequest in, FuseReply out) {
        fileOwner(in).flush(in, out);
    }

    @Override
    public void release(FuseRequest in, FuseReply out) {
        fileOwner(in).release(in, out);
    }

    @Override
    public void fsync(FuseRequest in, FuseReply out) {
        fileOwner(in).fsync(in, out);
    }

    @Override
    public void opendir(FuseRequest in, FuseReply out) {
        owner(in).opendir(in, out);
    }

    @Override
    public void readdir(FuseRequest in, FuseReply out) {
        owner(in).readdir(in, out);
    }

    @Override
    public void readdirplus(FuseRequest in, FuseReply out) {
        owner(in).readdirplus(in, out);
    }

    @Override
    public void releasedir(FuseRequest in, FuseReply out) {
        owner(in).releasedir(in, out);
    }

    @Override
    public void fsyncdir(FuseRequest in, FuseReply out) {
        owner(in).fsyncdir(in, out);
    }

    @Override
    public void statfs(FuseRequest in, FuseReply out) {
        tree.statfs(in, out);
    }

    @Override
    public void access(FuseRequest in, FuseReply out) {
        owner(in).access(in, out);
    }

    @Override
    public void copyFileRange(FuseRequest in, FuseReply out) {
        if (ControlNode.isControl(in.nodeId()) || ControlNode.isControl(in.outNodeId())) {
            out.error(Errno.EINVAL);
        } else {
            files.copyFileRange(in, out);
        }
    }

    @Override
    public void lseek(FuseRequest in, FuseReply out) {
        if (ControlNode.isControl(in.nodeId())) {
            out.error(Errno.EINVAL);
        } else {
            files.lseek(in, out);
        }
    }

    @Override
    public void fallocate(FuseRequest in, FuseReply out) {
        fileOwner(in).fallocate(in, out);
    }

    @Override
    public void ioctl(FuseRequest in, FuseReply out) {
        if (ControlNode.isControl(in.nodeId())) {
            out.error(Errno.ENOTTY);
        } else {
            flags.ioctl(in, out);
        }
    }
}
