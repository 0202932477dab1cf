package io.cffs.fuse.mem;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FopenFlags;
import io.cffs.fuse.FuseAttr;
import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseInit;
import io.cffs.fuse.FuseNotifier;
import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.FuseStatfs;
import io.cffs.fuse.OpenFlags;
import io.cffs.fuse.SetattrValid;
import io.cffs.fuse.DirectoryWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A small file system in memory, for tests and for measuring what a request costs. The name space is guarded by
 * {@code this}, each inode's own fields by the inode; lock order: name space, then one inode.
 */
public class MemFs implements FuseHandler {
    static final long ROOT = 1;

    public final AtomicBoolean destroyed = new AtomicBoolean();
    public final AtomicInteger lookupsServed = new AtomicInteger();
    public final AtomicInteger readsServed = new AtomicInteger();
    public final AtomicLong bytesAsked = new AtomicLong();
    public volatile FuseInit agreed;
    public volatile FuseNotifier notifier;

    private final Map<Long, MemNode> nodes = new ConcurrentHashMap<>();
    private final AtomicLong inoNext = new AtomicLong(ROOT);
    private final AtomicLong ticks = new AtomicLong(1_700_000_000_000_000_000L);
    private final long entryValidNanos;
    private final long attrValidNanos;
    private final boolean directIo;

    /**
     * @param validNanos how long names and attributes may be kept
     * @param directIo whether reads bypass the page cache
     */
    public MemFs(long validNanos, boolean directIo) {
        this(validNanos, validNanos, directIo);
    }

    public MemFs(long entryValidNanos, long attrValidNanos, boolean directIo) {
        this.entryValidNanos = entryValidNanos;
        this.attrValidNanos = attrValidNanos;
        this.directIo = directIo;
        newNode(MemNode.S_IFDIR | 0777, 0, 0);
    }

    private MemNode newNode(int mode, int uid, int gid) {
        MemNode node = new MemNode(inoNext.getAndIncrement(), mode, uid, gid);
        node.atimeNanos = node.mtimeNanos = node.ctimeNanos = tick();
        nodes.put(node.ino, node);
        return node;
    }

    private long tick() {
        return ticks.addAndGet(1_000_000);
    }

    private static String key(byte[] name) {
        return new String(name, StandardCharsets.ISO_8859_1);
    }

    /** The number of the inode made last. */
    final long lastMade() {
        return inoNext.get() - 1;
    }

    MemNode node(long nodeId) {
        return nodes.get(nodeId);
    }

    /** Lookups counted and not yet given back, of all inodes. */
    public long lookupsHeld() {
        return nodes.values().stream().mapToLong(node -> node.lookups).sum();
    }

    /** Changes a file behind the kernel's back. */
    public synchronized long overwrite(String name, byte[] content) {
        MemNode file = nodes.get(ROOT).byName.get(name).node();
        synchronized (file) {
            file.resize(content.length);
            file.content.put(0, content);
            file.mtimeNanos = tick();
        }
        return file.ino;
    }

    /** Renames an entry of the root behind the kernel's back. */
    public synchronized void renameQuietly(String from, String to) {
        MemNode root = nodes.get(ROOT);
        MemNode child = root.byName.get(from).node();
        root.remove(from);
        root.put(to, to.getBytes(StandardCharsets.ISO_8859_1), child);
    }

    @Override
    public void init(FuseInit init, FuseNotifier kernel) {
        agreed = init;
        notifier = kernel;
    }

    @Override
    public void destroy() {
        destroyed.set(true);
    }

    private void entry(FuseReply out, MemNode node) {
        synchronized (node) {
            node.lookups++;
        }
        out.entry(node.ino, 0, entryValidNanos, attrValidNanos, node.attr(new FuseAttr()));
    }

    @Override
    public synchronized void lookup(FuseRequest in, FuseReply out) {
        lookupsServed.incrementAndGet();
        MemNode.Dentry found = node(in.nodeId()).byName.get(key(in.name()));
        if (found == null) {
            out.negative(entryValidNanos);
        } else {
            entry(out, found.node());
        }
    }

