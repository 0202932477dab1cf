"""Operations on descriptors that stay open from step to step, whatever happens to the names; for differ.py."""
import array
import fcntl
import mmap
import os
import stat

from operations import ALLOCATE, PUNCH_HOLE, KEEP_SIZE, ZERO_RANGE, fallocate_fd, limited_to, link_in, text_at

COUNT = 4
FLAGS = {
    "r": os.O_RDONLY, "w": os.O_WRONLY, "rw": os.O_RDWR, "rw+": os.O_RDWR | os.O_CREAT, "a": os.O_WRONLY | os.O_APPEND,
    "ra+": os.O_RDWR | os.O_APPEND | os.O_CREAT, "wt": os.O_WRONLY | os.O_TRUNC, "wtc": os.O_WRONLY | os.O_TRUNC | os.O_CREAT,
    "new": os.O_RDWR | os.O_CREAT | os.O_EXCL, "dir": os.O_RDONLY | os.O_DIRECTORY, "nofollow": os.O_RDWR | os.O_NOFOLLOW,
    "sync": os.O_RDWR | os.O_SYNC, "rt": os.O_RDONLY | os.O_TRUNC,
}
# {(root, number): descriptor}
kept = {}


def keep(root, number, path, how, mode):
    """Opens a file as the numbered one, in place of what that was."""
    let_go(root, number)
    fd = os.open(path, FLAGS[how] | os.O_NONBLOCK, mode)  # nobody is at the other end of a fifo
    kept[root, number] = fd
    return fcntl.fcntl(fd, fcntl.F_GETFL) & (os.O_ACCMODE | os.O_APPEND)


def let_go(root, number):
    fd = kept.pop((root, number), None)
    if fd is not None:
        os.close(fd)


def let_all_go(root):
    for of, number in list(kept):
        if of == root:
            let_go(of, number)


def sought(fd, at, whence):
    if stat.S_ISDIR(os.fstat(fd).st_mode):
        return "positions in directories are the file system's own"
    return os.lseek(fd, at, whence)


def seen(fd):
    s = os.fstat(fd)
    return [s.st_mode, s.st_nlink, s.st_uid, s.st_gid, None if stat.S_ISDIR(s.st_mode) else s.st_size]


def listed(fd):
    """Without rewinding a second time: scandir would begin where the descriptor is."""
    os.lseek(fd, 0, os.SEEK_SET)
    return sorted(os.listdir(fd))


def changed_through_memory(fd, at, text):
    size = os.fstat(fd).st_size
    if size == 0 or not stat.S_ISREG(os.fstat(fd).st_mode):  # the size of a directory is the file system's own
        return "nothing to map"
    with mmap.mmap(fd, size) as memory:
        begin = min(at, size - 1)
        fit = text.encode()[:size - begin]
        memory[begin:begin + len(fit)] = fit
    return text_at(fd, begin, 10)


def is_at_end_of_data(fd, at):
    """SEEK_HOLE and SEEK_DATA from a place beyond the end, which every file system answers alike."""
    return sought(fd, os.fstat(fd).st_size + at, os.SEEK_DATA)


def unread(fd):
    count = array.array("i", [0])
    fcntl.ioctl(fd, 0x541B, count)  # FIONREAD
    return count[0]


def vectors(fd, at, text):
    half = len(text) // 2
    return os.pwritev(fd, [text[:half].encode(), text[half:].encode()], at)


ON_DESCRIPTORS = {
    "fread": lambda fd, at, length: os.read(fd, length).decode("latin-1"),
    "fwrite": lambda fd, at, text: os.write(fd, text.encode()),
    "fpread": lambda fd, at, length: text_at(fd, at, length),
    "fpwrite": lambda fd, at, text: os.pwrite(fd, text.encode(), at),
    "fvectors": vectors,
    "fseek": lambda fd, at, length: sought(fd, at, os.SEEK_SET),
    "fend": lambda fd, at, length: sought(fd, 0, os.SEEK_END),
    "ftruncate": lambda fd, at, length: os.ftruncate(fd, at),
    "fstat": lambda fd, at, length: seen(fd),
    "fchmod": lambda fd, at, length: os.fchmod(fd, 0o600 + length % 0o200),
    "fchown": lambda fd, at, length: os.fchown(fd, 1000, -1),
    "fsync": lambda fd, at, length: os.fsync(fd),
    "freach": lambda fd, at, length: fallocate_fd(fd, ALLOCATE, at, length),
    "fpunch": lambda fd, at, length: fallocate_fd(fd, PUNCH_HOLE | KEEP_SIZE, at, length),
    "fzero": lambda fd, at, length: fallocate_fd(fd, ZERO_RANGE, at, length),
    "fmapped": changed_through_memory,
    "fbeyond": lambda fd, at, length: is_at_end_of_data(fd, at),
    "funread": lambda fd, at, length: unread(fd),
    "fxattr": lambda fd, at, text: os.setxattr(fd, "user.f", text[:200].encode()),
    "fxattrs": lambda fd, at, length: sorted(os.listxattr(fd)),
    "flimited": lambda fd, at, text: limited_to(5000, lambda: os.pwrite(fd, text.encode(), at)),
    "flist": lambda fd, at, length: listed(fd),
}
WRITING = {"fwrite", "fpwrite", "fvectors", "fmapped", "fxattr", "flimited"}
BY_NUMBER = {"open": keep, "close": lambda root, number: let_go(root, number), "relink": None, **ON_DESCRIPTORS}


def perform_on_descriptor(root, name, number, arguments):
    if name == "open":
        return keep(root, number, os.path.join(root, arguments[0]), *arguments[1:])
    if name == "close":
        return let_go(root, number)
    fd = kept.get((root, number))
    if fd is None:
        return "not open"
    if name == "relink":
        if os.geteuid() not in (0, os.fstat(fd).st_uid):
            return "another's file"
        return link_in(fd, os.path.join(root, arguments[0]))
    return ON_DESCRIPTORS[name](fd, *arguments)


def draw_on_descriptor(rng, name, path, at, length, text):
    number = rng.randrange(COUNT)
    if name == "open":
        how = rng.choice(list(FLAGS) + ["rw+", "ra+", "wtc", "rw+"])
        return [name, number, path, how, rng.choice([0o666, 0o600, 0o4777, 0o2770, 0o444, 0])]
    if name == "relink":
        return [name, number, path]
    if name == "close":
        return [name, number]
    return [name, number, at, text if name in WRITING else length]
