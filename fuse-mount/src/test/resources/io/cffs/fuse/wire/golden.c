/* Prints every struct that this module builds or reads, filled with values that the Java test knows, as hex. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <linux/fuse.h>

/* Structs that the installed header may be too old for, by their fields as the kernel's documentation lists them. */
#if FUSE_KERNEL_MINOR_VERSION < 43
struct newer_init_out {
    uint32_t major, minor, max_readahead, flags;
    uint16_t max_background, congestion_threshold;
    uint32_t max_write, time_gran;
    uint16_t max_pages, map_alignment;
    uint32_t flags2, max_stack_depth;
    uint16_t request_timeout, unused[11];
};
#define fuse_init_out newer_init_out
#endif
#if FUSE_KERNEL_MINOR_VERSION < 39
struct fuse_sx_time { int64_t tv_sec; uint32_t tv_nsec; int32_t reserved; };
struct fuse_statx {
    uint32_t mask, blksize;
    uint64_t attributes;
    uint32_t nlink, uid, gid;
    uint16_t mode, spare0[1];
    uint64_t ino, size, blocks, attributes_mask;
    struct fuse_sx_time atime, btime, ctime, mtime;
    uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
    uint64_t spare2[14];
};
struct fuse_statx_in { uint32_t getattr_flags, reserved; uint64_t fh; uint32_t sx_flags, sx_mask; };
struct fuse_statx_out { uint64_t attr_valid; uint32_t attr_valid_nsec, flags; uint64_t spare[2]; struct fuse_statx stat; };
#define FUSE_EXT_GROUPS 32
#endif
#if FUSE_KERNEL_MINOR_VERSION < 38
struct fuse_ext_header { uint32_t size, type; };
#endif

static void show(const char *name, const void *bytes, size_t size) {
    const unsigned char *p = bytes;
    printf("%s ", name);
    for (size_t i = 0; i < size; i++) printf("%02x", p[i]);
    printf("\n");
}

#define SHOW(name, type, ...) do { type v; memset(&v, 0, sizeof v); v = (type){__VA_ARGS__}; show(name, &v, sizeof v); } while (0)

static const struct fuse_attr ATTR = {
    .ino = 0x1122334455667788, .size = 123456789012, .blocks = 241127791, .atime = 1700000001, .mtime = 1700000002,
    .ctime = 1700000003, .atimensec = 11, .mtimensec = 22, .ctimensec = 33, .mode = 0100644, .nlink = 7, .uid = 1000,
    .gid = 1001, .rdev = 0x0803, .blksize = 4096,
};

