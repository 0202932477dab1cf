package io.cffs.backend.fsck;

import io.cffs.backend.store.StoreSurvey;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.StoredObject.DentryObject;

/** Each name against the inode that holds it and the inode that it names. */
final class NamePass implements StoreSurvey.DentryReader {
    private final VolumeCheck check;
    private final InodeTable table;
    private final QuotaPass quotas;

    NamePass(VolumeCheck check, InodeTable table, QuotaPass quotas) {
        this.check = check;
        this.table = table;
        this.quotas = quotas;
    }

    @Override
    public void dentry(CommitTs version, Ino parent, Name name, DentryObject dentry) {
        check.countDentry();
        int holder = table.rowOf(parent);
        if (holder < 0 || table.type(holder) != FileType.DIRECTORY) {
            check.found(CheckId.DENTRY_NAMES_INODE, parent, "a directory that holds the name " + name,
                    holder < 0 ? "no such inode" : "an inode of type " + table.type(holder), version);
            return;
        }
        int row = table.rowOf(dentry.ino());
        if (row < 0 || table.type(row) != dentry.type()) {
            table.noteDanglingName(holder);
            check.found(CheckId.DENTRY_NAMES_INODE, parent, name + " names " + dentry.ino() + ", " + dentry.type(),
                    row < 0 ? "no such inode" : "an inode of type " + table.type(row), version);
            return;
        }
        if (dentry.type() == FileType.DIRECTORY) {
            checkDirectoryName(version, parent, name, row);
        }
        table.noteName(row, holder);
        quotas.name(row, holder, version);
    }

    @Override
    public void damaged(CommitTs version, Ino ino, String sentence) {
        check.found(CheckId.NAME_LEGAL, ino, "a name of 1 to 255 legal bytes that names an inode", sentence, version);
    }

    private void checkDirectoryName(CommitTs version, Ino parent, Name name, int row) {
        if (table.holder(row) >= 0 || table.ino(row).equals(Ino.ROOT)) {
            check.found(CheckId.ONE_PARENT, table.ino(row), "one name", "another name, " + name + " in " + parent,
                    version);
        } else if (table.statedParent(row) != parent.value()) {
            check.found(CheckId.ONE_PARENT, table.ino(row), "parent ino:" + table.statedParent(row),
                    "named " + name + " in " + parent, version);
        }
    }
}
