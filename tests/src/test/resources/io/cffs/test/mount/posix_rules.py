"""Calls the kernel's rules about owners, modes, times, names, locks and attributes, and prints what comes of each.

Usage: posix_rules.py DIRECTORY. Needs uid 0. The same lines come from every file system that does as Linux does.
"""
import ctypes
import errno
import fcntl
import os
import signal
import socket
import stat
import struct
import subprocess
import sys

LIBC = ctypes.CDLL(None, use_errno=True)
OWNER, OTHER, MEMBER = (1000, 1000, []), (1001, 1001, []), (1002, 1002, [1000, 50])
ROOT = (0, 0, [])
NOW, OMIT = (1 << 30) - 1, (1 << 30) - 2
ATIME, MTIME = 1_000_000_001, 1_000_000_002


def say(what, result):
    print("%s: %s" % (what, result), flush=True)


def become(user):
    os.seteuid(0)
    os.setegid(0)
    os.setgroups(user[2])
    os.setegid(user[1])
    os.seteuid(user[0])


def call(what, action, user=ROOT):
    become(user)
    try:
        result = action()
    except OSError as e:
        result = errno.errorcode.get(e.errno, e.errno)
    finally:
        become(ROOT)
    say(what, result)
    return result


def mode(path):
    st = os.lstat(path)
    return "%o %d:%d" % (st.st_mode, st.st_uid, st.st_gid)


def make(path, permissions=0o644, user=OWNER, content=b"content"):
    with open(path, "wb") as file:
        file.write(content)
    os.chown(path, user[0], user[1])
    os.chmod(path, permissions)
    return path


def mkdir(path, permissions=0o755, user=OWNER):
    os.mkdir(path)
    os.chown(path, user[0], user[1])
    os.chmod(path, permissions)
    return path


# ---------------------------------------------------------------- times

def utimensat(path, atime, mtime, flags=0):
    class Timespec(ctypes.Structure):
        _fields_ = [("seconds", ctypes.c_long), ("nanos", ctypes.c_long)]
    times = (Timespec * 2)(Timespec(*atime), Timespec(*mtime))
    if LIBC.utimensat(-100, path.encode(), times, flags) != 0:
        raise OSError(ctypes.get_errno(), "")
    st = os.lstat(path)
    return (st.st_atime_ns if st.st_atime_ns < 1 << 60 else "now", st.st_mtime_ns if st.st_mtime_ns < 1 << 60 else "now")


def times():
    path = make("times", 0o664)
    os.symlink("times", "times-link")
    for name, who in (("owner", OWNER), ("stranger", OTHER), ("writer", MEMBER)):
        utimensat(path, (1, 0), (2, 0))
        call("both set by " + name, lambda: utimensat(path, (ATIME, 7), (MTIME, 8)), who)
        call("both now by " + name, lambda: utimensat(path, (0, NOW), (0, NOW)), who)
        utimensat(path, (1, 0), (2, 0))
        call("one now, one left by " + name, lambda: utimensat(path, (0, NOW), (0, OMIT)), who)
        call("one left, one set by " + name, lambda: utimensat(path, (0, OMIT), (MTIME, 9)), who)
        call("both left by " + name, lambda: utimensat(path, (0, OMIT), (0, OMIT)), who)
        call("one now, one set by " + name, lambda: utimensat(path, (0, NOW), (MTIME, 9)), who)
    call("of the link itself", lambda: utimensat("times-link", (5, 6), (7, 8), 0x100))
    call("nanoseconds too many", lambda: utimensat(path, (0, 1_000_000_000), (0, 0)))
    call("long before 1970", lambda: utimensat(path, (-100, 5), (-1, 999_999_999)))


# ---------------------------------------------------------------- modes and owners

def chown(path, uid, gid):
    os.chown(path, uid, gid, follow_symlinks=False)
    return mode(path)


def chmod(path, permissions):
    os.chmod(path, permissions)
    return mode(path)


