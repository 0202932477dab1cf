"""Random operations for differ.py."""
import os

from descriptors import BY_NUMBER, draw_on_descriptor
from operations import MAKING, OPERATIONS

PARENTS = ["", "", "", "a", "b", "a/b", "b/a"]
DIRECTORIES = ["a", "b"]
OTHERS = ["c", "d", "e", "f"]
# Drawn this many times as often as another: what removes and moves is not to leave the others nothing to work on.
OFTEN = {"mkdir": 4, "straighten": 12, "create": 6, "make": 8, "open": 12, "write": 3, "fwrite": 3, "fpwrite": 3, "nameless": 3}
OF_DIRECTORIES = {"mkdir", "rmdir", "list", "straighten"}
OF_EITHER = {"chmod", "chown", "stat", "access", "may", "utime", "times", "setxattr", "getxattr", "removexattr", "acl",
             "removeacl", "rename", "norepl", "exchange", "make", "open"}
# Names at their limit, beyond it, of other bytes than UTF-8, and ways of saying a directory's name. None leads outside.
# The superuser's only: about "." the kernel asks a function's mount nothing.
ODD = ["", ".", "a/", "c/", "a/.", "b/..", "x" * 255, "y" * 256, "\udcff\udcfe", " \n", "a/../b/./c", "a" * 200]
MODES = [0o644, 0o755, 0o600, 0o1777, 0o2755, 0o777, 0o4755, 0o2770, 0o700, 0o6777, 0]
# Without (-1, -1): what that means for set-id files and the ctime, the kernel does not ask for.
OWNERS = [(uid, gid) for uid in (-1, 0, 1000, 1001) for gid in (-1, 0, 1000, 1001) if (uid, gid) != (-1, -1)]
ATTRIBUTES = ["user.a", "user.b", "user." + "x" * 249, "trusted.t", "nonsense.n", "security.s", "user.", "user." + "x" * 251]


NAMES = [*OPERATIONS, *BY_NUMBER]
WEIGHTS = [OFTEN.get(name, 1) for name in NAMES]


def draw(rng, users):
    """A random operation, by a random user: the superuser is 0, whoever that is."""
    user = rng.choice(users)
    name = rng.choices(NAMES, WEIGHTS)[0]

    def path():
        if not user and rng.randrange(40) == 0:
            return rng.choice(ODD)
        directory = name in OF_DIRECTORIES or name in OF_EITHER and rng.randrange(4) == 0
        unlikely = rng.randrange(10) == 0
        return os.path.join(rng.choice(PARENTS), rng.choice(DIRECTORIES if directory != unlikely else OTHERS))

    def text():
        return str(rng.randrange(1000)) * rng.choice([1, 2, 5, 400, 3000])

    def moment():
        return rng.choice(["now", "omit", 0, 1, 999999999, rng.randrange(2**60)])
    at = rng.choice([0, 1, 5, 4090, 4096, 5000, 9000])
    length = rng.choice([1, 100, 4096, 10000])
    span = lambda: [at, length]  # noqa: E731
    other = lambda: [path()]  # noqa: E731
    more = {
        "write": lambda: [at, text()], "update": lambda: [at, text()], "append": lambda: [text()],
        "overwrite": lambda: [text()], "read": lambda: [at, rng.choice([1, 10, 6000])], "truncate": lambda: [at],
        "rename": other, "norepl": other, "exchange": other, "whiteout": other, "link": other,
        "symlink": lambda: [rng.choice(["a", "b/c", "../a", "nowhere", ".", "x" * 4095, "x" * 4096, ""])],
        "chmod": lambda: [rng.choice(MODES)], "chmodlink": lambda: [rng.choice(MODES)],
        "orphan": lambda: [text()], "chown": lambda: list(rng.choice(OWNERS)),
        "utime": lambda: [rng.randrange(2**60), rng.randrange(2**60)], "mapped": lambda: [at, text()],
        "lock": lambda: [rng.choice(["flock", "lockf"]), at], "reach": span, "reserve": span, "punch": span,
        "zero": span, "zerokeep": span, "collapse": span, "insert": span,
        "copyrange": lambda: [path(), at, rng.choice([0, 3, 4096, 6000]), length],
        "nameless": lambda: [text()],
        "setxattr": lambda: [rng.choice(ATTRIBUTES), rng.choice(["", "v", "w" * 300]), rng.choice([0, 0, 1, 2])],
        "getxattr": lambda: [rng.choice(ATTRIBUTES)], "removexattr": lambda: [rng.choice(ATTRIBUTES)],
        "acl": lambda: [rng.choice(["access", "default"]), rng.choice([1000, 1001]), rng.randrange(8)],
        "removeacl": lambda: [rng.choice(["access", "default"])],
        "make": lambda: [rng.choice(list(MAKING)), rng.choice([0o777, 0o666, 0o4755, 0o2775]), rng.choice([0, 0o22, 0o77, 0o777])],
        "times": lambda: [moment(), moment()], "limited": lambda: [at, text()], "cut": lambda: [at],
    }
    if name in BY_NUMBER:
        operation = draw_on_descriptor(rng, name, path(), at, length, text())
    else:
        operation = [name, path()] + more.get(name, lambda: [])()
    return ["as", user] + operation if user else operation
