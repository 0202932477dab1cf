"""What the flags of chattr(1) forbid and what becomes of them, and prints it.

Usage: inode_flags.py DIRECTORY. Needs uid 0. The same lines come from every file system that does as Linux does.
"""
import ctypes
import errno
import fcntl
import os
import shutil
import struct
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
GETFLAGS, SETFLAGS, FSGETXATTR, FSSETXATTR = 0x80086601, 0x40086602, 0x801C581F, 0x401C5820
SYNC, IMMUTABLE, APPEND, NODUMP, NOATIME, DIRSYNC, NOCOW = 8, 0x10, 0x20, 0x40, 0x80, 0x10000, 0x800000
USERS = (("root", 0), ("owner", 1000), ("stranger", 1001))
NOW, OMIT = (1 << 30) - 1, (1 << 30) - 2


def outcome(action, uid=0):
    os.setegid(uid)
    os.seteuid(uid)
    try:
        result = action()
        return result if isinstance(result, (int, str, bytes, tuple)) else "done"
    except OSError as e:
        return errno.errorcode.get(e.errno, e.errno)
    finally:
        os.seteuid(0)
        os.setegid(0)


def ioctl(path, number, given):
    fd = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    try:
        return fcntl.ioctl(fd, number, given)
    finally:
        os.close(fd)


def flags(path):
    return "%x" % struct.unpack("I4x", ioctl(path, GETFLAGS, bytes(8)))


def set_flags(path, value):
    ioctl(path, SETFLAGS, struct.pack("I4x", value))
    return flags(path)


def xflags(path):
    return struct.unpack("IIIII8x", ioctl(path, FSGETXATTR, bytes(28)))


def set_xflags(path, *values):
    ioctl(path, FSSETXATTR, struct.pack("IIIII8x", *values))
    return xflags(path)


def opened(path, how):
    os.close(os.open(path, how))


def rename(old, new, how=0):
    if LIBC.renameat2(-100, old.encode(), -100, new.encode(), how) != 0:
        raise OSError(ctypes.get_errno(), "")


def utimens(path, atime, mtime):
    class Timespec(ctypes.Structure):
        _fields_ = [("seconds", ctypes.c_long), ("nanos", ctypes.c_long)]
    if LIBC.utimensat(-100, path.encode(), (Timespec * 2)(Timespec(1, atime), Timespec(2, mtime)), 0) != 0:
        raise OSError(ctypes.get_errno(), "")


def fallocate(fd, how):
    if LIBC.fallocate(fd, how, ctypes.c_long(0), ctypes.c_long(4096)) != 0:
        raise OSError(ctypes.get_errno(), "")


ACL = struct.pack("<IHHIHHIHHIHHIHHI", 2, 1, 6, 0xFFFFFFFF, 2, 6, 5, 4, 4, 0xFFFFFFFF, 16, 6, 0xFFFFFFFF, 32, 4,
                  0xFFFFFFFF)
# Each is tried on a new directory "d", which has the flags, and "f" in it; or on "f" with the flags in a plain one.
ACTIONS = {
    "read": lambda d, f: opened(f, os.O_RDONLY),
    "write": lambda d, f: opened(f, os.O_WRONLY),
    "read and write": lambda d, f: opened(f, os.O_RDWR),
    "append": lambda d, f: opened(f, os.O_WRONLY | os.O_APPEND),
    "append to nothing": lambda d, f: opened(f, os.O_WRONLY | os.O_APPEND | os.O_TRUNC),
    "read nothing": lambda d, f: opened(f, os.O_RDONLY | os.O_TRUNC),
    "create what is there": lambda d, f: opened(f, os.O_WRONLY | os.O_CREAT),
    "truncate": lambda d, f: os.truncate(f, 1),
    "access to write": lambda d, f: os.access(f, os.W_OK, effective_ids=True),
    "access of the directory": lambda d, f: os.access(d, os.W_OK, effective_ids=True),
    "unlink": lambda d, f: os.unlink(f),
    "rmdir": lambda d, f: os.rmdir(d + "/sub"),
    "rename": lambda d, f: rename(f, d + "/g"),
    "rename over": lambda d, f: rename(d + "/other", f),
    "exchange": lambda d, f: rename(f, d + "/other", 2),
    "whiteout": lambda d, f: rename(f, d + "/g", 4),
    "move out": lambda d, f: rename(f, "outside"),
    "move in": lambda d, f: rename("plain", d + "/g"),
    "move in over": lambda d, f: rename("plain", f),
    "rename the directory": lambda d, f: rename(d, "moved"),
    "remove the directory": lambda d, f: os.rmdir(d),
    "link": lambda d, f: os.link(f, d + "/g"),
    "link out": lambda d, f: os.link(f, "outside"),
    "link in": lambda d, f: os.link("plain", d + "/g"),
    "create": lambda d, f: opened(d + "/g", os.O_CREAT | os.O_EXCL),
    "create nameless": lambda d, f: opened(d, os.O_TMPFILE | os.O_RDWR),
    "mkdir": lambda d, f: os.mkdir(d + "/g"),
    "symlink": lambda d, f: os.symlink("x", d + "/g"),
    "mkfifo": lambda d, f: os.mkfifo(d + "/g"),
    "chmod": lambda d, f: os.chmod(f, 0o666),
    "chmod of the directory": lambda d, f: os.chmod(d, 0o777),
    "chown": lambda d, f: os.chown(f, -1, 1000),
    "times set": lambda d, f: utimens(f, 5, 6),
    "times now": lambda d, f: utimens(f, NOW, NOW),
    "one time now": lambda d, f: utimens(f, NOW, OMIT),
    "setxattr": lambda d, f: os.setxattr(f, "user.x", b"y"),
    "removexattr": lambda d, f: os.removexattr(f, "user.there"),
    "getxattr": lambda d, f: os.getxattr(f, "user.there"),
    "acl": lambda d, f: os.setxattr(f, "system.posix_acl_access", ACL),
    "list": lambda d, f: os.listdir(d).__len__(),
    "chattr": lambda d, f: set_flags(f, NODUMP),
    "chattr of the directory": lambda d, f: set_flags(d, NODUMP),
}
# On a descriptor that was opened before.
OPEN_ACTIONS = {
    "write": lambda fd: os.write(fd, b"more"),
    "ftruncate": lambda fd: os.ftruncate(fd, 1),
    "allocate": lambda fd: fallocate(fd, 0),
    "punch": lambda fd: fallocate(fd, 3),
    "zero": lambda fd: fallocate(fd, 16),
    "copy": lambda fd: os.copy_file_range(os.open("plain", os.O_RDONLY), fd, 4),
    "fchmod": lambda fd: os.fchmod(fd, 0o600),
    "futimens": lambda fd: os.utime(fd),
}


