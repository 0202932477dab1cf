package io.cffs.daemon.fuse;

import io.cffs.fuse.FuseAttr;
import io.cffs.model.Inode;

/** An inode as stat(2) shows it. */
final class Attributes {
    /** st_blocks counts these, whatever st_blksize says. */
    private static final int STAT_BLOCK_BYTES = 512;

    private Attributes() {}

    static FuseAttr of(Inode inode) {
        return new FuseAttr()
                .ino(inode.ino().value())
                .size(inode.sizeBytes())
                .blocks(inode.allocatedBytes() / STAT_BLOCK_BYTES)
                .atimeNanos(inode.atimeNanos())
                .mtimeNanos(inode.mtimeNanos())
                .ctimeNanos(inode.ctimeNanos())
                .mode(inode.mode())
                .nlink((int) Math.min(inode.links(), Integer.MAX_VALUE))
                .uid(inode.uid())
                .gid(inode.gid())
                .rdev((int) inode.rdev());
    }
}