    @Override
    public void forget(long nodeId, long lookups) {
        MemNode node = node(nodeId);
        if (node != null) {
            synchronized (node) {
                node.lookups -= lookups;
                if (node.lookups <= 0 && node.nlink == 0) {
                    nodes.remove(nodeId);
                }
            }
        }
    }

    @Override
    public void getattr(FuseRequest in, FuseReply out) {
        out.attr(node(in.nodeId()).attr(new FuseAttr()), attrValidNanos);
    }

    @Override
    public void setattr(FuseRequest in, FuseReply out) {
        MemNode node = node(in.nodeId());
        int valid = in.valid();
        synchronized (node) {
            node.mode = (valid & SetattrValid.MODE) != 0 ? node.mode & MemNode.S_IFMT | in.mode() & 07777 : node.mode;
            node.uid = (valid & SetattrValid.UID) != 0 ? in.newUid() : node.uid;
            node.gid = (valid & SetattrValid.GID) != 0 ? in.newGid() : node.gid;
            node.atimeNanos = (valid & SetattrValid.ATIME) != 0 ? in.newAtimeNanos() : node.atimeNanos;
            node.mtimeNanos = (valid & SetattrValid.MTIME) != 0 ? in.newMtimeNanos() : node.mtimeNanos;
            if ((valid & SetattrValid.SIZE) != 0) {
                node.resize(in.newSizeBytes());
            }
            node.ctimeNanos = tick();
        }
        out.attr(node.attr(new FuseAttr()), attrValidNanos);
    }

    private MemNode make(FuseRequest in, int mode) {
        MemNode parent = node(in.nodeId());
        byte[] name = in.name();
        if (parent.byName.containsKey(key(name))) {
            return null;
        }
        MemNode child = newNode(mode, in.uid(), in.gid());
        parent.put(key(name), name, child);
        parent.mtimeNanos = tick();
        return child;
    }

    private void makeEntry(FuseRequest in, FuseReply out, int mode, byte[] target) {
        MemNode child = make(in, mode);
        if (child == null) {
            out.error(Errno.EEXIST);
            return;
        }
        if (target != null) {
            child.target = target;
            child.sizeBytes = target.length;
        }
        if (child.isDirectory()) {
            node(in.nodeId()).nlink++;
        }
        entry(out, child);
    }

    @Override
    public synchronized void mknod(FuseRequest in, FuseReply out) {
        makeEntry(in, out, in.mode(), null);
    }

    @Override
    public synchronized void mkdir(FuseRequest in, FuseReply out) {
        makeEntry(in, out, MemNode.S_IFDIR | in.mode(), null);
    }

    @Override
    public synchronized void symlink(FuseRequest in, FuseReply out) {
        makeEntry(in, out, MemNode.S_IFLNK | 0777, in.symlinkTarget());
    }

    @Override
    public void readlink(FuseRequest in, FuseReply out) {
        out.readlink(node(in.nodeId()).target);
    }

    @Override
    public synchronized void create(FuseRequest in, FuseReply out) {
        MemNode child = make(in, in.mode());
        if (child == null) {
            out.error(Errno.EEXIST);
            return;
        }
        child.lookups++;
        out.created(child.ino, 0, entryValidNanos, attrValidNanos, child.attr(new FuseAttr()), child.ino, openFlags());
    }

    private int openFlags() {
        return directIo ? FopenFlags.DIRECT_IO | FopenFlags.PARALLEL_DIRECT_WRITES : FopenFlags.KEEP_CACHE;
    }

    @Override
    public synchronized void unlink(FuseRequest in, FuseReply out) {
        MemNode parent = node(in.nodeId());
        MemNode.Dentry found = parent.byName.get(key(in.name()));
        if (found == null) {
            out.error(Errno.ENOENT);
            return;
        }
        parent.remove(key(in.name()));
        found.node().nlink--;
        out.ok();
    }

    @Override
    public synchronized void rmdir(FuseRequest in, FuseReply out) {
        MemNode parent = node(in.nodeId());
        MemNode.Dentry found = parent.byName.get(key(in.name()));
        if (found == null || !found.node().byName.isEmpty()) {
            out.error(found == null ? Errno.ENOENT : Errno.ENOTEMPTY);
            return;
        }
        parent.remove(key(in.name()));
        parent.nlink--;
        found.node().nlink = 0;
        out.ok();
    }

