/*
 * The small-file invocation of the benchmarks: 20 reads of 1 to 16 KiB among 2,000 files, 200 stats, 4 rewrites of
 * 64 KiB, 1 rename. Prints one line of JSON with microseconds for one invocation, p50 and p99.
 *
 *   invocation prepare DIR          makes the files
 *   invocation run DIR N            N invocations, one after the other
 *   invocation run DIR N CONTROL    the same, each between a write to CONTROL/begin and one to CONTROL/commit
 *   invocation durable DIR N        as run, and each rewritten file and then the directory are synced, as a program does
 *                                   that must not lose its results on a file system without transactions
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { FILES = 2000, READS = 20, STATS = 200, REWRITES = 4, REWRITE_BYTES = 65536, PATH_BYTES = 4096 };

static char buffer[REWRITE_BYTES];
static uint64_t state = 88172645463325252ull;
static int durable;

static uint32_t draw(uint32_t bound) {
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return (uint32_t)(state % bound);
}

static void fail(const char *what, const char *path) {
    fprintf(stderr, "invocation: %s %s: %s\n", what, path, strerror(errno));
    exit(1);
}

static void file_path(char *path, const char *dir, const char *kind, uint32_t number) {
    snprintf(path, PATH_BYTES, "%s/%s%02u/%04u", dir, kind, number % 20, number);
}

static void write_file(const char *path, size_t bytes) {
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (fd < 0) fail("cannot open", path);
    for (size_t done = 0; done < bytes;) {
        ssize_t n = write(fd, buffer, bytes - done < sizeof buffer ? bytes - done : sizeof buffer);
        if (n <= 0) fail("cannot write", path);
        done += (size_t)n;
    }
    if (durable && fsync(fd) != 0) fail("cannot sync", path);
    if (close(fd) != 0) fail("cannot close", path);
}

/* A function's runtime keeps the control files open as long as it lives. */
static int control_file(const char *dir, const char *verb) {
    char path[PATH_BYTES];
    snprintf(path, sizeof path, "%s/%s", dir, verb);
    int fd = open(path, O_WRONLY);
    if (fd < 0) fail("cannot open", path);
    return fd;
}

static void control(int fd, const char *verb) {
    if (fd >= 0 && write(fd, "1\n", 2) != 2) fail("cannot", verb);
}

static void prepare(const char *dir) {
    char path[PATH_BYTES];
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof path, "%s/d%02d", dir, i);
        if (mkdir(path, 0755) != 0 && errno != EEXIST) fail("cannot make", path);
    }
    for (uint32_t i = 0; i < FILES; i++) {
        file_path(path, dir, "d", i);
        write_file(path, 1024 + draw(15 * 1024));
    }
    for (int i = 0; i < REWRITES; i++) {
        snprintf(path, sizeof path, "%s/result%d", dir, i);
        write_file(path, REWRITE_BYTES);
    }
    snprintf(path, sizeof path, "%s/moving0", dir);
    write_file(path, 1024);
}

static void sync_directory(const char *dir) {
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    if (fd < 0 || fsync(fd) != 0) fail("cannot sync", dir);
    close(fd);
}

static void invoke(const char *dir, int turn) {
    char path[PATH_BYTES], to[PATH_BYTES];
    struct stat st;
    for (int i = 0; i < READS; i++) {
        file_path(path, dir, "d", draw(FILES));
        int fd = open(path, O_RDONLY);
        if (fd < 0) fail("cannot open", path);
        while (read(fd, buffer, sizeof buffer) > 0) { }
        close(fd);
    }
    for (int i = 0; i < STATS; i++) {
        file_path(path, dir, "d", draw(FILES));
        if (stat(path, &st) != 0) fail("cannot stat", path);
    }
    for (int i = 0; i < REWRITES; i++) {
        snprintf(path, sizeof path, "%s/result%d", dir, i);
        write_file(path, REWRITE_BYTES);
    }
    snprintf(path, sizeof path, "%s/moving%d", dir, turn % 2);
    snprintf(to, sizeof to, "%s/moving%d", dir, (turn + 1) % 2);
    if (rename(path, to) != 0) fail("cannot rename", path);
    if (durable) sync_directory(dir);
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv) {
    if (argc == 3 && strcmp(argv[1], "prepare") == 0) {
        prepare(argv[2]);
        return 0;
    }
    int count = argc >= 4 ? atoi(argv[3]) : 0;
    durable = argc == 4 && strcmp(argv[1], "durable") == 0;
    if (argc > 5 || count < 1 || (!durable && strcmp(argv[1], "run") != 0)) {
        fprintf(stderr, "usage: invocation prepare DIR | invocation run DIR N [CONTROL] | invocation durable DIR N\n");
        return 64;
    }
    int begin_file = argc == 5 ? control_file(argv[4], "begin") : -1;
    int commit_file = argc == 5 ? control_file(argv[4], "commit") : -1;
    double *micros = malloc(sizeof(double) * (size_t)count);
    for (int i = 0; i < count; i++) {
        struct timespec begin, end;
        clock_gettime(CLOCK_MONOTONIC, &begin);
        control(begin_file, "begin");
        invoke(argv[2], i);
        control(commit_file, "commit");
        clock_gettime(CLOCK_MONOTONIC, &end);
        micros[i] = (end.tv_sec - begin.tv_sec) * 1e6 + (end.tv_nsec - begin.tv_nsec) / 1e3;
    }
    if (count % 2 == 1) { /* leave the moving file where the next run looks for it */
        char path[PATH_BYTES], to[PATH_BYTES];
        snprintf(path, sizeof path, "%s/moving1", argv[2]);
        snprintf(to, sizeof to, "%s/moving0", argv[2]);
        control(begin_file, "begin");
        if (rename(path, to) != 0) fail("cannot rename", path);
        control(commit_file, "commit");
    }
    qsort(micros, (size_t)count, sizeof(double), by_value);
    printf("{\"invocations\":%d,\"p50_us\":%.1f,\"p99_us\":%.1f}\n", count, micros[count / 2], micros[count * 99 / 100]);
    free(micros);
    return 0;
}
