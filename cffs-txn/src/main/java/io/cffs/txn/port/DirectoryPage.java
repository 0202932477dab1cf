package io.cffs.txn.port;

import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import java.util.List;

/**
 * Part of a directory listing, in byte order of names.
 *
 * @param complete no name follows the last entry
 */
public record DirectoryPage(List<Entry> entries, boolean complete) {
    /** Most entries that one page may hold. */
    public static final int ENTRIES_MAX = 4096;

    public DirectoryPage {
        entries = List.copyOf(entries);
    }

    /** A name and what it names, with its inode at the same snapshot. */
    public record Entry(Name name, Ino ino, FileType type, Inode inode) {}
}
