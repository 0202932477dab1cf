package io.cffs.backend.fsck;

import io.cffs.backend.store.StoreSurvey;
import io.cffs.model.AclNames;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;

/** Extended attributes against what their inodes say of them. */
final class XattrPass implements StoreSurvey.XattrReader {
    private final VolumeCheck check;
    private final InodeTable table;

    XattrPass(VolumeCheck check, InodeTable table) {
        this.check = check;
        this.table = table;
    }

    void run(StoreSurvey survey) {
        survey.xattrs(this);
        for (int row = 0; row < table.count(); row++) {
            if (!table.xattrsAreAsStated(row)) {
                check.found(CheckId.XATTR_COUNT, table.ino(row), table.seenXattrs(row), table.statedXattrs(row),
                        table.version(row));
            }
        }
    }

    @Override
    public void xattr(CommitTs version, Ino ino, Name name) {
        int row = table.rowOf(ino);
        if (row < 0) {
            check.found(CheckId.XATTR_HAS_INODE, ino, "an inode with the attribute " + name, "no such inode", version);
        } else {
            table.noteXattr(row, AclNames.flagOf(name));
        }
    }

    @Override
    public void damaged(CommitTs version, Ino ino, String sentence) {
        check.found(CheckId.XATTR_HAS_INODE, ino, "an attribute with a legal name", sentence, version);
    }
}
