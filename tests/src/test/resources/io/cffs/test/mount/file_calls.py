"""Calls that programs make of files now and then, one line of outcome each. usage: file_calls.py DIRECTORY"""
import ctypes
import errno
import fcntl
import mmap
import os
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

libc = ctypes.CDLL(None, use_errno=True)
AT_FDCWD = -100
CALLS = []


def call(name):
    def put(function):
        CALLS.append((name, function))
        return function
    return put


def system(name, *arguments):
    if getattr(libc, name)(*arguments) < 0:
        raise OSError(ctypes.get_errno(), name)


def opened(name, flags=os.O_RDWR | os.O_CREAT, content=b""):
    fd = os.open(name, flags, 0o644)
    if content:
        os.pwrite(fd, content, 0)
    return fd


def write(name, content):
    with open(name, "wb") as out:
        out.write(content)


def read(name):
    with open(name, "rb") as source:
        return source.read()


def refusal(function):
    try:
        function()
        return "done"
    except OSError as e:
        return errno.errorcode.get(e.errno, e.errno)


def rename(flags, target=True):
    def run():
        write("a", b"A")
        if target:
            write("b", b"B")
        system("renameat2", AT_FDCWD, b"a", AT_FDCWD, b"b", flags)
        return sorted((name, read(name)) for name in os.listdir(".") if os.path.isfile(name))
    return run


call("renameat2 NOREPLACE, free")(rename(1, False))
call("renameat2 NOREPLACE, taken")(rename(1))
call("renameat2 EXCHANGE")(rename(2))


@call("renameat2 WHITEOUT")
def _():
    write("a", b"A")
    system("renameat2", AT_FDCWD, b"a", AT_FDCWD, b"b", 4)
    return os.stat("a").st_rdev, read("b")


@call("a name that is not UTF-8")
def _():
    write(b"\xff\xfe", b"x")
    return os.listdir(b"."), read(b"\xff\xfe")


@call("a symlink's target that is not UTF-8")
def _():
    os.symlink(b"\xff", "link")
    return os.readlink(b"link")


@call("a name beyond ASCII")
def _():
    write("ä€😀", b"x")
    return os.listdir(".")


def times(atime_nanos, mtime_nanos):
    def run():
        write("f", b"")
        os.utime("f", ns=(10**18 + 5, 10**18 + 7))
        pair = (ctypes.c_long * 4)(1, atime_nanos, 1, mtime_nanos)
        system("utimensat", AT_FDCWD, b"f", pair, 0)
        seen = os.stat("f")
        now = time.time_ns()
        return ["now" if abs(t - now) < 60 * 10**9 else t for t in (seen.st_atime_ns, seen.st_mtime_ns)]
    return run


NOW, OMIT = (1 << 30) - 1, (1 << 30) - 2
call("utimensat NOW, OMIT")(times(NOW, OMIT))
call("utimensat OMIT, NOW")(times(OMIT, NOW))
call("utimensat NOW, NOW")(times(NOW, NOW))
call("utimensat to the nanosecond")(times(3, 4))


@call("O_TMPFILE, linked")
def _():
    fd = os.open(".", os.O_TMPFILE | os.O_RDWR, 0o600)
    os.write(fd, b"x")
    os.link("/proc/self/fd/%d" % fd, "named", src_dir_fd=fd)
    return read("named")


@call("an unlinked file that is open")
def _():
    fd = opened("f", content=b"abc")
    os.unlink("f")
    os.ftruncate(fd, 2)
    os.fchmod(fd, 0o600)
    os.utime(fd, ns=(5, 6))
    seen = os.fstat(fd)
    return os.pread(fd, 9, 0), seen.st_size, oct(seen.st_mode), seen.st_mtime_ns, seen.st_nlink, os.listdir(".")


@call("a replaced file that is open")
def _():
    fd = opened("f", content=b"old")
    write("n", b"new")
    os.rename("n", "f")
    return os.pread(fd, 9, 0), read("f"), os.fstat(fd).st_nlink


