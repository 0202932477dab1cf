"""Runs the steps of the model tests on a real directory, as several users. Needs uid 0.

Input: lines of tab-separated fields (kind, path, other, number, length, user); an empty line ends a run.
Output: one line per step, in the words of ModelRunner; an empty line ends a run.
"""
import ctypes
import errno
import os
import shutil
import stat
import struct
import sys
import tempfile

USERS = [(0, 0, []), (1000, 1000, [50]), (1001, 1001, [])]
LIBC = ctypes.CDLL(None, use_errno=True)
NAMES = {
    errno.ENOENT: "NOT_FOUND", errno.EEXIST: "NAME_EXISTS", errno.ENOTDIR: "NOT_A_DIRECTORY",
    errno.EISDIR: "IS_A_DIRECTORY", errno.ENOTEMPTY: "DIRECTORY_NOT_EMPTY", errno.EACCES: "ACCESS_DENIED",
    errno.EPERM: "NOT_PERMITTED", errno.EINVAL: "INVALID_ARGUMENT", errno.ELOOP: "SYMLINK_LOOP",
    errno.ENODATA: "NO_ATTRIBUTE", errno.ENXIO: "NO_SUCH_OFFSET", errno.EOPNOTSUPP: "NOT_SUPPORTED",
}
COPIED = set()
TYPES = {
    stat.S_IFREG: "REGULAR", stat.S_IFDIR: "DIRECTORY", stat.S_IFLNK: "SYMLINK", stat.S_IFIFO: "FIFO",
    stat.S_IFCHR: "CHARACTER_DEVICE",
}


def become(user):
    os.seteuid(0)
    os.setegid(0)
    uid, gid, groups = USERS[user]
    os.setgroups(groups)
    os.setegid(gid)
    os.seteuid(uid)


def payload(path, number, length):
    code = 0
    for unit in path:
        code = (31 * code + ord(unit)) & 0xFFFFFFFF
    seed = (31 * number + length + code) & 0xFFFFFFFF
    out = bytearray()
    for i in range(length):
        value = (seed + i * 7) & 0xFFFFFFFF
        out.append(1 + (value - (1 << 32) if value >> 31 else value) % 251)
    return bytes(out)


def text(data):
    code = 1
    for byte in data:
        code = (31 * code + (byte - 256 if byte > 127 else byte)) & 0xFFFFFFFF
    return "%d bytes %x" % (len(data), code)


def describe(path):
    st = os.lstat(path)
    kind = TYPES[stat.S_IFMT(st.st_mode)]
    line = "%s 0%o %d:%d" % (kind, st.st_mode & 0o7777, st.st_uid, st.st_gid)
    if kind == "DIRECTORY":
        return line
    line += " links %d" % st.st_nlink
    return line + " size %d" % st.st_size if kind == "REGULAR" else line


def opened(path, flags, mode=0):
    return os.open(path, flags | os.O_NOFOLLOW, mode)


def is_special(path, wanted):
    """Pipes and devices are not opened here, only asked for the permission."""
    mode = os.lstat(path).st_mode
    special = stat.S_ISFIFO(mode) or stat.S_ISCHR(mode)
    if special and not os.access(path, wanted, effective_ids=True):
        raise OSError(errno.EACCES, "")
    return special


def with_file(path, flags, action):
    if is_special(path, os.R_OK if flags == os.O_RDONLY else os.W_OK):
        raise OSError(errno.EINVAL, "")
    fd = opened(path, flags)
    try:
        return action(fd)
    finally:
        os.close(fd)


def create(path, mode):
    if not os.path.lexists(path) or not is_special(path, os.R_OK | os.W_OK):
        os.close(opened(path, os.O_RDWR | os.O_CREAT, mode))


def open_to_truncate(path):
    if not is_special(path, os.W_OK):
        os.close(opened(path, os.O_WRONLY | os.O_TRUNC))


