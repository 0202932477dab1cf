package io.cffs.fuse;

import java.nio.file.Path;

/**
 * Files of another file system that the kernel reads in place of asking the handler: passthrough, Linux 6.9 and newer,
 * for a process with CAP_SYS_ADMIN in the first user name space. Safe for use by many threads, from inside handler
 * methods too.
 *
 * <p>A file is registered once and gets an identifier, to be handed out in {@link FuseReply#openedBacked} with {@link
 * FopenFlags#PASSTHROUGH}. What the kernel demands, else the program's open fails with EIO (fs/fuse/iomode.c):
 * <ul>
 * <li>While any open of an inode has a backing file, every further open of it has the same: alone, or with {@link
 *     FopenFlags#DIRECT_IO} when reads and writes shall come to the handler all the same.
 * <li>None has one while some open of the inode uses the page cache ({@code KEEP_CACHE} or no flag at all).
 * <li>No other flag beside it but {@code DIRECT_IO}, {@code PARALLEL_DIRECT_WRITES} and {@code NOFLUSH}.
 * </ul>
 * A mapping of such an open file maps the backing file, with {@code DIRECT_IO} too: one that may be written to must
 * not be given a backing file that others use.
 */
public interface BackingFiles {
    /** Where nothing can be registered. */
    BackingFiles NONE = new BackingFiles() {
        @Override
        public boolean areSupported() {
            return false;
        }

        @Override
        public int register(Path file) {
            return 0;
        }

        @Override
        public void forget(int backingId) {
            throw new IllegalArgumentException("no file was registered as " + backingId);
        }
    };

    /** Whether kernel and server agreed on {@link InitFlag#PASSTHROUGH}, and no registration was refused since. */
    boolean areSupported();

    /**
     * Opens a file for reading and registers it. The kernel keeps it open: its name may go afterwards.
     *
     * @return its identifier, 1 and up; 0 when the kernel does not want it (no privilege, a stacked file system) or
     *     there is no such file
     */
    int register(Path file);

    /** The identifier is not handed out any more. Files that are open with it stay so. */
    void forget(int backingId);
}
