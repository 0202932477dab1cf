"""Does the same operations in two directories and compares answers and whole trees after every step.

usage: differ.py random SEED STEPS LEFT RIGHT             operations drawn from the seed
       differ.py replay FILE LEFT RIGHT                   operations from a JSON file, [[name, argument, ...], ...]
       differ.py commits SEED STEPS LEFT RIGHT OTHER      RIGHT is a mount with commit=manual: some steps commit or abort
                                                          what was done since the last such step. LEFT is copied or put
                                                          back, and OTHER, a second mount, must show what is committed

Prints the first difference, with a shrunk list of operations that shows it, and exits with 1; else exits with 0.
"""
import errno
import json
import os
import random
import shutil
import signal
import stat
import subprocess
import sys

from descriptors import BY_NUMBER, let_all_go, perform_on_descriptor
from drawing import draw
from operations import OPENING, OPERATIONS, PATHS, UNSUPPORTED, facts

# What may differ, and why.
ALLOWED = {
    "directory size": "a file system is free to say what a directory's st_size is",
    "where holes begin and end": "a file system is free to keep zeros; only that all other bytes are found is compared",
    "opening a fifo": "in a function's mount the kernel opens it without asking who may",
    "times of a fifo that bytes go through": "the kernel keeps the bytes, and does not tell a function's mount",
    "opening a device": "a function's mount has devices as entries only",
    "EACCES or EPERM, or another error": "of two reasons to refuse a user, a function's mount may tell the other: the"
                                         " kernel looks at all parts of a path first, and then asks",
    "links to others' files": "which the user may not write: the sysctl fs.protected_hardlinks, about which the kernel does"
                              " not ask a function's mount",
    "ctime after an attribute got the value that it had": "ext4 leaves it",
    "times after a whiteout that was refused": "ext4 makes it first and then takes it back",
    "what one side does not have": "operations that either answers with EOPNOTSUPP change nothing on that side alone",
    "inode numbers, devices, blocks, times": "they are not the same on any two file systems; which times an operation moves is",
}
# Who else a user belongs to.
GROUPS = {1001: [1000]}
COMMITS_EVERY = 25
SETTING = {"setxattr", "fxattr", "acl"}


def perform(root, operation):
    """["as", uid, name, argument, ...] does it as another user; only root can."""
    user = 0
    if operation[0] == "as":
        user, operation = operation[1], operation[2:]
    name, arguments = operation[0], list(operation[1:])
    if name in OPERATIONS:
        for i in range(PATHS.get(name, 1)):
            arguments[i] = os.path.join(root, arguments[i])
    if user and name == "link" and os.path.lexists(arguments[0]) and os.lstat(arguments[0]).st_uid != user:
        return "another's file"
    opened = opened_kinds(root, name, arguments)
    if user and stat.S_IFIFO in opened:
        return "a fifo"
    if stat.S_IFCHR in opened or stat.S_IFBLK in opened:
        return "a device"
    try:
        if user:
            os.setgroups(GROUPS.get(user, []))
            os.setegid(user)
            os.seteuid(user)
        if name in BY_NUMBER:
            return perform_on_descriptor(root, name, arguments[0], arguments[1:])
        return OPERATIONS[name](*arguments)
    except OSError as refused:
        return errno.errorcode.get(refused.errno, refused.errno)
    finally:
        if user:
            os.seteuid(0)
            os.setegid(0)
            os.setgroups([])


def opened_kinds(root, name, arguments):
    """The kinds of the files that an operation opens, as far as they are there."""
    if name == "open":
        paths = [os.path.join(root, arguments[1])]
    else:
        paths = arguments[:PATHS.get(name, 1)] if name in OPENING else []
    return [stat.S_IFMT(os.stat(path).st_mode) for path in paths if os.path.exists(path)]


def attributes(path):
    try:
        return {name: os.getxattr(path, name, follow_symlinks=False).hex()
                for name in sorted(os.listxattr(path, follow_symlinks=False))}
    except OSError as refused:
        if refused.errno == errno.EOPNOTSUPP:
            return {}
        raise


def tree(root):
    found = {".": facts(root) + [attributes(root)]}
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


def times(root, paths):
    found = {}
    for path in paths:
        s = os.lstat(os.path.join(root, path))
        found[path] = s.st_ino, s.st_mtime_ns, s.st_ctime_ns
    return found


def moved(before, after):
    """Which times of what has stayed where it was are others now."""
    return {path: (after[path][1] != was[1], after[path][2] != was[2])
            for path, was in before.items() if path in after and after[path][0] == was[0]}


def tree_difference(trees):
    if trees[0] == trees[1]:
        return None
    path = next(p for p in sorted(trees[0].keys() | trees[1].keys()) if trees[0].get(p) != trees[1].get(p))
    return "%r is %.300s on the left, %.300s on the right" % (path, trees[0].get(path), trees[1].get(path))


def refused_alike(operation, answers):
    why = {"EACCES", "EPERM"}.intersection(map(str, answers))
    return operation[0] == "as" and why and all(answer in errno.errorcode.values() for answer in answers)


def name_of(operation):
    return operation[2] if operation[0] == "as" else operation[0]


class Difference:
    """What an operation of this name has shown, in words."""

    def __init__(self, name, text):
        self.name, self.text = name, text