def listing(path):
    os.lstat(path)
    become(0)
    fd = opened(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        names = sorted(os.listdir(fd))
        types = [TYPES[stat.S_IFMT(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode)] for name in names]
        return "".join("%s %s, " % pair for pair in zip(names, types))
    finally:
        os.close(fd)


def refuse_symlinks_on_the_way(root, path):
    """Operations work on inodes: the kernel has followed symlinks before it asks for one, so there are none."""
    at = root
    for part in path.split("/")[1:-1]:
        at += "/" + part
        if os.path.islink(at):
            raise OSError(errno.ENOTDIR, "")


def rename(source, target, number):
    flags = {0: 1, 1: 2}.get(number, 0)
    if LIBC.renameat2(-100, source.encode(), -100, target.encode(), flags) != 0:
        raise OSError(ctypes.get_errno(), "")


def acl(number, names):
    """The value of a POSIX ACL attribute; None for a removal."""
    if names == 4:
        return None
    nobody = 0xFFFFFFFF
    named = number >> 12 & 7
    entries = [(1, number & 7, nobody)]
    if names & 1:
        entries.append((2, named, 1000))
    entries.append((4, number >> 3 & 7, nobody))
    if names & 2:
        entries.append((8, named, 50))
    if names:
        entries.append((16, number >> 9 & 7, nobody))
    entries.append((32, number >> 6 & 7, nobody))
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)


def attributes(kind, at, path, name, number, length):
    if kind == "SETXATTR":
        os.setxattr(at, name, payload(path, number, length), number, follow_symlinks=False)
    elif kind == "REMOVEXATTR" or kind == "SETACL" and length == 4:
        os.removexattr(at, name, follow_symlinks=False)
    elif kind == "SETACL":
        os.setxattr(at, name, acl(number, length), 0, follow_symlinks=False)
    elif kind == "LISTXATTR":
        return " ".join(sorted(os.listxattr(at, follow_symlinks=False)))
    else:
        return text(os.getxattr(at, name, follow_symlinks=False))
    return "ok"


def tmpfile(at, mode):
    fd = os.open(os.path.dirname(at), os.O_TMPFILE | os.O_RDWR, mode)
    try:
        os.link("/proc/self/fd/%d" % fd, at, src_dir_fd=0, follow_symlinks=True)
    finally:
        os.close(fd)


def has_set_ids(at):
    # What cannot be looked at is refused by the call itself.
    try:
        return os.lstat(at).st_mode & 0o6000
    except OSError:
        return False


def may_open(at, wanted):
    try:
        return stat.S_ISREG(os.lstat(at).st_mode) and os.access(at, wanted, effective_ids=True)
    except OSError:
        return False


