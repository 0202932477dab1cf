/*
 * A file system in memory over libfuse3's low-level API, multi-threaded: what a request costs a daemon written in C.
 * Names are kept for ever by the kernel, attributes not at all, and files are served with direct I/O, so that each call
 * of the load reaches the daemon. Build: see build.sh beside this file. Run: memfs MOUNTPOINT (in the foreground).
 */
#define FUSE_USE_VERSION 312
#include <errno.h>
#include <fuse3/fuse_lowlevel.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NODES_MAX 65536
#define FOREVER 1e9

struct node {
    pthread_mutex_t lock;
    mode_t mode;
    unsigned links;
    size_t size, capacity;
    char *content;
    fuse_ino_t parent;
    char name[256];
};

static struct node nodes[NODES_MAX];
static fuse_ino_t nodes_used = 2;
static pthread_mutex_t names = PTHREAD_MUTEX_INITIALIZER;

static void attr_of(fuse_ino_t ino, struct stat *st) {
    struct node *n = &nodes[ino];
    memset(st, 0, sizeof *st);
    pthread_mutex_lock(&n->lock);
    st->st_ino = ino;
    st->st_mode = n->mode;
    st->st_nlink = n->links;
    st->st_size = n->size;
    st->st_blocks = (n->size + 511) / 512;
    pthread_mutex_unlock(&n->lock);
}

/* Under the lock of the names. A scan: the load knows its names before it is measured. */
static fuse_ino_t find(fuse_ino_t parent, const char *name) {
    for (fuse_ino_t i = 2; i < nodes_used; i++)
        if (nodes[i].parent == parent && nodes[i].links && !strcmp(nodes[i].name, name)) return i;
    return 0;
}

static void entry_of(fuse_ino_t ino, struct fuse_entry_param *e) {
    memset(e, 0, sizeof *e);
    e->ino = ino;
    e->entry_timeout = FOREVER;
    attr_of(ino, &e->attr);
}

static fuse_ino_t make(fuse_ino_t parent, const char *name, mode_t mode) {
    pthread_mutex_lock(&names);
    fuse_ino_t ino = nodes_used < NODES_MAX && strlen(name) < 256 ? nodes_used++ : 0;
    if (ino) {
        pthread_mutex_init(&nodes[ino].lock, NULL);
        nodes[ino].mode = mode;
        nodes[ino].links = S_ISDIR(mode) ? 2 : 1;
        nodes[ino].parent = parent;
        strcpy(nodes[ino].name, name);
    }
    pthread_mutex_unlock(&names);
    return ino;
}

static void fs_lookup(fuse_req_t req, fuse_ino_t parent, const char *name) {
    struct fuse_entry_param e;
    pthread_mutex_lock(&names);
    fuse_ino_t ino = find(parent, name);
    pthread_mutex_unlock(&names);
    if (!ino) { fuse_reply_err(req, ENOENT); return; }
    entry_of(ino, &e);
    fuse_reply_entry(req, &e);
}

static void fs_getattr(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi) {
    struct stat st;
    (void)fi;
    attr_of(ino, &st);
    fuse_reply_attr(req, &st, 0);
}

static void fs_setattr(fuse_req_t req, fuse_ino_t ino, struct stat *wanted, int valid, struct fuse_file_info *fi) {
    struct stat st;
    (void)fi;
    if (valid & FUSE_SET_ATTR_SIZE) {
        pthread_mutex_lock(&nodes[ino].lock);
        if ((size_t)wanted->st_size <= nodes[ino].capacity) nodes[ino].size = wanted->st_size;
        pthread_mutex_unlock(&nodes[ino].lock);
    }
    attr_of(ino, &st);
    fuse_reply_attr(req, &st, 0);
}

static void fs_mkdir(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode) {
    struct fuse_entry_param e;
    fuse_ino_t ino = make(parent, name, S_IFDIR | mode);
    if (!ino) { fuse_reply_err(req, ENOSPC); return; }
    entry_of(ino, &e);
    fuse_reply_entry(req, &e);
}

