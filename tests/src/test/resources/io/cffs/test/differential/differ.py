"""Does the same operations in two directories and compares answers and whole trees after every step.

usage: differ.py random SEED STEPS LEFT RIGHT     operations drawn from the seed
       differ.py replay FILE LEFT RIGHT           operations from a JSON file, [[name, argument, ...], ...]

Prints the first difference, with a shrunk list of operations that shows it, and exits with 1; else exits with 0.
"""
import ctypes
import errno
import json
import os
import random
import shutil
import stat
import sys

# What may differ, and why.
ALLOWED = {
    "directory size": "a file system is free to say what a directory's st_size is",
    "inode numbers, devices, times, blocks": "they are not the same on any two file systems",
}

LIBC = ctypes.CDLL(None, use_errno=True)
PARENTS = ["", "a", "b", "a/b", "b/a"]
NAMES = ["a", "b", "c", "d"]


def renameat2(old, new, flags):
    if LIBC.renameat2(-100, os.fsencode(old), -100, os.fsencode(new), flags) != 0:
        raise OSError(ctypes.get_errno(), "renameat2")


def with_file(path, flags, action):
    fd = os.open(path, flags)
    try:
        return action(fd)
    finally:
        os.close(fd)


def facts(path):
    s = os.lstat(path)
    size = None if stat.S_ISDIR(s.st_mode) else s.st_size
    return [s.st_mode, s.st_nlink, s.st_uid, s.st_gid, size]


def unlinked_while_open(path, text):
    def action(fd):
        os.unlink(path)
        os.pwrite(fd, text.encode(), 2)
        return [os.pread(fd, 100, 0).decode("latin-1"), os.fstat(fd).st_nlink]
    return with_file(path, os.O_RDWR, action)


OPERATIONS = {
    "create": lambda p: with_file(p, os.O_CREAT | os.O_EXCL | os.O_WRONLY, lambda fd: None),
    "write": lambda p, at, text: with_file(p, os.O_WRONLY, lambda fd: os.pwrite(fd, text.encode(), at)),
    "update": lambda p, at, text: with_file(
        p, os.O_RDWR, lambda fd: [os.pread(fd, 50, at).decode("latin-1"), os.pwrite(fd, text.encode(), at)]),
    "append": lambda p, text: with_file(p, os.O_WRONLY | os.O_APPEND, lambda fd: os.write(fd, text.encode())),
    "overwrite": lambda p, text: with_file(p, os.O_WRONLY | os.O_TRUNC, lambda fd: os.write(fd, text.encode())),
    "read": lambda p, at, length: with_file(p, os.O_RDONLY, lambda fd: os.pread(fd, length, at).decode("latin-1")),
    "truncate": lambda p, length: os.truncate(p, length),
    "mkdir": lambda p: os.mkdir(p),
    "rmdir": lambda p: os.rmdir(p),
    "unlink": lambda p: os.unlink(p),
    "rename": lambda p, q: os.rename(p, q),
    "norepl": lambda p, q: renameat2(p, q, 1),
    "exchange": lambda p, q: renameat2(p, q, 2),
    "link": lambda p, q: os.link(p, q, follow_symlinks=False),
    "symlink": lambda p, text: os.symlink(text, p),
    "chmod": lambda p, mode: os.chmod(p, mode),
    "stat": lambda p: facts(p),
    "list": lambda p: sorted(os.listdir(p)),
    "access": lambda p: os.access(p, os.X_OK),
    "orphan": unlinked_while_open,
}
PATHS = {name: 1 for name in OPERATIONS}
PATHS.update({"rename": 2, "norepl": 2, "exchange": 2, "link": 2})


def draw(rng):
    def path():
        return os.path.join(rng.choice(PARENTS), rng.choice(NAMES))
    def text():
        return str(rng.randrange(1000)) * rng.choice([1, 2, 5, 400, 3000])
    at = rng.choice([0, 1, 5, 4090, 4096, 5000, 9000])
    name = rng.choice(list(OPERATIONS))
    more = {
        "write": lambda: [at, text()], "update": lambda: [at, text()], "append": lambda: [text()],
        "overwrite": lambda: [text()], "read": lambda: [at, rng.choice([1, 10, 6000])], "truncate": lambda: [at],
        "rename": lambda: [path()], "norepl": lambda: [path()], "exchange": lambda: [path()],
        "link": lambda: [path()], "symlink": lambda: [rng.choice(["a", "b/c", "../a", "nowhere"])],
        "chmod": lambda: [rng.choice([0o644, 0o755, 0o600, 0o1777, 0o2755])], "orphan": lambda: [text()],
    }
    return [name, path()] + more.get(name, lambda: [])()


def perform(root, operation):
    name, arguments = operation[0], list(operation[1:])
    for i in range(PATHS[name]):
        arguments[i] = os.path.join(root, arguments[i])
    try:
        return OPERATIONS[name](*arguments)
    except OSError as refused:
        return errno.errorcode.get(refused.errno, refused.errno)


def tree(root):
    found = {".": facts(root)}
    for directory, directories, files in os.walk(root):
        for name in directories + files:
            path = os.path.join(directory, name)
            entry = facts(path)
            if stat.S_ISREG(entry[0]):
                with open(path, "rb") as content:
                    entry.append(content.read().decode("latin-1"))
            elif stat.S_ISLNK(entry[0]):
                entry.append(os.readlink(path))
            found[os.path.relpath(path, root)] = entry
    return found


def first_difference(left, right, operations):
    for step, operation in enumerate(operations):
        answers = perform(left, operation), perform(right, operation)
        if answers[0] != answers[1]:
            return "step %d, %s: %.300s on the left, %.300s on the right" % (step, operation, *answers)
        trees = tree(left), tree(right)
        if trees[0] != trees[1]:
            paths = [p for p in sorted(trees[0].keys() | trees[1].keys()) if trees[0].get(p) != trees[1].get(p)]
            return "step %d, %s: %s is %.300s on the left, %.300s on the right" % (
                step, operation, paths[0], trees[0].get(paths[0]), trees[1].get(paths[0]))
    return None


def shrink(left, right, operations):
    """Leaves out operations as long as a difference remains, in fresh directories."""
    tries = 0
    size = max(1, len(operations) // 2)
    while size >= 1:
        at = 0
        while at < len(operations) and tries < 300:
            fewer = operations[:at] + operations[at + size:]
            roots = [os.path.join(root, "shrink%d" % tries) for root in (left, right)]
            tries += 1
            for root in roots:
                os.mkdir(root)
            if first_difference(*roots, fewer):
                operations = fewer
            else:
                at += size
            for root in roots:
                shutil.rmtree(root)
        size //= 2
    return operations


def main(arguments):
    os.umask(0o022)
    if arguments[0] == "random":
        rng = random.Random(int(arguments[1]))
        operations = [draw(rng) for _ in range(int(arguments[2]))]
    else:
        with open(arguments[1]) as source:
            operations = json.load(source)
    left, right = arguments[-2:]
    work = [os.path.join(root, "work") for root in (left, right)]
    for root in work:
        os.makedirs(root, exist_ok=True)
    if tree(work[0]) != tree(work[1]):
        print("the trees differ before the first step: what was committed is not what was seen")
        return 1
    difference = first_difference(*work, operations)
    if difference is None:
        return 0
    print(difference)
    print("shrunk: " + json.dumps(shrink(left, right, operations)))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
