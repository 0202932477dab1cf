package io.cffs.txn.ops;

import io.cffs.model.FileType;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;
import io.cffs.txn.port.DirectoryPage;
import java.util.ArrayList;
import java.util.List;

/**
 * readdir(3): ".", "..", then names in byte order, own changes included. The listing is recorded. An entry that stays
 * throughout is listed once, however the directory changes meanwhile. The attributes that come along are recorded no
 * more than those of {@link Lookup}; nor is where ".." leads.
 */
public final class Readdir {
    private Readdir() {}

    /**
     * An entry.
     *
     * @param cookie where to go on after this entry; 1 and up
     * @param name null for "." (cookie 1) and ".." (cookie 2)
     * @param inode as this transaction sees it
     */
    public record Entry(long cookie, Name name, Ino ino, FileType type, Inode inode) {}

    /**
     * @param stream of the directory handle
     * @param cookie of the last entry that the caller has; 0 from the start
     * @param limit most entries to return, 1 to {@link DirectoryPage#ENTRIES_MAX}
     * @return the entries that follow; empty at the end
     * @throws FsException NOT_A_DIRECTORY, STALE
     */
    public static List<Entry> run(
            Transaction tx, Credentials who, Ino directory, DirectoryStream stream, long cookie, int limit)
            throws FsException {
        Inode inode = tx.directory(directory);
        List<Entry> entries = new ArrayList<>();
        boolean removed = inode.links() == 0;
        if (cookie < DirectoryStream.SELF && !removed) {
            entries.add(new Entry(DirectoryStream.SELF, null, directory, FileType.DIRECTORY, inode));
        }
        if (cookie < DirectoryStream.PARENT && !removed && entries.size() < limit) {
            Ino parent = inode.parent();
            entries.add(new Entry(DirectoryStream.PARENT, null, parent, FileType.DIRECTORY, tx.inode(parent)));
        }
        if (removed || entries.size() >= limit) {
            return entries;
        }
        DirectoryPage page = tx.list(directory, stream.nameAt(cookie), limit - entries.size());
        stream.continueAfter(cookie);
        if (page.entries().isEmpty()) {
            stream.end();
        }
        for (DirectoryPage.Entry entry : page.entries()) {
            Lookup.recordHandedOut(tx, who, inode, entry.inode());
            long next = stream.cookieOf(entry.name());
            entries.add(new Entry(next, entry.name(), entry.ino(), entry.type(), entry.inode()));
        }
        return entries;
    }
}