@call("copy_file_range")
def _():
    write("a", bytes(range(256)) * 1200)
    source, target, total = opened("a"), opened("b"), 0
    while count := os.copy_file_range(source, target, 1 << 20):
        total += count
    return total, read("a") == read("b")


def allocate(mode, offset, length):
    def run():
        fd = opened("f", content=b"y" * 20000)
        system("fallocate", fd, mode, ctypes.c_long(offset), ctypes.c_long(length))
        return os.fstat(fd).st_size, os.pread(fd, 2, 4095), os.pread(fd, 2, 8191)
    return run


call("fallocate")(allocate(0, 4096, 40960))
call("fallocate KEEP_SIZE")(allocate(1, 4096, 40960))
call("fallocate PUNCH_HOLE")(allocate(3, 4096, 4096))
call("fallocate ZERO_RANGE")(allocate(16, 4096, 40960))
call("fallocate ZERO_RANGE KEEP_SIZE")(allocate(17, 4096, 40960))
call("fallocate COLLAPSE_RANGE")(allocate(8, 4096, 4096))
call("fallocate INSERT_RANGE")(allocate(32, 4096, 4096))


@call("lseek SEEK_END, SEEK_HOLE beyond")
def _():
    fd = opened("f", content=b"x" * 10)
    return os.lseek(fd, 0, os.SEEK_END), refusal(lambda: os.lseek(fd, 11, os.SEEK_HOLE)), os.lseek(fd, 0, os.SEEK_DATA)


@call("extended attributes")
def _():
    write("f", b"")
    os.setxattr("f", "user.a", b"v" * 1000)
    os.setxattr("f", "user.e", b"")
    again = refusal(lambda: os.setxattr("f", "user.e", b"1", os.XATTR_CREATE))
    none = refusal(lambda: os.setxattr("f", "user.n", b"1", os.XATTR_REPLACE))
    os.removexattr("f", "user.a")
    return os.listxattr("f"), os.getxattr("f", "user.e"), again, none, refusal(lambda: os.getxattr("f", "user.a"))


@call("attributes of an unlinked file")
def _():
    fd = opened("f")
    os.unlink("f")
    os.setxattr(fd, "trusted.a", b"1")
    return os.getxattr(fd, "trusted.a")


def acl(name):
    text = subprocess.run(["getfacl", "-cn", name], capture_output=True, text=True, check=True).stdout
    return text.split("\n\n")[0].split("\n")


@call("an ACL")
def _():
    write("f", b"")
    subprocess.run(["setfacl", "-m", "u:7:rw", "f"], check=True)
    return acl("f")


@call("a default ACL")
def _():
    subprocess.run(["setfacl", "-d", "-m", "u:7:rwx", "."], check=True)
    os.umask(0o077)
    os.close(os.open("f", os.O_CREAT | os.O_WRONLY, 0o666))
    os.umask(0o022)
    return acl("f")


OTHER = """
import fcntl, os, sys, struct
f = os.open("f", os.O_RDWR)
try:
    {}
    print("got")
except OSError as e:
    print(os.strerror(e.errno))
"""


def other(step):
    return subprocess.run([sys.executable, "-c", OTHER.format(step)], capture_output=True, text=True).stdout.strip()


@call("fcntl locks")
def _():
    fd = opened("f")
    fcntl.lockf(fd, fcntl.LOCK_EX, 10)
    return other("fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB)"), other(
        "fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB, 5, 10)")


@call("flock")
def _():
    fd = opened("f")
    fcntl.flock(fd, fcntl.LOCK_SH)
    return other("fcntl.flock(f, fcntl.LOCK_SH | fcntl.LOCK_NB)"), other("fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)")


@call("locks of an open file description")
def _():
    fd = opened("f")
    lock = struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0)
    fcntl.fcntl(fd, 37, lock)
    return refusal(lambda: fcntl.fcntl(opened("f"), 37, lock)), other("fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB)")


