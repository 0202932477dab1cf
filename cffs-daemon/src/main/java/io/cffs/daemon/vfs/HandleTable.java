package io.cffs.daemon.vfs;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Open files and directories by handle number. Numbers are never used again.
 *
 * <p>Not safe for use by several threads: guarded by the session's lock.
 */
public final class HandleTable {
    /** Most files and directories open at a time: each costs about 100 bytes. */
    public static final int HANDLES_MAX = 1 << 20;

    private final Map<Long, Handle> handles = new HashMap<>();
    private long lastNumber;
    private int openForWriting;

    /** Before an open takes effect. @throws FsException NO_SPACE when too many are open */
    public void requireRoom() throws FsException {
        if (handles.size() >= HANDLES_MAX) {
            throw new FsException(FsError.NO_SPACE);
        }
    }

    /** @return its number, 1 and up */
    public long add(Handle handle) {
        handles.put(++lastNumber, handle);
        openForWriting += isWritable(lastNumber) ? 1 : 0;
        return lastNumber;
    }

    /** Whether the handle is a file that was opened for writing. */
    public boolean isWritable(long number) {
        return handles.get(number) instanceof Handle.OpenFile file && file.writable();
    }

    /** How many handles are open for writing. */
    public int openForWriting() {
        return openForWriting;
    }

    /** @throws FsException BAD_HANDLE when it names no open directory */
    public Handle.OpenDirectory directory(long number) throws FsException {
        if (handles.get(number) instanceof Handle.OpenDirectory directory) {
            return directory;
        }
        throw new FsException(FsError.BAD_HANDLE);
    }

    /** Null when there is none. */
    public Handle remove(long number) {
        openForWriting -= isWritable(number) ? 1 : 0;
        return handles.remove(number);
    }

    /** The file of each open file; one that is open twice comes twice. */
    public List<Ino> openFiles() {
        List<Ino> files = new ArrayList<>();
        for (Handle handle : handles.values()) {
            if (handle instanceof Handle.OpenFile file) {
                files.add(file.ino());
            }
        }
        return files;
    }

    public int size() {
        return handles.size();
    }
}