def owners():
    for who, name in ((ROOT, "root"), (OWNER, "owner"), (MEMBER, "member"), (OTHER, "stranger")):
        path = make("owned-" + name, 0o6755)
        call("give away by " + name, lambda: chown(path, 1001, -1), who)
        path = make("group-" + name, 0o6755)
        call("to an own group by " + name, lambda: chown(path, -1, 1000), who)
        call("to another group by " + name, lambda: chown(path, -1, 50), who)
        if who[0] in (0, 1000):
            call("to nobody else by " + name, lambda: chown(path, -1, -1), who)
        path = make("mode-" + name, 0o600)
        call("chmod by " + name, lambda: chmod(path, 0o6771), who)
        os.chown(path, 1000, 50)
        call("chmod with a foreign group by " + name, lambda: chmod(path, 0o2775), who)
    path = make("nogroupexec", 0o2644)
    call("chown of a file with mandatory locks", lambda: chown(path, 1000, 1000), OWNER)
    directory = mkdir("chowned", 0o6755)
    call("chown of a directory", lambda: chown(directory, 1000, 1000), OWNER)
    call("chmod of a link", lambda: os.symlink("nowhere", "dangling") or mode("dangling"))


def written(path, how):
    how(path)
    return mode(path)


def append(path):
    with open(path, "ab") as file:
        file.write(b"more")


def overwrite(path):
    fd = os.open(path, os.O_RDWR)
    os.write(fd, b"x")
    os.close(fd)


def overwrite_blind(path):
    fd = os.open(path, os.O_WRONLY)
    os.write(fd, b"x")
    os.close(fd)


def truncated(path):
    os.truncate(path, 3)


def ftruncated(path):
    fd = os.open(path, os.O_WRONLY)
    os.ftruncate(fd, 2)
    os.close(fd)


def emptied(path):
    os.close(os.open(path, os.O_WRONLY | os.O_TRUNC))


def set_ids():
    changes = (append, overwrite, overwrite_blind, truncated, ftruncated, emptied)
    for permissions in (0o6777, 0o2767, 0o4666):
        for change in changes:
            for who, name in ((ROOT, "root"), (OWNER, "owner"), (OTHER, "stranger"), (MEMBER, "member")):
                path = make("setid", permissions)
                call("%o %s by %s" % (permissions, change.__name__, name), lambda: written(path, change), who)
                os.unlink(path)


def made(path, how):
    how(path)
    return mode(path)


def directories():
    shared = mkdir("shared", 0o2777, (0, 50, []))
    plain = mkdir("plain", 0o777)
    for who, name in ((ROOT, "root"), (OWNER, "owner"), (MEMBER, "member")):
        for base in (shared, plain):
            for umask in (0, 0o022, 0o077):
                os.umask(umask)
                at = "%s/%s-%o" % (base, name, umask)
                call("create " + at, lambda: made(at + "f", lambda p: os.close(os.open(p, os.O_CREAT, 0o2777))), who)
                call("mkdir " + at, lambda: made(at + "d", lambda p: os.mkdir(p, 0o1777)), who)
                call("mkfifo " + at, lambda: made(at + "p", lambda p: os.mkfifo(p, 0o666)), who)
                call("symlink " + at, lambda: made(at + "l", lambda p: os.symlink("x", p)), who)
                os.umask(0)
    sticky = mkdir("sticky", 0o1777, (0, 0, []))
    for name in ("a", "b"):
        make(sticky + "/" + name)
    call("unlink of another's in a sticky directory", lambda: os.unlink(sticky + "/a"), OTHER)
    call("rename of another's in a sticky directory", lambda: os.rename(sticky + "/a", sticky + "/c"), OTHER)
    make(sticky + "/own", 0o644, OTHER)
    call("rename over another's in a sticky directory", lambda: os.rename(sticky + "/own", sticky + "/a"), OTHER)
    call("rename of the own in a sticky directory", lambda: os.rename(sticky + "/own", sticky + "/mine"), OTHER)
    call("unlink of the own in a sticky directory", lambda: os.unlink(sticky + "/mine"), OTHER)
    call("unlink by the owner", lambda: os.unlink(sticky + "/b"), OWNER)
    call("rmdir of another's", lambda: os.rmdir(mkdir(sticky + "/d")), OWNER)


