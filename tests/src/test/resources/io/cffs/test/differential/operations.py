"""What differ.py does in both directories: each operation a function of a path and plain data, whose answer is compared."""
import ctypes
import fcntl
import mmap
import os
import resource
import socket
import stat
import struct
import time

LIBC = ctypes.CDLL(None, use_errno=True)
ALLOCATE, KEEP_SIZE, PUNCH_HOLE, COLLAPSE_RANGE, ZERO_RANGE, INSERT_RANGE = 0, 1, 2, 8, 16, 32
UTIME_NOW, UTIME_OMIT = (1 << 30) - 1, (1 << 30) - 2


def renameat2(old, new, flags):
    if LIBC.renameat2(-100, os.fsencode(old), -100, os.fsencode(new), flags) != 0:
        raise OSError(ctypes.get_errno(), "renameat2")


def with_file(path, flags, action):
    fd = os.open(path, flags | os.O_NONBLOCK)  # nobody is at the other end of a fifo
    try:
        return action(fd)
    finally:
        os.close(fd)


def facts(path):
    s = os.lstat(path)
    size = None if stat.S_ISDIR(s.st_mode) else s.st_size
    return [s.st_mode, s.st_nlink, s.st_uid, s.st_gid, size, s.st_rdev]


def text_at(fd, at, length):
    return os.pread(fd, length, at).decode("latin-1")


def unlinked_while_open(path, text):
    def action(fd):
        os.unlink(path)
        os.pwrite(fd, text.encode(), 2)
        return [text_at(fd, 0, 100), os.fstat(fd).st_nlink]
    return with_file(path, os.O_RDWR, action)


def fallocate_fd(fd, mode, at, length):
    if LIBC.fallocate(fd, mode, ctypes.c_long(at), ctypes.c_long(length)) != 0:
        raise OSError(ctypes.get_errno(), "fallocate")
    return os.fstat(fd).st_size


def fallocate(path, mode, at, length):
    return with_file(path, os.O_RDWR, lambda fd: fallocate_fd(fd, mode, at, length))


def limited_to(size, action):
    """Does something while no file may become longer than this."""
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        return action()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def supports(mode):
    """Whether a directory's file system knows this mode of fallocate."""
    def probe(root):
        path = os.path.join(root, ".probe")
        with open(path, "wb") as file:
            file.write(bytes(8192))
        try:
            fallocate(path, mode, 0, 4096)
            return True
        except OSError:
            return False
        finally:
            os.unlink(path)
    return probe


def has_attributes(root):
    try:
        os.listxattr(root)
        return True
    except OSError:
        return False


def has_nameless(root):
    try:
        os.close(os.open(root, os.O_TMPFILE | os.O_RDWR))
        return True
    except OSError:
        return False


def has_whiteout(root):
    path = os.path.join(root, ".probe")
    os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    try:
        renameat2(path, path + "2", 4)
        os.unlink(path + "2")
        return True
    except OSError:
        return False
    finally:
        os.unlink(path)


def data_is_found(path):
    """Walks over what SEEK_DATA and SEEK_HOLE say: every byte that is not zero lies in data, and the end is a hole."""
    def action(fd):
        if stat.S_ISDIR(os.fstat(fd).st_mode):
            return "a directory"
        end = os.fstat(fd).st_size
        at, holes = 0, []
        while at < end:
            try:
                data = os.lseek(fd, at, os.SEEK_DATA)
            except OSError:
                data = end
            holes.append((at, data))
            at = os.lseek(fd, data, os.SEEK_HOLE) if data < end else end
        return all(not os.pread(fd, to - begin, begin).strip(b"\0") for begin, to in holes)
    return with_file(path, os.O_RDONLY, action)


def copy_range(path, other, at, to, length):
    def action(source):
        return with_file(other, os.O_RDWR, lambda target: os.copy_file_range(source, target, length, at, to))
    return with_file(path, os.O_RDONLY, action)


def link_in(fd, path):
    """A name for what is open. os.link would link the symlink in /proc."""
    if LIBC.linkat(-100, b"/proc/self/fd/%d" % fd, -100, os.fsencode(path), 0x400) != 0:
        raise OSError(ctypes.get_errno(), "linkat")


def nameless(path, text):
    """A file made without a name, which then gets one."""
    def action(fd):
        os.write(fd, text.encode())
        answer = [os.fstat(fd).st_nlink, text_at(fd, 0, 20)]
        link_in(fd, path)
        return answer + [os.fstat(fd).st_nlink]
    return with_file(os.path.dirname(path), os.O_TMPFILE | os.O_RDWR, action)