def make():
    os.umask(0)
    for path in ("plain", "d/f", "d/other"):
        os.makedirs("d", exist_ok=True)
        with open(path, "wb") as file:
            file.write(b"content")
        os.chown(path, 1000, 1000)
        os.chmod(path, 0o644)
        os.setxattr(path, "user.there", b"value")
    os.makedirs("d/sub", exist_ok=True)
    for directory in ("d", "d/sub"):
        os.chown(directory, 1000, 1000)
    os.chmod("d", 0o755)


def clean():
    for directory in ("d", "moved"):
        if os.path.isdir(directory):
            set_flags(directory, 0)
    for top, _, names in os.walk("."):
        for name in names:
            path = os.path.join(top, name)
            if os.path.isfile(path) and not os.path.islink(path):
                set_flags(path, 0)
    for name in os.listdir("."):
        if os.path.isdir(name) and not os.path.islink(name):
            shutil.rmtree(name)
        else:
            os.unlink(name)


def protected():
    for word, value in (("immutable", IMMUTABLE), ("append-only", APPEND)):
        for kind, target in (("file", "d/f"), ("directory", "d")):
            for name, uid in USERS:
                for what, action in ACTIONS.items():
                    if name == "stranger" and what.startswith("link"):
                        continue  # fs.protected_hardlinks is the kernel's affair, and asks no FUSE server
                    make()
                    set_flags(target, value)
                    print("%s %s, %s by %s: %s" % (word, kind, what, name, outcome(lambda: action("d", "d/f"), uid)))
                    clean()
        for what, action in OPEN_ACTIONS.items():
            make()
            fd = os.open("d/f", os.O_RDWR)
            set_flags("d/f", value)
            print("%s open file, %s: %s" % (word, what, outcome(lambda: action(fd))))
            os.close(fd)
            clean()


def setting():
    for name, uid in USERS:
        for value in (0, IMMUTABLE, APPEND, NODUMP, NOATIME, NODUMP | NOATIME, SYNC, DIRSYNC, NOCOW, NODUMP | SYNC):
            make()
            for path in ("d", "d/f"):
                print("%x of %s by %s: %s" % (value, path, name, outcome(lambda: set_flags(path, value), uid)))
                set_flags(path, IMMUTABLE | NODUMP)
                print("%x instead by %s: %s" % (value, name, outcome(lambda: set_flags(path, value), uid)))
                set_flags(path, 0)
            clean()
        for given in ((0, 0, 0, 0, 0), (8, 0, 0, 0, 0), (0x10, 0, 0, 0, 0), (0xC0, 0, 0, 0, 0), (0, 0, 7, 0, 0),
                      (0, 0, 0, 5, 0), (0x20, 0, 0, 0, 0)):
            make()
            print("%s by %s: %s" % (given, name, outcome(lambda: set_xflags("d/f", *given), uid)))
            print("then", flags("d/f"), xflags("d/f"))
            clean()


def inherited():
    make()
    set_flags("d", NODUMP | NOATIME)
    os.mkdir("d/made")
    opened("d/new", os.O_CREAT | os.O_WRONLY)
    os.mkdir("d/made/sub")
    rename("plain", "d/moved")
    for path in ("d/made", "d/new", "d/made/sub", "d/moved", "d/f"):
        print("inherited:", path, flags(path))
    set_flags("d", 0)
    set_flags("d/f", NOATIME)
    utimens("d/f", 7, 8)
    before = os.stat("d/f").st_atime_ns
    with open("d/f", "rb") as file:
        file.read()
    print("access time moved:", os.stat("d/f").st_atime_ns != before)
    before = os.stat("d/f").st_ctime_ns
    set_flags("d/f", NODUMP)
    print("status time moved:", os.stat("d/f").st_ctime_ns > before)
    clean()


def main():
    os.chdir(sys.argv[1])
    os.mkdir("flags")
    os.chdir("flags")
    os.chmod(".", 0o777)
    protected()
    setting()
    inherited()
    os.chdir("..")
    os.rmdir("flags")


main()