def allocate(kind, at, number, length):
    mode = {"PUNCH": 3, "ALLOCATE": 0}[kind]

    def action(fd):
        off_t = ctypes.c_longlong
        end = number + length
        if kind == "PUNCH" and end >= os.fstat(fd).st_size:
            # As ext4 does; tmpfs keeps a last page that the hole covers up to the end of the file.
            end = -(-end // 4096) * 4096
        if LIBC.fallocate(fd, mode, off_t(number), off_t(end - number)) != 0:
            raise OSError(ctypes.get_errno(), "")
    with_file(at, os.O_WRONLY, action)


def seek(at, number, hole):
    st = os.lstat(at)
    if st.st_ino in COPIED or not stat.S_ISREG(st.st_mode):
        # Holes are written where a copy moves bytes. What is no file is not asked.
        return "no call"
    whence = os.SEEK_HOLE if hole else os.SEEK_DATA
    return with_file(at, os.O_RDONLY, lambda fd: "at %d" % os.lseek(fd, number, whence))


def copy(at, there, number, length):
    start = [0, number, 131072][length % 3]

    def into(source, target):
        done = 0
        while done < length:
            count = os.copy_file_range(source, target, length - done, number + done, start + done)
            if count == 0:
                break
            done += count
        return "copied %d" % done
    if is_special(at, os.R_OK):
        is_special(there, os.W_OK) or os.close(opened(there, os.O_WRONLY))
        raise OSError(errno.EINVAL, "")
    return with_file(at, os.O_RDONLY, lambda source: with_file(there, os.O_WRONLY, lambda fd: into(source, fd)))


def is_hardened(kind, at):
    """What Linux refuses on top of POSIX: fs.protected_hardlinks, protected_regular, protected_fifos."""
    if os.geteuid() == 0 or not os.path.lexists(at):
        return False
    foreign = os.lstat(at).st_uid != os.geteuid()
    sticky = os.stat(os.path.dirname(at)).st_mode & stat.S_ISVTX
    return foreign and (kind == "LINK" or (kind == "CREATE" and sticky))


def run(root, kind, path, other, number, length):
    at = root + path if path != "/" else root
    there = root + other if other.startswith("/") else other
    if kind == "COPY" and (at == there or not may_open(at, os.R_OK) or not may_open(there, os.W_OK)):
        # Of two opens the caller says which comes first; a file that is copied to its own end grows meanwhile.
        return "no call"
    refuse_symlinks_on_the_way(root, path)
    if other.startswith("/"):
        before = at if kind == "LINK" else os.path.dirname(at)
        if not stat.S_ISDIR(os.lstat(before).st_mode) and kind == "RENAME":
            raise OSError(errno.ENOTDIR, "")
        refuse_symlinks_on_the_way(root, other)
        # Both directories are found before anything is asked of either.
        if not stat.S_ISDIR(os.lstat(os.path.dirname(there)).st_mode):
            raise OSError(errno.ENOTDIR, "")
    if kind in ("TRUNCATE", "CHMOD", "ACCESS") and os.path.islink(at) or is_hardened(kind, at):
        return "no call"
    if kind == "ZERO" or kind in ("PUNCH", "ALLOCATE", "COPY") and has_set_ids(there if kind == "COPY" else at):
        # tmpfs has no ranges of zeros, and leaves set-id bits alone.
        return "no call"
    if kind in ("CREATE", "MKDIR", "TMPFILE"):
        os.umask(length)
    if kind == "CREATE":
        create(at, number)
    elif kind == "TMPFILE":
        tmpfile(at, number)
    elif kind in ("SETXATTR", "GETXATTR", "LISTXATTR", "REMOVEXATTR", "SETACL", "GETACL"):
        return attributes(kind, at, path, other, number, length)
    elif kind == "MKNOD":
        os.mknod(at, number | (stat.S_IFIFO if length == 0 else stat.S_IFCHR), os.makedev(1, 3))
    elif kind == "MKDIR":
        os.mkdir(at, number & 0o777)
        if number & 0o7000 & ~0o2000 or number & 0o2000:
            os.chmod(at, (os.lstat(at).st_mode | number & 0o7000) & 0o7777)
    elif kind == "SYMLINK":
        os.symlink(other, at)
    elif kind == "LINK":
        os.link(at, there, follow_symlinks=False)
    elif kind == "UNLINK":
        os.unlink(at)
    elif kind == "RMDIR":
        os.rmdir(at)
    elif kind == "RENAME":
        rename(at, there, number)
    elif kind == "WRITE":
        with_file(at, os.O_WRONLY, lambda fd: os.pwrite(fd, payload(path, number, length), number))
    elif kind == "APPEND":
        with_file(at, os.O_WRONLY | os.O_APPEND, lambda fd: os.write(fd, payload(path, number, length)))
    elif kind == "READ":
        return text(with_file(at, os.O_RDONLY, lambda fd: os.pread(fd, length, number)))
    elif kind == "TRUNCATE":
        os.truncate(at, number)
    elif kind == "OPEN_TRUNCATE":
        open_to_truncate(at)
    elif kind in ("PUNCH", "ALLOCATE"):
        allocate(kind, at, number, length)
    elif kind == "SEEK":
        return seek(at, number, length)
    elif kind == "COPY":
        COPIED.add(os.lstat(there).st_ino)
        return copy(at, there, number, length)
    elif kind == "STAT":
        return describe(at)
    elif kind == "LIST":
        return listing(at)
    elif kind == "CHMOD":
        os.chmod(at, number)
    elif kind == "CHOWN":
        os.chown(at, number, length, follow_symlinks=False)
    elif kind == "READLINK":
        return os.readlink(at)
    elif kind == "ACCESS":
        if not os.access(at, number, effective_ids=True):
            os.lstat(at)
            return "ACCESS_DENIED"
    else:
        return "no call"
    return "ok"


def main():
    os.umask(0)
    base = tempfile.mkdtemp(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)
    os.chmod(base, 0o755)
    root = base + "/root"
    os.mkdir(root, 0o777)
    try:
        for line in sys.stdin:
            line = line.rstrip("\n")
            if not line:
                become(0)
                shutil.rmtree(root)
                os.mkdir(root, 0o777)
                print(flush=True)
                continue
            kind, path, other, number, length, user = line.split("\t")
            become(int(user))
            try:
                result = run(root, kind, path, other, int(number), int(length))
            except OSError as e:
                result = NAMES.get(e.errno, errno.errorcode.get(e.errno, str(e.errno)))
            os.umask(0)
            become(0)
            print(result)
    finally:
        become(0)
        shutil.rmtree(base, ignore_errors=True)


main()
