/*
 * Rates of operations on names: makes COUNT files of 1 KiB in DIR, and stats, lists, renames and removes them. One line of
 * JSON per operation: {"operation": ..., "per_second": ...}.
 *
 *   names DIR COUNT OPERATION...       create, stat, readdir, rename, unlink, in the order given
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { PATH_BYTES = 4096 };

static char content[1024];

static void fail(const char *what, const char *path) {
    fprintf(stderr, "names: cannot %s %s: %s\n", what, path, strerror(errno));
    exit(1);
}

static void file_path(char *path, const char *dir, int number, const char *suffix) {
    snprintf(path, PATH_BYTES, "%s/file%06d%s", dir, number, suffix);
}

static void create_one(const char *dir, int number) {
    char path[PATH_BYTES];
    file_path(path, dir, number, "");
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (fd < 0) fail("create", path);
    if (write(fd, content, sizeof content) != (ssize_t)sizeof content) fail("write", path);
    if (close(fd) != 0) fail("close", path);
}

static void stat_one(const char *dir, int number) {
    char path[PATH_BYTES];
    struct stat found;
    file_path(path, dir, number, "");
    if (stat(path, &found) != 0) fail("stat", path);
}

static void rename_one(const char *dir, int number) {
    char from[PATH_BYTES], to[PATH_BYTES];
    file_path(from, dir, number, "");
    file_path(to, dir, number, ".new");
    if (rename(from, to) != 0) fail("rename", from);
    if (rename(to, from) != 0) fail("rename", to);
}

static void unlink_one(const char *dir, int number) {
    char path[PATH_BYTES];
    file_path(path, dir, number, "");
    if (unlink(path) != 0) fail("unlink", path);
}

static int list(const char *dir) {
    DIR *open = opendir(dir);
    if (open == NULL) fail("list", dir);
    int found = 0;
    while (readdir(open) != NULL) found++;
    closedir(open);
    return found - 2;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec + now.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
    int count = argc > 3 ? atoi(argv[2]) : 0;
    if (count < 1) {
        fprintf(stderr, "usage: names DIR COUNT OPERATION...\n");
        return 64;
    }
    const char *dir = argv[1];
    for (int i = 3; i < argc; i++) {
        double begin = seconds();
        double operations = count;
        if (strcmp(argv[i], "readdir") == 0) {
            if (list(dir) != count) fail("find all names of", dir);
        } else {
            void (*one)(const char *, int) = strcmp(argv[i], "create") == 0 ? create_one
                    : strcmp(argv[i], "stat") == 0 ? stat_one
                    : strcmp(argv[i], "rename") == 0 ? rename_one : unlink_one;
            if (one == rename_one) operations *= 2;
            for (int number = 0; number < count; number++) one(dir, number);
        }
        printf("{\"operation\":\"%s\",\"per_second\":%.0f}\n", argv[i], operations / (seconds() - begin));
    }
    return 0;
}
