package io.cffs.test.history;

import io.cffs.model.Bytes;

/** A call as a function makes it: by path, absolute in the volume, names of ASCII letters, digits, '.', '-' and '_'. */
public sealed interface FsCall {
    /** stat(2), not following a symlink. Answers {@link FsResult.Stat}. */
    record Stat(String path) implements FsCall {}

    /** access(2) with F_OK: whether the name is there. Answers Done or NOT_FOUND; reads no attribute. */
    record Exists(String path) implements FsCall {}

    /** All names, as one getdents loop reads them. Answers {@link FsResult.Names}. */
    record ListNames(String path) implements FsCall {}

    /** pread(2). Answers {@link FsResult.Content}, short at the end of the file. */
    record Read(String path, long offset, int lengthBytes) implements FsCall {}

    /** pwrite(2). */
    record Write(String path, long offset, Bytes bytes) implements FsCall {}

    /** write(2) with O_APPEND. */
    record Append(String path, Bytes bytes) implements FsCall {}

    record Truncate(String path, long lengthBytes) implements FsCall {}

    /** fallocate(2) with FALLOC_FL_PUNCH_HOLE and FALLOC_FL_KEEP_SIZE. */
    record PunchHole(String path, long offset, long lengthBytes) implements FsCall {}

    /** copy_file_range(2) until as much is copied as was asked for, or the source ends. */
    record CopyRange(String from, long offset, String to, long toOffset, long lengthBytes) implements FsCall {}

    /** open(2) with O_CREAT and O_EXCL. */
    record Create(String path) implements FsCall {}

    record Mkdir(String path) implements FsCall {}

    record Rmdir(String path) implements FsCall {}

    record Unlink(String path) implements FsCall {}

    record Rename(String from, String to, RenameMode mode) implements FsCall {}

    /**
     * Renames a directory into another one through handles that are held since an earlier attempt: no path is looked
     * up. Both are named by their last names, which are unique in the volume and never change.
     */
    record MoveHeld(String directory, String into) implements FsCall {}

    enum RenameMode { REPLACE, NO_REPLACE, EXCHANGE }

    record Link(String existing, String added) implements FsCall {}

    record Symlink(String target, String path) implements FsCall {}

    /** Answers {@link FsResult.Content}. */
    record Readlink(String path) implements FsCall {}

    record Chmod(String path, int permissions) implements FsCall {}

    /** lsetxattr(2) without a flag; names are of the space {@code trusted}, which every type of file may have. */
    record SetXattr(String path, String name, Bytes value) implements FsCall {}

    record RemoveXattr(String path, String name) implements FsCall {}

    /** Answers {@link FsResult.Content}. */
    record GetXattr(String path, String name) implements FsCall {}

    /** Answers {@link FsResult.Names}, all of them of type REGULAR. */
    record ListXattrs(String path) implements FsCall {}

    /** Opens a file under a number that later calls of the same attempt use, also after the name has gone. */
    record Open(String path, int handle) implements FsCall {}

    record ReadHandle(int handle, long offset, int lengthBytes) implements FsCall {}

    record WriteHandle(int handle, long offset, Bytes bytes) implements FsCall {}
}