def mapped(path, at, text):
    """Changes bytes through a shared mapping."""
    def action(fd):
        size = os.fstat(fd).st_size
        if size == 0:
            return "empty"
        with mmap.mmap(fd, size) as memory:
            begin = min(at, size - 1)
            fit = text.encode()[:size - begin]
            memory[begin:begin + len(fit)] = fit
            return [memory[0], memory[size - 1]]
    return with_file(path, os.O_RDWR, action)


def with_umask(mask, action):
    before = os.umask(mask)
    try:
        return action()
    finally:
        os.umask(before)


def bind(path):
    """A socket, by a name short enough for one."""
    here = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
    with socket.socket(socket.AF_UNIX) as bound:
        try:
            bound.bind("/proc/self/fd/%d/%s" % (here, os.path.basename(path)))
        finally:
            os.close(here)


MAKING = {
    "file": lambda p, mode: os.close(os.open(p, os.O_CREAT | os.O_EXCL | os.O_RDWR, mode)),
    "directory": os.mkdir,
    "fifo": os.mkfifo,
    "device": lambda p, mode: os.mknod(p, mode | stat.S_IFCHR, os.makedev(1, 3)),
    "disk": lambda p, mode: os.mknod(p, mode | stat.S_IFBLK, os.makedev(240, 70000)),
    "socket": lambda p, mode: bind(p),
}


def straighten(path):
    """Makes a directory for everybody of whatever is there, unless it is a directory."""
    if not os.path.isdir(path) or os.path.islink(path):
        if os.path.lexists(path):
            os.unlink(path)
        os.mkdir(path)
    os.chmod(path, 0o777)


class Timespec(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanos", ctypes.c_long)]


def set_times(path, atime, mtime):
    """Each "now", "omit" or nanoseconds. What is now is told as such."""
    before = os.lstat(path)
    times = (Timespec * 2)(*[
        Timespec(0, UTIME_NOW) if t == "now" else Timespec(0, UTIME_OMIT) if t == "omit" else Timespec(*divmod(t, 10**9))
        for t in (atime, mtime)])
    if LIBC.utimensat(-100, os.fsencode(path), times, 0x100) != 0:
        raise OSError(ctypes.get_errno(), "utimensat")
    after = os.lstat(path)

    def told(asked, value, earlier):
        return [asked, abs(value / 1e9 - time.time()) < 60 if asked == "now" else value if asked != "omit" else value == earlier]
    return [told(atime, after.st_atime_ns, before.st_atime_ns), told(mtime, after.st_mtime_ns, before.st_mtime_ns)]


def utime(path, atime, mtime):
    os.utime(path, ns=(atime, mtime), follow_symlinks=False)
    return os.lstat(path).st_mtime_ns


def locked_by_another(path, kind, at):
    """Whether this process gets a lock that another one holds, and gets it when that has ended."""
    def attempt(fd):
        if kind == "flock":
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        else:
            fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB, 10, at)

    def answer(fd):
        try:
            attempt(fd)
            return "got"
        except OSError as refused:
            return refused.errno

    def action(fd):
        told, tell = os.pipe()
        hold, release = os.pipe()
        child = os.fork()
        if child == 0:
            other = os.open(path, os.O_RDWR)
            attempt(other)
            os.write(tell, b".")
            os.close(release)
            os.read(hold, 1)
            os._exit(0)
        os.close(tell)
        os.read(told, 1)
        first = answer(fd)
        for end in (hold, release):
            os.close(end)
        os.waitpid(child, 0)
        os.close(told)
        return [first, answer(fd)]
    return with_file(path, os.O_RDWR, action)


def acl(path, kind, user, permissions):
    """An ACL as setfacl would write it: owner and mask everything, one named user, others read."""
    entries = [(1, 7, -1), (2, permissions, user), (4, 5, -1), (16, 7, -1), (32, 4, -1)]
    value = struct.pack("<I", 2) + b"".join(struct.pack("<HHi", *entry) for entry in entries)
    os.setxattr(path, "system.posix_acl_" + kind, value)