# ---------------------------------------------------------------- names and kinds of files

def nodes():
    mkdir("nodes", 0o777)
    for who, name in ((ROOT, "root"), (OWNER, "owner")):
        at = "nodes/" + name
        call("fifo by " + name, lambda: made(at + "p", lambda p: os.mknod(p, stat.S_IFIFO | 0o640)), who)
        call("socket by " + name, lambda: made(at + "s", lambda p: os.mknod(p, stat.S_IFSOCK | 0o640)), who)
        call("file by " + name, lambda: made(at + "f", lambda p: os.mknod(p, stat.S_IFREG | 0o640)), who)
        device = os.makedev(7, 300)
        call("block device by " + name, lambda: made(at + "b", lambda p: os.mknod(p, stat.S_IFBLK | 0o640, device)),
             who)
        device = os.makedev(1, 3)
        call("character device by " + name,
             lambda: made(at + "c", lambda p: os.mknod(p, stat.S_IFCHR | 0o640, device)), who)
    call("device number", lambda: (os.major(os.stat("nodes/rootb").st_rdev), os.minor(os.stat("nodes/rootb").st_rdev)))
    call("directory by mknod", lambda: os.mknod("nodes/d", stat.S_IFDIR | 0o755))
    server = socket.socket(socket.AF_UNIX)
    call("bind", lambda: server.bind("nodes/bound") or mode("nodes/bound")[:2])
    server.listen()
    client = socket.socket(socket.AF_UNIX)
    call("connect", lambda: client.connect("nodes/bound"))
    if os.fork() == 0:
        with open("nodes/ownerp", "wb") as pipe:
            pipe.write(b"through a fifo")
        os._exit(0)
    call("fifo carries", lambda: open("nodes/ownerp", "rb").read())
    os.wait()


def names():
    mkdir("names", 0o777)
    call("longest name", lambda: len(made("names/" + "x" * 255, lambda p: os.close(os.open(p, os.O_CREAT)))))
    for what in (os.mkdir, os.unlink, os.rmdir, os.stat, os.mkfifo):
        call("name too long for " + what.__name__, lambda: what("names/" + "x" * 256))
    call("rename to a name too long", lambda: os.rename("names/" + "x" * 255, "names/" + "y" * 256))
    call("link to a name too long", lambda: os.link("names/" + "x" * 255, "names/" + "y" * 256))
    call("path too long", lambda: os.stat("names/" + "./" * 2100))
    os.symlink("loop", "names/loop")
    call("loop", lambda: os.stat("names/loop"))
    call("open of a link, not followed", lambda: os.open("names/loop", os.O_RDONLY | os.O_NOFOLLOW))
    for i in range(41):
        os.symlink("chain%d" % (i + 1), "names/chain%d" % i)
    make("names/chain41")
    call("40 links", lambda: os.stat("names/chain1").st_size)
    call("41 links", lambda: os.stat("names/chain0").st_size)
    call("longest target", lambda: os.symlink("t" * 4095, "names/target") or len(os.readlink("names/target")))
    call("target too long", lambda: os.symlink("t" * 4096, "names/target2"))
    call("empty target", lambda: os.symlink("", "names/target3"))
    odd = b"names/\xff\xfe\n\\\x01 \xc3\xa9"
    call("bytes of any kind", lambda: os.close(os.open(odd, os.O_CREAT)) or odd[6:] in os.listdir(b"names"))
    call("not a directory", lambda: os.stat("names/chain41/x"))
    call("trailing slash of a file", lambda: os.stat("names/chain41/"))
    call("mkdir over a file", lambda: os.mkdir("names/chain41"))
    call("rmdir of a file", lambda: os.rmdir("names/chain41"))
    call("unlink of a directory", lambda: os.unlink("names"))
    call("link of a directory", lambda: os.link("names", "names/again"))
    call("rename into itself", lambda: os.rename("names", "names/below"))