@call("a lease, and who breaks it")
def _():
    write("f", b"")
    fd = os.open("f", os.O_RDONLY)
    broken = []
    signal.signal(signal.SIGIO, lambda *of: (broken.append("broken"), fcntl.fcntl(fd, 1024, fcntl.F_UNLCK)))
    fcntl.fcntl(fd, 1024, fcntl.F_RDLCK)
    held = fcntl.fcntl(fd, 1025)
    subprocess.run(["sh", "-c", ": >> f"], check=True)
    return held == fcntl.F_RDLCK, broken


@call("inotify")
def _():
    watch = libc.inotify_init1(0)
    libc.inotify_add_watch(watch, b".", 0x100 | 0x200 | 0x2)
    write("f", b"x")
    os.unlink("f")
    data, events = os.read(watch, 4096), []
    while data:
        _, mask, _, length = struct.unpack("iIII", data[:16])
        events.append((mask, data[16:16 + length].rstrip(b"\0")))
        data = data[16 + length:]
    return events


def mapped(flags, access, kind):
    def run():
        write("f", b"z" * 8192)
        memory = mmap.mmap(os.open("f", access), 8192, kind, flags)
        if flags & mmap.PROT_WRITE:
            memory[5000] = 65
            if kind == mmap.MAP_SHARED:
                memory.flush()
        return memory[4999:5001], read("f")[5000:5001]
    return run


BOTH = mmap.PROT_READ | mmap.PROT_WRITE
call("mmap, shared")(mapped(BOTH, os.O_RDWR, mmap.MAP_SHARED))
call("mmap, shared, to read")(mapped(mmap.PROT_READ, os.O_RDONLY, mmap.MAP_SHARED))
call("mmap, private")(mapped(BOTH, os.O_RDONLY, mmap.MAP_PRIVATE))


@call("a mapping that two processes share")
def _():
    fd = opened("f", content=b"\0" * 4096)
    memory = mmap.mmap(fd, 4096)
    if (child := os.fork()) == 0:
        memory[0] = 9
        os._exit(0)
    os.waitpid(child, 0)
    return memory[0]


@call("exec")
def _():
    shutil.copy("/bin/true", "program")
    os.chmod("program", 0o755)
    return subprocess.run(["./program"]).returncode


def control(request, size):
    return lambda: fcntl.ioctl(opened("f", content=b"x"), request, b"\0" * size)


call("ioctl TCGETS")(control(0x5401, 60))
call("ioctl FIONREAD")(control(0x541B, 4))
call("ioctl FS_IOC_GETFLAGS")(control(0x80086601, 8))
call("ioctl FS_IOC_FSGETXATTR")(control(0x801C581F, 28))
call("ioctl nobody knows")(control(0xC0185899, 24))


@call("ioctl FIBMAP")
def _():
    return fcntl.ioctl(opened("f", content=b"x"), 1, b"\0" * 4)


@call("ioctl FICLONE")
def _():
    write("a", b"x")
    return fcntl.ioctl(opened("b"), 0x40049409, opened("a"))


@call("appending through two descriptors")
def _():
    one, two = (os.open("f", os.O_WRONLY | os.O_CREAT | os.O_APPEND) for _ in range(2))
    for fd, text in ((one, b"1"), (two, b"2"), (one, b"3")):
        os.write(fd, text)
    return read("f")


@call("O_DIRECT, O_SYNC")
def _():
    page = mmap.mmap(-1, 4096)
    fd = os.open("f", os.O_RDWR | os.O_CREAT | os.O_DIRECT | os.O_SYNC)
    return os.write(fd, page), os.preadv(fd, [page], 0), os.fdatasync(fd)


@call("syncfs, sync_file_range")
def _():
    fd = opened("f", content=b"x")
    system("syncfs", fd)
    system("sync_file_range", fd, ctypes.c_long(0), ctypes.c_long(0), 7)