    @Override
    public synchronized void rename(FuseRequest in, FuseReply out) {
        MemNode from = node(in.nodeId());
        MemNode to = node(in.newParent());
        MemNode.Dentry moved = from.byName.get(key(in.name()));
        MemNode.Dentry replaced = to.byName.get(key(in.newName()));
        if (moved == null || replaced != null && (in.renameFlags() & 1) != 0) {
            out.error(moved == null ? Errno.ENOENT : Errno.EEXIST);
            return;
        }
        from.remove(key(in.name()));
        if (replaced != null) {
            replaced.node().nlink--;
        }
        to.put(key(in.newName()), in.newName(), moved.node());
        out.ok();
    }

    @Override
    public synchronized void link(FuseRequest in, FuseReply out) {
        MemNode node = node(in.oldNodeId());
        node(in.nodeId()).put(key(in.name()), in.name(), node);
        node.nlink++;
        entry(out, node);
    }

    @Override
    public void open(FuseRequest in, FuseReply out) {
        MemNode node = node(in.nodeId());
        synchronized (node) {
            if ((in.flags() & OpenFlags.O_TRUNC) != 0) {
                node.resize(0);
            }
        }
        out.opened(node.ino, openFlags());
    }

    @Override
    public void read(FuseRequest in, FuseReply out) {
        readsServed.incrementAndGet();
        bytesAsked.addAndGet(in.size());
        MemNode node = node(in.nodeId());
        ByteBuffer found;
        synchronized (node) {
            int from = (int) Math.min(in.offset(), node.sizeBytes);
            found = node.content.slice(from, (int) Math.min(in.size(), node.sizeBytes - from));
        }
        out.data(found);
    }

    @Override
    public void write(FuseRequest in, FuseReply out) {
        MemNode node = node(in.nodeId());
        ByteBuffer data = in.data();
        synchronized (node) {
            long end = in.offset() + data.remaining();
            if (end > node.sizeBytes) {
                node.resize(end);
            }
            node.content.put((int) in.offset(), data, 0, data.remaining());
            node.mtimeNanos = tick();
        }
        out.written(data.remaining());
    }

    @Override
    public synchronized void readdir(FuseRequest in, FuseReply out) {
        list(in, out, false);
    }

    @Override
    public synchronized void readdirplus(FuseRequest in, FuseReply out) {
        list(in, out, true);
    }

    private void list(FuseRequest in, FuseReply out, boolean plus) {
        MemNode directory = node(in.nodeId());
        DirectoryWriter writer = out.directoryWriter();
        for (MemNode.Dentry dentry : directory.byCookie.tailMap(in.offset(), false).values()) {
            MemNode child = dentry.node();
            FuseAttr attr = child.attr(new FuseAttr());
            boolean added = plus
                    ? writer.addPlus(dentry.name(), dentry.cookie(), child.ino, 0, entryValidNanos,
                            attrValidNanos, attr)
                    : writer.add(dentry.name(), child.ino, child.mode, dentry.cookie());
            if (!added) {
                break;
            }
            child.lookups += plus ? 1 : 0;
        }
        out.directory();
    }

    @Override
    public void flush(FuseRequest in, FuseReply out) {
        out.ok();
    }

    @Override
    public void fsync(FuseRequest in, FuseReply out) {
        out.ok();
    }

    @Override
    public void statfs(FuseRequest in, FuseReply out) {
        out.statfs(new FuseStatfs(1000, 900, 800, 700, 600, 4096, 255));
    }

    @Override
    public void setxattr(FuseRequest in, FuseReply out) {
        MemNode node = node(in.nodeId());
        synchronized (node) {
            node.xattrs.put(key(in.name()), in.xattrValue());
        }
        out.ok();
    }

    @Override
    public void getxattr(FuseRequest in, FuseReply out) {
        MemNode node = node(in.nodeId());
        synchronized (node) {
            byte[] value = node.xattrs.get(key(in.name()));
            if (value == null) {
                out.error(Errno.ENODATA);
            } else if (in.size() == 0) {
                out.xattrSize(value.length);
            } else {
                out.data(value);
            }
        }
    }
}