def renameat2(old, new, flags):
    if LIBC.renameat2(-100, old.encode(), -100, new.encode(), flags) != 0:
        raise OSError(ctypes.get_errno(), "")
    return sorted(os.listdir("renames")), [mode("renames/" + name) for name in sorted(os.listdir("renames"))]


def renames():
    mkdir("renames", 0o777)
    make("renames/a", 0o600)
    make("renames/b", 0o644)
    mkdir("renames/d")
    make("renames/d/inner")
    call("no replace, there", lambda: renameat2("renames/a", "renames/b", 1))
    call("no replace, free", lambda: renameat2("renames/a", "renames/c", 1))
    call("exchange", lambda: renameat2("renames/b", "renames/c", 2))
    call("exchange with a directory", lambda: renameat2("renames/b", "renames/d", 2))
    call("exchange with nothing", lambda: renameat2("renames/b", "renames/nothing", 2))
    call("exchange and no replace", lambda: renameat2("renames/b", "renames/c", 3))
    call("exchange with an ancestor", lambda: renameat2("renames/b/inner", "renames/b", 2))
    call("over an ancestor", lambda: renameat2("renames/b/inner", "renames/b", 0))
    call("whiteout", lambda: renameat2("renames/c", "renames/e", 4))
    call("whiteout by a user", lambda: renameat2("renames/e", "renames/f", 4), OWNER)
    call("whiteout, no replace", lambda: renameat2("renames/e", "renames/c", 5))
    call("whiteout and exchange", lambda: renameat2("renames/e", "renames/c", 6))
    call("unknown flag", lambda: renameat2("renames/e", "renames/c", 8))


# ---------------------------------------------------------------- files without a name

def tmpfile(permissions, flags=0):
    return os.open(".", os.O_TMPFILE | os.O_RDWR | flags, permissions)


def link(fd, path):
    os.link("/proc/self/fd/%d" % fd, path, src_dir_fd=0, follow_symlinks=True)
    return mode(path), os.fstat(fd).st_nlink, open(path, "rb").read()


def nameless():
    before = sorted(os.listdir("."))
    fd = tmpfile(0o642)
    os.write(fd, b"nameless")
    say("links before", os.fstat(fd).st_nlink)
    say("nothing is listed", sorted(os.listdir(".")) == before)
    call("link it in", lambda: link(fd, "linked"))
    call("link it again", lambda: link(fd, "linked2"))
    os.unlink("linked")
    os.unlink("linked2")
    call("link what was unlinked", lambda: link(fd, "linked3"))
    os.write(fd, b" still")
    say("still readable", os.pread(fd, 100, 0))
    os.close(fd)
    fd = tmpfile(0o600, os.O_EXCL)
    call("link an exclusive one", lambda: link(fd, "linked4"))
    os.close(fd)
    os.umask(0o027)
    fd = tmpfile(0o666)
    os.umask(0)
    say("umask", "%o" % os.fstat(fd).st_mode)
    call("over what is there", lambda: link(fd, make("linked5")))
    os.close(fd)
    call("in a file", lambda: os.open("linked5", os.O_TMPFILE | os.O_RDWR, 0o600))
    call("read-only", lambda: os.open(".", os.O_TMPFILE | os.O_RDONLY, 0o600))
    call("where one may not write", lambda: os.open(mkdir("closed", 0o555), os.O_TMPFILE | os.O_RDWR, 0o600), OTHER)


# ---------------------------------------------------------------- locks

def in_child(action):
    """What a child process gets; the parent holds the locks."""
    reader, writer = os.pipe()
    if os.fork() == 0:
        try:
            result = str(action())
        except OSError as e:
            result = errno.errorcode.get(e.errno, str(e.errno))
        os.write(writer, result.encode())
        os._exit(0)
    os.close(writer)
    result = os.read(reader, 100).decode()
    os.wait()
    os.close(reader)
    return result