int main(void) {
    SHOW("in_header", struct fuse_in_header, .len = 40, .opcode = FUSE_STATFS, .unique = 0x0102030405060708, .nodeid = 9,
         .uid = 10, .gid = 11, .pid = 12);
    SHOW("out_header", struct fuse_out_header, .len = 16, .error = -2, .unique = 0x0102030405060708);
    SHOW("entry_out", struct fuse_entry_out, .nodeid = 5, .generation = 6, .entry_valid = 1, .attr_valid = 2,
         .entry_valid_nsec = 500, .attr_valid_nsec = 600, .attr = ATTR);
    SHOW("attr_out", struct fuse_attr_out, .attr_valid = 2, .attr_valid_nsec = 600, .attr = ATTR);
    SHOW("open_out", struct fuse_open_out, .fh = 77, .open_flags = FOPEN_DIRECT_IO | FOPEN_KEEP_CACHE);
    SHOW("write_out", struct fuse_write_out, .size = 4096);
    SHOW("statfs_out", struct fuse_statfs_out, .st = {.blocks = 1, .bfree = 2, .bavail = 3, .files = 4, .ffree = 5,
         .bsize = 4096, .namelen = 255, .frsize = 4096});
    SHOW("getxattr_out", struct fuse_getxattr_out, .size = 300);
    SHOW("lk_out", struct fuse_lk_out, .lk = {.start = 1, .end = 2, .type = 1, .pid = 4});
    SHOW("lseek_out", struct fuse_lseek_out, .offset = 1LL << 40);
    SHOW("forget_in", struct fuse_forget_in, .nlookup = 3);
    SHOW("getattr_in", struct fuse_getattr_in, .getattr_flags = FUSE_GETATTR_FH, .fh = 77);
    SHOW("setattr_in", struct fuse_setattr_in, .valid = 0x7ff, .fh = 77, .size = 1LL << 33, .lock_owner = 99,
         .atime = 1700000001, .mtime = 1700000002, .ctime = 1700000003, .atimensec = 11, .mtimensec = 22,
         .ctimensec = 33, .mode = 0100600, .uid = 1000, .gid = 1001);
    SHOW("mknod_in", struct fuse_mknod_in, .mode = 0100644, .rdev = 0x0803, .umask = 022);
    SHOW("mkdir_in", struct fuse_mkdir_in, .mode = 0755, .umask = 022);
    SHOW("rename_in", struct fuse_rename_in, .newdir = 8);
    SHOW("rename2_in", struct fuse_rename2_in, .newdir = 8, .flags = 2);
    SHOW("link_in", struct fuse_link_in, .oldnodeid = 13);
    SHOW("open_in", struct fuse_open_in, .flags = 02002, .open_flags = 1);
    SHOW("create_in", struct fuse_create_in, .flags = 0102, .mode = 0100640, .umask = 027, .open_flags = 1);
    SHOW("release_in", struct fuse_release_in, .fh = 77, .flags = 1, .release_flags = FUSE_RELEASE_FLOCK_UNLOCK,
         .lock_owner = 99);
    SHOW("flush_in", struct fuse_flush_in, .fh = 77, .lock_owner = 99);
    SHOW("read_in", struct fuse_read_in, .fh = 77, .offset = 1LL << 40, .size = 131072, .lock_owner = 99, .flags = 1);
    SHOW("write_in", struct fuse_write_in, .fh = 77, .offset = 1LL << 40, .size = 5, .write_flags = 5,
         .lock_owner = 99, .flags = 02001);
    SHOW("fsync_in", struct fuse_fsync_in, .fh = 77, .fsync_flags = 1);
    SHOW("setxattr_in", struct fuse_setxattr_in, .size = 3, .flags = 1);
    SHOW("getxattr_in", struct fuse_getxattr_in, .size = 256);
    SHOW("lk_in", struct fuse_lk_in, .fh = 77, .owner = 99, .lk = {.start = 10, .end = 20, .type = 1, .pid = 4},
         .lk_flags = FUSE_LK_FLOCK);
    SHOW("access_in", struct fuse_access_in, .mask = 6);
    SHOW("interrupt_in", struct fuse_interrupt_in, .unique = 42);
    SHOW("fallocate_in", struct fuse_fallocate_in, .fh = 77, .offset = 1LL << 40, .length = 1LL << 41, .mode = 3);
    SHOW("lseek_in", struct fuse_lseek_in, .fh = 77, .offset = 1LL << 40, .whence = 4);
    SHOW("copy_file_range_in", struct fuse_copy_file_range_in, .fh_in = 77, .off_in = 1LL << 40, .nodeid_out = 14,
         .fh_out = 78, .off_out = 1LL << 41, .len = 4096);
    SHOW("batch_forget_in", struct fuse_batch_forget_in, .count = 2);
    SHOW("forget_one", struct fuse_forget_one, .nodeid = 15, .nlookup = 16);
    SHOW("notify_inval_inode_out", struct fuse_notify_inval_inode_out, .ino = 17, .off = -1);
    SHOW("notify_inval_entry_out", struct fuse_notify_inval_entry_out, .parent = 18, .namelen = 4);
    SHOW("notify_delete_out", struct fuse_notify_delete_out, .parent = 18, .child = 19, .namelen = 4);
    struct { struct fuse_dirent d; char rest[8]; } dirent;
    memset(&dirent, 0, sizeof dirent);
    dirent.d.ino = 20; dirent.d.off = 21; dirent.d.namelen = 3; dirent.d.type = 8;
    memcpy(dirent.d.name, "abc", 3);
    show("dirent", &dirent, (sizeof(struct fuse_dirent) + 3 + 7) & ~7UL);
    SHOW("ext_header", struct fuse_ext_header, .size = 24, .type = FUSE_EXT_GROUPS);
    SHOW("init_in", struct fuse_init_in, .major = 7, .minor = 45, .max_readahead = 131072, .flags = 0x73fffffb,
         .flags2 = 0x7ff);
    SHOW("init_out", struct fuse_init_out, .major = 7, .minor = 45, .max_readahead = 65536, .flags = 0x60400009,
         .max_background = 64, .congestion_threshold = 48, .max_write = 1048576, .time_gran = 1, .max_pages = 256,
         .flags2 = 0x420, .max_stack_depth = 1, .request_timeout = 30);
    SHOW("statx_in", struct fuse_statx_in, .getattr_flags = FUSE_GETATTR_FH, .fh = 77, .sx_flags = 0, .sx_mask = 0xfff);
    SHOW("statx_out", struct fuse_statx_out, .attr_valid = 2, .attr_valid_nsec = 600, .stat = {.mask = 0xfff,
         .blksize = 4096, .nlink = 7, .uid = 1000, .gid = 1001, .mode = 0100644, .ino = 0x1122334455667788,
         .size = 123456789012, .blocks = 241127791, .atime = {1700000001, 11}, .btime = {1700000000, 44},
         .ctime = {1700000003, 33}, .mtime = {1700000002, 22}, .rdev_major = 8, .rdev_minor = 3});
    return 0;
}