class Comparison:
    """Of two directories, step by step. A commit is what its caller says."""

    def __init__(self, left, right, commits=None):
        self.roots = left, right
        self.commits = commits
        self.lacking = set()
        self.times = self.tree = None

    def first_difference(self, operations):
        try:
            self.look_at_times()
            for step, operation in enumerate(operations):
                found = self.after(operation)
                if found:
                    return Difference(name_of(operation), "step %d, %s: %s" % (step, json.dumps(operation), found))
            return None
        finally:
            for root in self.roots:
                let_all_go(root)

    def look_at_times(self):
        trees = [tree(root) for root in self.roots]
        self.times = [times(root, there) for root, there in zip(self.roots, trees)]
        self.tree = trees[0]

    def after(self, operation):
        name = name_of(operation)
        if name in ("commit", "abort"):
            return self.end(name)
        if name in UNSUPPORTED and name not in self.lacking and not all(map(UNSUPPORTED[name], self.roots)):
            self.lacking.add(name)
        if name in self.lacking:
            return None
        answers = [perform(root, operation) for root in self.roots]
        if answers[0] != answers[1] and not refused_alike(operation, answers):
            return "%.300s on the left, %.300s on the right" % tuple(answers)
        trees = [tree(root) for root in self.roots]
        found = tree_difference(trees)
        if found:
            return found
        before, self.tree = self.tree, trees[0]
        now = [times(root, there) for root, there in zip(self.roots, trees)]
        moves = list(map(moved, self.times, now))
        self.times = now
        if name == "whiteout" and answers[0] is not None or name in SETTING and trees[0] == before:
            return None
        for path in sorted(moves[0].keys() & moves[1].keys()):
            through_fifo = name in BY_NUMBER and stat.S_ISFIFO(trees[0][path][0])
            if moves[0][path] != moves[1][path] and not through_fifo:
                return "of %r (mtime, ctime) moved: %s on the left, %s on the right" % (
                    path, moves[0][path], moves[1][path])
        return None

    def end(self, how):
        if self.commits is None:
            return None
        for root in self.roots:
            let_all_go(root)
        found = self.commits.end(how)
        self.look_at_times()
        return found


class Commits:
    """What is committed of LEFT lies beside it; the mounts RIGHT and OTHER have it from the store."""

    def __init__(self, left, right, other, work):
        self.left, self.right, self.other, self.work = left, right, other, work
        self.saved = os.path.join(left, "committed")
        self.end("commit")

    def end(self, how):
        here = os.path.join(self.left, self.work)
        source, target = (here, self.saved) if how == "commit" else (self.saved, here)
        subprocess.run(["rm", "-rf", target], check=True)
        subprocess.run(["cp", "-a", source, target], check=True)
        control(self.right, how)
        control(self.other, "begin")
        trees = [tree(os.path.join(root, self.work)) for root in (self.left, self.right, self.other)]
        found = tree_difference(trees[:2])
        if found:
            return "after this " + found
        found = tree_difference([trees[0], trees[2]])
        return found and "in the other mount " + found


def control(mount, what):
    with open(os.path.join(mount, ".cffs", what), "w", encoding="ascii") as file:
        file.write("\n")


def make(root):
    os.makedirs(root, exist_ok=True)
    os.chmod(root, 0o777)


def shrink(compare, operations, name):
    """Leaves out operations as long as one of this name still shows a difference, in fresh directories."""
    tries = 0
    size = max(1, len(operations) // 2)
    while size >= 1:
        at = 0
        while at < len(operations) and tries < 300:
            fewer = operations[:at] + operations[at + size:]
            tries += 1
            found = compare("shrink%d" % tries, fewer)
            if found and found.name == name:
                operations = fewer
            else:
                at += size
        size //= 2
    return operations


def compare_in(roots, work, operations):
    """In a directory of this name in each root, which is made first if need be."""
    there = [os.path.join(root, work) for root in roots[:2]]
    for directory in there:
        make(directory)
    try:
        found = tree_difference(list(map(tree, there)))
        if found:
            return Difference("commit", "before the first step (what was committed is not what was seen) " + found)
        commits = Commits(*roots, work) if len(roots) == 3 else None
        return Comparison(*there, commits).first_difference(operations)
    finally:
        if work.startswith("shrink"):
            for directory in there:
                shutil.rmtree(directory)


def drawn(seed, steps, commits):
    rng = random.Random(seed)
    users = [0, 0, 1000, 1001] if os.geteuid() == 0 else [0]
    operations = [draw(rng, users) for _ in range(steps)]
    if commits:
        for step in range(0, steps, COMMITS_EVERY):
            operations[step + rng.randrange(COMMITS_EVERY)] = [rng.choice(["commit", "commit", "abort"])]
    return operations


def main(arguments):
    os.umask(0o022)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if os.geteuid() == 0:
        os.setgroups([])
    if arguments[0] == "replay":
        roots = arguments[2:]
        with open(arguments[1]) as source:
            operations = json.load(source)
    else:
        roots = arguments[3:]
        operations = drawn(int(arguments[1]), int(arguments[2]), arguments[0] == "commits")
    difference = compare_in(roots, "work", operations)
    if difference is None:
        return 0
    print(difference.text, flush=True)
    fewest = shrink(lambda work, fewer: compare_in(roots, work, fewer), operations, difference.name)
    print("shrunk: " + json.dumps(fewest))
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