def lock_data(kind, start, length):
    return struct.pack("hhlllxxxx", kind, os.SEEK_SET, start, length, 0)


def ofd(fd, command, kind, start, length):
    return struct.unpack("hhlllxxxx", fcntl.fcntl(fd, command, lock_data(kind, start, length)))[0]


def blocked_until_signal(fd):
    def interrupted(number, frame):
        raise InterruptedError(errno.EINTR, "")
    signal.signal(signal.SIGALRM, interrupted)
    signal.setitimer(signal.ITIMER_REAL, 0.2)
    fcntl.lockf(fd, fcntl.LOCK_EX)
    return "got it"


def flock_in_child(path, how):
    fd = os.open(path, os.O_RDWR)
    fcntl.flock(fd, how | fcntl.LOCK_NB)
    return "locked"


def locks():
    path = make("locked")
    fd = os.open(path, os.O_RDWR)
    other = os.open(path, os.O_RDWR)
    fcntl.lockf(fd, fcntl.LOCK_EX, 10, 0)
    say("fcntl, another process, same range",
        in_child(lambda: fcntl.lockf(other, fcntl.LOCK_EX | fcntl.LOCK_NB, 5, 5)))
    say("fcntl, another process, next range",
        in_child(lambda: fcntl.lockf(other, fcntl.LOCK_EX | fcntl.LOCK_NB, 5, 10)))
    say("fcntl, whose lock", in_child(lambda: struct.unpack(
        "hhlllxxxx", fcntl.fcntl(other, fcntl.F_GETLK, lock_data(fcntl.F_WRLCK, 0, 1)))[:4]))
    say("fcntl, blocked and interrupted", in_child(lambda: blocked_until_signal(other)))
    os.close(os.open(path, os.O_RDWR))
    say("fcntl, after any close", in_child(lambda: fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)))
    F_OFD_GETLK, F_OFD_SETLK = 36, 37
    say("ofd", ofd(fd, F_OFD_SETLK, fcntl.F_WRLCK, 0, 10))
    call("ofd, another description", lambda: ofd(other, F_OFD_SETLK, fcntl.F_RDLCK, 5, 1))
    call("ofd, asked", lambda: ofd(other, F_OFD_GETLK, fcntl.F_RDLCK, 5, 1))
    os.close(os.open(path, os.O_RDWR))
    call("ofd, after a close of another", lambda: ofd(other, F_OFD_SETLK, fcntl.F_RDLCK, 5, 1))
    call("ofd, unlocked", lambda: ofd(fd, F_OFD_SETLK, fcntl.F_UNLCK, 0, 0))
    fcntl.flock(fd, fcntl.LOCK_SH)
    say("flock shared, shared", in_child(lambda: flock_in_child(path, fcntl.LOCK_SH)))
    say("flock shared, exclusive", in_child(lambda: flock_in_child(path, fcntl.LOCK_EX)))
    call("flock, two descriptions of one process", lambda: fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB))
    os.close(fd)
    call("flock after close", lambda: fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB))


# ---------------------------------------------------------------- inotify

def inotify():
    mkdir("watched", 0o777)
    fd = LIBC.inotify_init1(os.O_NONBLOCK)
    LIBC.inotify_add_watch(fd, b"watched", 0xFFF)
    make("watched/a")
    os.rename("watched/a", "watched/b")
    os.mkdir("watched/d")
    open("watched/b", "rb").read()
    os.unlink("watched/b")
    os.rmdir("watched/d")
    data = os.read(fd, 65536)
    events = []
    while data:
        _, mask, _, length = struct.unpack("iIII", data[:16])
        events.append("%x %s" % (mask, data[16:16 + length].rstrip(b"\0").decode()))
        data = data[16 + length:]
    say("inotify", events)


# ---------------------------------------------------------------- attributes and ACLs

