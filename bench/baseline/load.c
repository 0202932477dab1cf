/*
 * Makes requests on a mounted file system, and little else:
 *   load stat FILE COUNT | read|write FILE COUNT BYTES random|sequential THREADS | fill FILE BYTES
 * Prints the nanoseconds that all of it took. Both go past what the kernel has cached, so each is a request.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const char *path;
static long count, size;
static int is_random, is_write;

static void fail(const char *what) { perror(what); exit(1); }

static void *transfers(void *seed) {
    int fd = open(path, (is_write ? O_WRONLY : O_RDONLY) | O_DIRECT);
    struct stat st;
    uint64_t x = 88172645463325252ull + (uintptr_t)seed;
    void *buffer;
    if (fd < 0 || fstat(fd, &st) || posix_memalign(&buffer, 4096, size)) fail(path);
    long slots = st.st_size / size;
    for (long i = 0; i < count; i++) {
        x ^= x << 13; x ^= x >> 7; x ^= x << 17;
        long slot = is_random ? (long)(x % slots) : i % slots;
        if (is_write) memcpy(buffer, &x, sizeof x);
        ssize_t done = is_write ? pwrite(fd, buffer, size, slot * size) : pread(fd, buffer, size, slot * size);
        if (done != size) fail(is_write ? "write" : "read");
    }
    close(fd);
    return NULL;
}

int main(int argc, char **argv) {
    struct timespec from, to;
    if (argc < 4) return 64;
    path = argv[2];
    count = atol(argv[3]);
    clock_gettime(CLOCK_MONOTONIC, &from);
    if (!strcmp(argv[1], "stat")) {
        struct statx st;
        for (long i = 0; i < count; i++)
            if (statx(AT_FDCWD, path, AT_STATX_FORCE_SYNC, STATX_BASIC_STATS, &st)) fail("stat");
    } else if (!strcmp(argv[1], "fill")) {
        int fd = open(path, O_RDWR | O_CREAT, 0644);
        char *buffer = malloc(1 << 20);
        if (fd < 0 || !buffer) fail(path);
        memset(buffer, 'x', 1 << 20);
        for (long at = 0; at < count; at += 1 << 20) if (pwrite(fd, buffer, 1 << 20, at) != 1 << 20) fail("write");
        if (close(fd)) fail("close");
    } else if ((!strcmp(argv[1], "read") || !strcmp(argv[1], "write")) && argc == 7) {
        is_write = !strcmp(argv[1], "write");
        int threads = atoi(argv[6]);
        pthread_t all[64];
        size = atol(argv[4]);
        is_random = !strcmp(argv[5], "random");
        for (int t = 0; t < threads && t < 64; t++) pthread_create(&all[t], NULL, transfers, (void *)(uintptr_t)t);
        for (int t = 0; t < threads && t < 64; t++) pthread_join(all[t], NULL);
    } else return 64;
    clock_gettime(CLOCK_MONOTONIC, &to);
    printf("%ld\n", (to.tv_sec - from.tv_sec) * 1000000000L + to.tv_nsec - from.tv_nsec);
    return 0;
}
