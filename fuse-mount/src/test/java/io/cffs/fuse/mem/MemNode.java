package io.cffs.fuse.mem;

import io.cffs.fuse.FuseAttr;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** An inode of the memory file system. Everything in it is guarded by itself. */
final class MemNode {
    static final int S_IFMT = 0170000;
    static final int S_IFDIR = 0040000;
    static final int S_IFREG = 0100000;
    static final int S_IFLNK = 0120000;

    final long ino;
    int mode;
    int uid;
    int gid;
    int nlink;
    int rdev;
    long lookups;
    long sizeBytes;
    long atimeNanos;
    long mtimeNanos;
    long ctimeNanos;
    byte[] target;
    ByteBuffer content = ByteBuffer.allocateDirect(0);
    final Map<String, byte[]> xattrs = new HashMap<>();
    final Map<String, Dentry> byName;
    final TreeMap<Long, Dentry> byCookie;
    private long cookieNext = 3;

    record Dentry(byte[] name, MemNode node, long cookie) {}

    MemNode(long ino, int mode, int uid, int gid) {
        this.ino = ino;
        this.mode = mode;
        this.uid = uid;
        this.gid = gid;
        boolean directory = (mode & S_IFMT) == S_IFDIR;
        this.nlink = directory ? 2 : 1;
        this.byName = directory ? new HashMap<>() : null;
        this.byCookie = directory ? new TreeMap<>() : null;
    }

    boolean isDirectory() {
        return byName != null;
    }

    Dentry put(String key, byte[] name, MemNode child) {
        Dentry dentry = new Dentry(name, child, cookieNext++);
        remove(key);
        byName.put(key, dentry);
        byCookie.put(dentry.cookie(), dentry);
        return dentry;
    }

    void remove(String key) {
        Dentry old = byName.remove(key);
        if (old != null) {
            byCookie.remove(old.cookie());
        }
    }

    void resize(long newSizeBytes) {
        int wanted = Math.toIntExact(newSizeBytes);
        if (wanted > content.capacity()) {
            ByteBuffer larger = ByteBuffer.allocateDirect(Math.max(wanted, content.capacity() * 2));
            larger.put(0, content, 0, (int) sizeBytes);
            content = larger;
        }
        for (int at = wanted; at < sizeBytes; at++) {
            content.put(at, (byte) 0);
        }
        sizeBytes = newSizeBytes;
    }

    synchronized FuseAttr attr(FuseAttr into) {
        return into.ino(ino).mode(mode).nlink(nlink).uid(uid).gid(gid).rdev(rdev).size(sizeBytes)
                .blocks((sizeBytes + 511) / 512).atimeNanos(atimeNanos).mtimeNanos(mtimeNanos).ctimeNanos(ctimeNanos);
    }
}