static void fs_create(fuse_req_t req, fuse_ino_t parent, const char *name, mode_t mode, struct fuse_file_info *fi) {
    struct fuse_entry_param e;
    fuse_ino_t ino = make(parent, name, S_IFREG | (mode & 07777));
    if (!ino) { fuse_reply_err(req, ENOSPC); return; }
    entry_of(ino, &e);
    fi->direct_io = 1;
    fuse_reply_create(req, &e, fi);
}

static void fs_open(fuse_req_t req, fuse_ino_t ino, struct fuse_file_info *fi) {
    (void)ino;
    fi->direct_io = 1;
    fuse_reply_open(req, fi);
}

static void fs_read(fuse_req_t req, fuse_ino_t ino, size_t size, off_t off, struct fuse_file_info *fi) {
    struct node *n = &nodes[ino];
    (void)fi;
    pthread_mutex_lock(&n->lock);
    size_t from = (size_t)off < n->size ? (size_t)off : n->size;
    size_t length = size < n->size - from ? size : n->size - from;
    fuse_reply_buf(req, n->content + from, length);
    pthread_mutex_unlock(&n->lock);
}

static void fs_write(fuse_req_t req, fuse_ino_t ino, const char *bytes, size_t size, off_t off,
                     struct fuse_file_info *fi) {
    struct node *n = &nodes[ino];
    size_t end = off + size;
    (void)fi;
    pthread_mutex_lock(&n->lock);
    if (end > n->capacity) {
        size_t capacity = end > 2 * n->capacity ? end : 2 * n->capacity;
        char *larger = realloc(n->content, capacity);
        if (!larger) { pthread_mutex_unlock(&n->lock); fuse_reply_err(req, ENOSPC); return; }
        memset(larger + n->capacity, 0, capacity - n->capacity);
        n->content = larger;
        n->capacity = capacity;
    }
    memcpy(n->content + off, bytes, size);
    if (end > n->size) n->size = end;
    pthread_mutex_unlock(&n->lock);
    fuse_reply_write(req, size);
}

static void fs_readdir(fuse_req_t req, fuse_ino_t dir, size_t size, off_t off, struct fuse_file_info *fi) {
    char *buffer = malloc(size);
    size_t used = 0;
    (void)fi;
    pthread_mutex_lock(&names);
    for (fuse_ino_t i = off > 2 ? (fuse_ino_t)off : 2; i < nodes_used; i++) {
        if (nodes[i].parent != dir || !nodes[i].links) continue;
        struct stat st = {.st_ino = i, .st_mode = nodes[i].mode};
        size_t more = fuse_add_direntry(req, buffer + used, size - used, nodes[i].name, &st, i + 1);
        if (more > size - used) break;
        used += more;
    }
    pthread_mutex_unlock(&names);
    fuse_reply_buf(req, buffer, used);
    free(buffer);
}

static void fs_unlink(fuse_req_t req, fuse_ino_t parent, const char *name) {
    pthread_mutex_lock(&names);
    fuse_ino_t ino = find(parent, name);
    if (ino) nodes[ino].links = 0;
    pthread_mutex_unlock(&names);
    fuse_reply_err(req, ino ? 0 : ENOENT);
}

static const struct fuse_lowlevel_ops ops = {
    .lookup = fs_lookup, .getattr = fs_getattr, .setattr = fs_setattr, .mkdir = fs_mkdir, .create = fs_create,
    .open = fs_open, .read = fs_read, .write = fs_write, .readdir = fs_readdir, .unlink = fs_unlink,
    .rmdir = fs_unlink,
};

int main(int argc, char **argv) {
    if (argc != 2) { fprintf(stderr, "usage: memfs MOUNTPOINT\n"); return 64; }
    pthread_mutex_init(&nodes[1].lock, NULL);
    nodes[1].mode = S_IFDIR | 0777;
    nodes[1].links = 2;
    char *options[] = {argv[0]};
    struct fuse_args args = FUSE_ARGS_INIT(1, options);
    struct fuse_session *session = fuse_session_new(&args, &ops, sizeof ops, NULL);
    if (!session || fuse_set_signal_handlers(session) || fuse_session_mount(session, argv[1])) return 1;
    struct fuse_loop_config *config = fuse_loop_cfg_create();
    int result = fuse_session_loop_mt(session, config);
    fuse_loop_cfg_destroy(config);
    fuse_session_unmount(session);
    fuse_session_destroy(session);
    return result ? 1 : 0;
}