def attributes():
    path = make("attributes", 0o640)
    directory = mkdir("attributes-d", 0o1777, (0, 0, []))
    os.mkfifo("attributes-p")
    os.symlink("attributes", "attributes-l")
    for name in ("user.a", "user.a/b", "user.", "user", "trusted.a", "security.a", "system.a", "other.a",
                 "user." + "x" * 250, "user." + "x" * 251):
        for who in (ROOT, OWNER, OTHER):
            call("set %.20s by %d" % (name, who[0]), lambda: os.setxattr(path, name, b"value"), who)
            call("get %.20s by %d" % (name, who[0]), lambda: os.getxattr(path, name), who)
    call("list by root", lambda: sorted(os.listxattr(path)))
    call("list by a stranger", lambda: sorted(os.listxattr(path)), OTHER)
    call("create, there", lambda: os.setxattr(path, "user.a", b"v", os.XATTR_CREATE))
    call("replace, there", lambda: os.setxattr(path, "user.a", b"v", os.XATTR_REPLACE))
    call("create, free", lambda: os.setxattr(path, "user.c", b"v", os.XATTR_CREATE))
    call("replace, free", lambda: os.setxattr(path, "user.d", b"v", os.XATTR_REPLACE))
    call("remove", lambda: os.removexattr(path, "user.c"))
    call("remove again", lambda: os.removexattr(path, "user.c"))
    call("remove of trusted by the owner", lambda: os.removexattr(path, "trusted.a"), OWNER)
    call("largest", lambda: os.setxattr(path, "user.large", b"x" * 65536))
    call("largest read", lambda: len(os.getxattr(path, "user.large")))
    call("too large", lambda: os.setxattr(path, "user.large", b"x" * 65537))
    call("empty", lambda: os.setxattr(path, "user.empty", b"") or os.getxattr(path, "user.empty"))
    small = ctypes.create_string_buffer(3)
    LIBC.getxattr(path.encode(), b"user.large", small, 3)
    say("room too small", errno.errorcode[ctypes.get_errno()])
    LIBC.listxattr(path.encode(), small, 3)
    say("room too small for the list", errno.errorcode[ctypes.get_errno()])
    say("size asked", LIBC.getxattr(path.encode(), b"user.large", None, 0))
    for where in (directory, "attributes-p", "attributes-l"):
        for who in (ROOT, OWNER):
            call("user on %s by %d" % (where, who[0]),
                 lambda: os.setxattr(where, "user.x", b"v", follow_symlinks=False), who)
            call("trusted on %s by %d" % (where, who[0]),
                 lambda: os.setxattr(where, "trusted.x", b"v", follow_symlinks=False), who)
        call("get of %s" % where, lambda: os.getxattr(where, "user.x", follow_symlinks=False))
        call("list of %s" % where, lambda: sorted(os.listxattr(where, follow_symlinks=False)))
    many = make("many")
    for i in range(300):
        os.setxattr(many, "user." + "%0250d" % i, b"")
    call("a list longer than 64 KiB", lambda: os.listxattr(many))


def command(what, line, user=ROOT):
    def run():
        done = subprocess.run(line, shell=True, capture_output=True, text=True)
        return (done.returncode, done.stdout.split("\n"), done.stderr.strip().split(": ")[-1])
    call(what, run, user)


def show(path):
    command("acl of " + path, "getfacl -cpn " + path)
    say("mode of " + path, mode(path))


def reads(path):
    return len(open(path, "rb").read())


