package io.cffs.backend.fsck;

import io.cffs.backend.store.StoreSurvey;
import io.cffs.model.Blocks;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Inode;

/** Fills the table, and says what can be said of an inode by itself. */
final class InodePass implements StoreSurvey.InodeReader {
    private final VolumeCheck check;
    private final InodeTable table;
    private final QuotaPass quotas;

    InodePass(VolumeCheck check, InodeTable table, QuotaPass quotas) {
        this.check = check;
        this.table = table;
        this.quotas = quotas;
    }

    @Override
    public void inode(CommitTs version, Inode inode) {
        check.stopIfCancelled();
        table.add(version, inode);
        quotas.inode(inode);
        if (inode.sizeBytes() < 0 || inode.sizeBytes() > Blocks.FILE_BYTES_MAX) {
            illegal(inode, version, "a length of 0 to 2^62 bytes", inode.sizeBytes() + " bytes");
        } else if (inode.symlinkTarget() != null && inode.symlinkTarget().length() != inode.sizeBytes()) {
            illegal(inode, version, "a symlink as long as its target, " + inode.symlinkTarget().length() + " bytes",
                    inode.sizeBytes() + " bytes");
        }
    }

    private void illegal(Inode inode, CommitTs version, String expected, String actual) {
        check.found(CheckId.INODE_LEGAL, inode.ino(), expected, actual, version);
    }

    @Override
    public void damaged(CommitTs version, Ino ino, String sentence) {
        check.found(CheckId.INODE_LEGAL, ino, "an inode record that can be read", sentence, version);
    }
}
