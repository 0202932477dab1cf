"""Does the same operations in two directories and compares answers and whole trees after every step.

usage: differ.py random SEED STEPS LEFT RIGHT     operations drawn from the seed
       differ.py replay FILE LEFT RIGHT           operations from a JSON file, [[name, argument, ...], ...]

Prints the first difference, with a shrunk list of operations that shows it, and exits with 1; else exits with 0.
"""
import errno
import json
import os
import random
import shutil
import stat
import sys

from operations import OPENING, OPERATIONS, PATHS, UNSUPPORTED, draw, facts

# What may differ, and why.
ALLOWED = {
    "directory size": "a file system is free to say what a directory's st_size is",
    "where holes begin and end": "a file system is free to keep zeros; only that all other bytes are found is compared",
    "opening a fifo": "in a function's mount the kernel opens it without asking who may",
    "what one side does not have": "operations that either answers with EOPNOTSUPP change nothing on that side alone",
    "inode numbers, devices, times, blocks": "they are not the same on any two file systems",
}

def perform(root, operation):
    """["as", uid, name, argument, ...] does it as another user; only root can."""
    user = 0
    if operation[0] == "as":
        user, operation = operation[1], operation[2:]
    name, arguments = operation[0], list(operation[1:])
    for i in range(PATHS.get(name, 1)):
        arguments[i] = os.path.join(root, arguments[i])
    if user and name in OPENING and any(map(is_fifo, arguments[:PATHS.get(name, 1)])):
        return "a fifo"
    try:
        if user:
            os.setegid(user)
            os.seteuid(user)
        return OPERATIONS[name](*arguments)
    except OSError as refused:
        return errno.errorcode.get(refused.errno, refused.errno)
    finally:
        if user:
            os.seteuid(0)
            os.setegid(0)


def is_fifo(path):
    return os.path.exists(path) and stat.S_ISFIFO(os.stat(path).st_mode)


def attributes(path):
    try:
        return {name: os.getxattr(path, name, follow_symlinks=False).hex()
                for name in sorted(os.listxattr(path, follow_symlinks=False))}
    except OSError as refused:
        if refused.errno == errno.EOPNOTSUPP:
            return {}
        raise


def tree(root):
    found = {".": [facts(root), attributes(root)]}
    for directory, directories, files in os.walk(root):
        for name in directories + files:
            path = os.path.join(directory, name)
            entry = facts(path)
            if stat.S_ISREG(entry[0]):
                with open(path, "rb") as content:
                    entry.append(content.read().decode("latin-1"))
            elif stat.S_ISLNK(entry[0]):
                entry.append(os.readlink(path))
            entry.append(attributes(path))
            found[os.path.relpath(path, root)] = entry
    return found


def first_difference(left, right, operations):
    lacking = set()
    for step, operation in enumerate(operations):
        name = operation[2] if operation[0] == "as" else operation[0]
        if name in UNSUPPORTED and name not in lacking and not all(map(UNSUPPORTED[name], (left, right))):
            lacking.add(name)
        if name in lacking:
            continue
        answers = perform(left, operation), perform(right, operation)
        if answers[0] != answers[1]:
            return "step %d, %s: %.300s on the left, %.300s on the right" % (step, operation, *answers)
        trees = tree(left), tree(right)
        if trees[0] != trees[1]:
            paths = [p for p in sorted(trees[0].keys() | trees[1].keys()) if trees[0].get(p) != trees[1].get(p)]
            return "step %d, %s: %s is %.300s on the left, %.300s on the right" % (
                step, operation, paths[0], trees[0].get(paths[0]), trees[1].get(paths[0]))
    return None


def make(root):
    os.makedirs(root, exist_ok=True)
    os.chmod(root, 0o777)


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
                make(root)
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
    if os.geteuid() == 0:
        os.setgroups([])
    if arguments[0] == "random":
        rng = random.Random(int(arguments[1]))
        users = [0, 0, 1000, 1001] if os.geteuid() == 0 else [0]
        operations = [draw(rng, users) for _ in range(int(arguments[2]))]
    else:
        with open(arguments[1]) as source:
            operations = json.load(source)
    left, right = arguments[-2:]
    work = [os.path.join(root, "work") for root in (left, right)]
    for root in work:
        make(root)
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