OPERATIONS = {
    "create": lambda p: with_file(p, os.O_CREAT | os.O_EXCL | os.O_WRONLY, lambda fd: None),
    "write": lambda p, at, text: with_file(p, os.O_WRONLY, lambda fd: os.pwrite(fd, text.encode(), at)),
    "update": lambda p, at, text: with_file(
        p, os.O_RDWR, lambda fd: [text_at(fd, at, 50), os.pwrite(fd, text.encode(), at)]),
    "append": lambda p, text: with_file(p, os.O_WRONLY | os.O_APPEND, lambda fd: os.write(fd, text.encode())),
    "overwrite": lambda p, text: with_file(p, os.O_WRONLY | os.O_TRUNC, lambda fd: os.write(fd, text.encode())),
    "read": lambda p, at, length: with_file(p, os.O_RDONLY, lambda fd: text_at(fd, at, length)),
    "truncate": os.truncate,
    "mkdir": os.mkdir,
    "rmdir": os.rmdir,
    "unlink": os.unlink,
    "rename": os.rename,
    "norepl": lambda p, q: renameat2(p, q, 1),
    "exchange": lambda p, q: renameat2(p, q, 2),
    "link": lambda p, q: os.link(p, q, follow_symlinks=False),
    "symlink": lambda p, text: os.symlink(text, p),
    "chmod": os.chmod,
    "chown": lambda p, uid, gid: os.chown(p, uid, gid, follow_symlinks=False),
    "stat": facts,
    "list": lambda p: sorted(os.listdir(p)),
    "access": lambda p: os.access(p, os.X_OK),
    "orphan": unlinked_while_open,
    "mkfifo": lambda p: os.mkfifo(p, 0o640),
    "utime": utime,
    "mapped": mapped,
    "lock": locked_by_another,
    "reach": lambda p, at, length: fallocate(p, 0, at, length),
    "reserve": lambda p, at, length: fallocate(p, KEEP_SIZE, at, length),
    "punch": lambda p, at, length: fallocate(p, PUNCH_HOLE | KEEP_SIZE, at, length),
    "zero": lambda p, at, length: fallocate(p, ZERO_RANGE, at, length),
    "zerokeep": lambda p, at, length: fallocate(p, ZERO_RANGE | KEEP_SIZE, at, length),
    "holes": data_is_found,
    "copyrange": copy_range,
    "nameless": nameless,
    "setxattr": lambda p, name, value, flags: os.setxattr(p, name, value.encode(), flags, follow_symlinks=False),
    "getxattr": lambda p, name: os.getxattr(p, name, follow_symlinks=False).decode("latin-1"),
    "removexattr": lambda p, name: os.removexattr(p, name, follow_symlinks=False),
    "acl": acl,
    "make": lambda p, kind, mode, mask: with_umask(mask, lambda: MAKING[kind](p, mode)),
    "straighten": straighten,
    "times": set_times,
    "collapse": lambda p, at, length: fallocate(p, COLLAPSE_RANGE, at // 4096 * 4096, 4096),
    "insert": lambda p, at, length: fallocate(p, INSERT_RANGE, at // 4096 * 4096, 4096),
    "whiteout": lambda p, q: renameat2(p, q, 4),
    "limited": lambda p, at, text: with_file(p, os.O_WRONLY, lambda fd: limited_to(
        5000, lambda: os.pwrite(fd, text.encode(), at))),
    "cut": lambda p, at: limited_to(5000, lambda: os.truncate(p, at)),
    "readlink": os.readlink,
    "fstype": lambda p: os.pathconf(p, "PC_NAME_MAX"),
    "removeacl": lambda p, kind: os.removexattr(p, "system.posix_acl_" + kind),
    "chmodlink": lambda p, mode: os.chmod(p, mode, follow_symlinks=True),
    "may": lambda p: [os.access(p, how, effective_ids=True) for how in (os.F_OK, os.R_OK, os.W_OK, os.X_OK)],
}
PATHS = {"rename": 2, "norepl": 2, "exchange": 2, "link": 2, "copyrange": 2, "whiteout": 2}
OPENING = {"collapse", "insert", "limited", "write", "update", "append", "overwrite", "read", "orphan", "mapped", "lock",
           "reach", "reserve", "punch", "zero", "zerokeep", "holes", "copyrange"}
# Left out where a file system does not have it: name -> whether it does.
UNSUPPORTED = {
    "punch": supports(PUNCH_HOLE | KEEP_SIZE), "zero": supports(ZERO_RANGE), "zerokeep": supports(ZERO_RANGE | KEEP_SIZE),
    "collapse": supports(COLLAPSE_RANGE), "insert": supports(INSERT_RANGE), "whiteout": has_whiteout,
    "removeacl": has_attributes, "fxattr": has_attributes, "fxattrs": has_attributes,
    "fpunch": supports(PUNCH_HOLE | KEEP_SIZE), "fzero": supports(ZERO_RANGE),
    "nameless": has_nameless, "acl": has_attributes,
    "setxattr": has_attributes, "getxattr": has_attributes, "removexattr": has_attributes,
}


