package io.cffs.backend.fsck;

import io.cffs.backend.store.StoreSurvey;
import io.cffs.model.BlockPages;
import io.cffs.model.Blocks;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey.BlockKey;

/** Each block against the file that it belongs to and, at level DATA, against its own bytes. */
final class BlockPass implements StoreSurvey.BlockReader {
    private final VolumeCheck check;
    private final InodeTable table;
    private final StoreSurvey survey;
    private final VolumeCheck.Level level;

    BlockPass(VolumeCheck check, InodeTable table, StoreSurvey survey, VolumeCheck.Level level) {
        this.check = check;
        this.table = table;
        this.survey = survey;
        this.level = level;
    }

    @Override
    public void block(CommitTs version, BlockKey key, int rawBytes, int pages) {
        check.countBlock();
        int row = table.rowOf(key.ino());
        if (row < 0 || table.type(row) != FileType.REGULAR) {
            check.found(CheckId.BLOCK_HAS_FILE, key.ino(), "a regular file for block " + key.index(),
                    row < 0 ? "no such inode" : "an inode of type " + table.type(row), version);
            return;
        }
        table.notePages(row, BlockPages.count(pages));
        long end = key.index() * Blocks.BLOCK_BYTES + rawBytes;
        if (end > table.sizeBytes(row)) {
            check.found(CheckId.SIZE_COVERS_BLOCKS, key.ino(), "no bytes beyond " + table.sizeBytes(row),
                    "block " + key.index() + " reaches to " + end, version);
        }
        StoreSurvey.Flaw flaw = survey.flawOf(key, level == VolumeCheck.Level.DATA);
        if (flaw != null) {
            check.found(flaw.missing() ? CheckId.BLOCK_PRESENT : CheckId.BLOCK_CHECKSUM, key.ino(),
                    "sound bytes of block " + key.index(), flaw.sentence(), version);
        }
        String unknown = survey.missingReference(key);
        if (unknown != null) {
            check.found(CheckId.BLOCK_REFERENCE, key.ino(), "a record of the reference", unknown, version);
        }
    }

    /** After the blocks: what files say that they take. */
    void compareAllocation() {
        for (int row = 0; row < table.count(); row++) {
            check.stopIfCancelled();
            if (table.statedPages(row) != table.pagesSeen(row)) {
                check.found(CheckId.ALLOCATION_MATCHES_BLOCKS, table.ino(row), table.pagesSeen(row) + " pages",
                        table.statedPages(row) + " pages", table.version(row));
            }
        }
    }

    @Override
    public void damaged(CommitTs version, Ino ino, String sentence) {
        check.found(CheckId.BLOCK_CHECKSUM, ino, "a record that says where a block is", sentence, version);
    }
}