def acls():
    path = make("acl", 0o640)
    command("named user", "setfacl -m u:1001:rw acl")
    show(path)
    for who in (OWNER, OTHER, MEMBER):
        call("read by %d" % who[0], lambda: reads(path), who)
        call("write by %d" % who[0], lambda: append(path), who)
    os.chmod(path, 0o604)
    show(path)
    call("read under a closed mask", lambda: reads(path), OTHER)
    os.chmod(path, 0o2770)
    command("named group", "setfacl -m g:50:x,u:1001:- acl")
    show(path)
    call("read by one who is shut out", lambda: reads(path), OTHER)
    call("execute by a member", lambda: os.access(path, os.X_OK, effective_ids=True), MEMBER)
    call("read by a member of two groups", lambda: reads(path), MEMBER)
    command("by a stranger", "setfacl -m u:1002:rw acl", OTHER)
    command("remove one", "setfacl -x u:1001 acl")
    show(path)
    command("remove all", "setfacl -b acl")
    show(path)
    say("nothing is left", os.listxattr(path))
    command("default of a file", "setfacl -d -m u:1001:rw acl")
    call("unsound", lambda: os.setxattr(path, "system.posix_acl_access", b"\2\0\0\0\1\0\7\0"))
    call("without a mask", lambda: os.setxattr(path, "system.posix_acl_access", struct.pack(
        "<IHHIHHIHHIHHI", 2, 1, 6, 0xFFFFFFFF, 2, 6, 5, 4, 4, 0xFFFFFFFF, 32, 4, 0xFFFFFFFF)))
    call("of a link", lambda: os.symlink("acl", "acl-l") or os.setxattr(
        "acl-l", "system.posix_acl_access", b"\2\0\0\0", follow_symlinks=False))
    call("remove what is not there", lambda: os.removexattr(path, "system.posix_acl_access"))
    directory = mkdir("acl-d", 0o777)
    command("default", "setfacl -d -m u::rwx,u:1001:rwx,g::r-x,m::rwx,o::--- acl-d")
    show(directory)
    os.umask(0o077)
    for kind, how in (("f", lambda p: os.close(os.open(p, os.O_CREAT | os.O_WRONLY, 0o666))),
                      ("d", lambda p: os.mkdir(p, 0o777)), ("p", lambda p: os.mkfifo(p, 0o640)),
                      ("l", lambda p: os.symlink("x", p))):
        call("made under a default: " + kind, lambda: made(directory + "/" + kind, how), OWNER)
        if kind != "l":
            show(directory + "/" + kind)
    fd = os.open(directory, os.O_TMPFILE | os.O_RDWR, 0o660)
    link(fd, directory + "/t")
    show(directory + "/t")
    os.umask(0)
    command("remove the default", "setfacl -k acl-d")
    show(directory)
    command("recursive", "setfacl -R -m g:50:r acl-d")
    command("copied", "cp -a acl-d acl-copy")
    for kind in "fdpt":
        show("acl-d/" + kind)
        show("acl-copy/" + kind)
    path = make("acl-search", 0o600)
    hidden = mkdir("acl-hidden", 0o700)
    make(hidden + "/inner", 0o644)
    call("search without", lambda: reads(hidden + "/inner"), OTHER)
    command("search", "setfacl -m u:1001:x acl-hidden")
    call("search with", lambda: reads(hidden + "/inner"), OTHER)
    call("list with", lambda: os.listdir(hidden), OTHER)
    command("no search", "setfacl -x u:1001 acl-hidden")
    call("search without again", lambda: reads(hidden + "/inner"), OTHER)


def capabilities():
    path = make("capable", 0o755)
    value = struct.pack("<IIIII", 0x02000001, 1 << 13, 0, 0, 0)
    for change in (append, overwrite, truncated, lambda p: os.chown(p, 1000, 1000)):
        call("capability", lambda: os.setxattr(path, "security.capability", value))
        call("kept", lambda: len(os.getxattr(path, "security.capability")))
        change(path)
        call("lost", lambda: len(os.getxattr(path, "security.capability")))
    call("by the owner", lambda: os.setxattr(path, "security.capability", value), OWNER)


def main():
    os.umask(0)
    os.chdir(sys.argv[1])
    os.mkdir("rules")
    os.chdir("rules")
    os.chmod(".", 0o777)
    for part in (times, owners, set_ids, directories, nodes, names, renames, nameless, locks, inotify, attributes, acls,
                 capabilities):
        print("== " + part.__name__, flush=True)
        part()


main()