@call("poll and select")
def _():
    fd = opened("f")
    poll = select.poll()
    poll.register(fd)
    return poll.poll(0)[0][1], [len(ready) for ready in select.select([fd], [fd], [], 0)], refusal(
        lambda: select.epoll().register(fd))


@call("statx: time of birth")
def _():
    write("f", b"")
    return abs(int(subprocess.run(["stat", "-c", "%W", "f"], capture_output=True).stdout) - time.time()) < 60


@call("an offset beyond 4 GiB")
def _():
    fd = opened("f")
    os.pwrite(fd, b"x", 5 << 30)
    return os.fstat(fd).st_size, os.pread(fd, 2, (5 << 30) - 1)


@call("beyond what a file may be")
def _():
    fd = opened("f")
    return refusal(lambda: os.pwrite(fd, b"xx", (1 << 63) - 2)), refusal(lambda: os.lseek(fd, -1, os.SEEK_SET))


@call("RLIMIT_FSIZE")
def _():
    if (child := os.fork()) == 0:
        caught = []
        signal.signal(signal.SIGXFSZ, lambda *of: caught.append(1))
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        fd = opened("f")
        seen = (os.write(fd, b"x" * 2000), refusal(lambda: os.write(fd, b"x")), refusal(
            lambda: os.ftruncate(fd, 1001)), len(caught))
        os._exit(0 if seen == (1000, "EFBIG", "EFBIG", 2) else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), os.stat("f").st_size


@call("names and paths that are too long")
def _():
    write("n" * 255, b"")
    os.symlink("s" * 4095, "link")
    return (refusal(lambda: write("n" * 256, b"")), len(os.readlink("link")), refusal(
        lambda: os.symlink("s" * 4096, "more")), os.stat("./" * 2046 + "f" if os.path.exists("f") else "./" * 2046
                                                         + ".").st_size >= 0,
        refusal(lambda: os.stat("./" * 2048)))


@call("symlinks in a circle, and 41 in a row")
def _():
    os.symlink("b", "a")
    os.symlink("a", "b")
    write("s0", b"end")
    for number in range(1, 42):
        os.symlink("s%d" % (number - 1), "s%d" % number)
    return refusal(lambda: os.stat("a")), read("s40"), refusal(lambda: read("s41"))


@call("a fifo, a socket")
def _():
    os.mkfifo("p")
    socket.socket(socket.AF_UNIX).bind("s")
    fd = os.open("p", os.O_RDWR)
    os.write(fd, b"through")
    return oct(os.stat("p").st_mode), oct(os.stat("s").st_mode), os.read(fd, 9), refusal(lambda: read("s"))


@call("a device")
def _():
    os.mknod("d", 0o20600, os.makedev(1, 3))
    return os.stat("d").st_rdev == os.makedev(1, 3), refusal(lambda: read("d"))


@call("set-id bits and chown")
def _():
    write("f", b"")
    os.chmod("f", 0o6755)
    os.chown("f", 5, 6)
    return oct(os.stat("f").st_mode)


@call("a directory into itself, over one that is full")
def _():
    os.makedirs("a/b")
    os.makedirs("c/d")
    return refusal(lambda: os.rename("a", "a/b/c")), refusal(lambda: os.rename("a", "c")), refusal(
        lambda: os.rmdir("a"))


def run(number, function, root):
    directory = os.path.join(root, "calls%d" % number)
    os.mkdir(directory)
    os.chdir(directory)
    signal.alarm(60)
    try:
        return repr(function())
    except OSError as e:
        return errno.errorcode.get(e.errno, str(e.errno))
    finally:
        signal.alarm(0)
        os.chdir(root)


if __name__ == "__main__":
    os.umask(0o022)
    base = os.path.abspath(sys.argv[1])
    for index, (title, function) in enumerate(CALLS):
        print(title + ": " + run(index, function, base), flush=True)
