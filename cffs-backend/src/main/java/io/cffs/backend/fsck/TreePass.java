package io.cffs.backend.fsck;

import io.cffs.model.FileType;
import io.cffs.model.Ino;

/** The inodes against what all the names together said: counts, and whether everything hangs below the root. */
final class TreePass {
    private static final byte UNKNOWN = 0;
    private static final byte ON_THE_WAY = 1;
    private static final byte BELOW_ROOT = 2;
    private static final byte LOST = 3;

    private final VolumeCheck check;
    private final InodeTable table;

    TreePass(VolumeCheck check, InodeTable table) {
        this.check = check;
        this.table = table;
    }

    void run() {
        if (table.rowOf(Ino.ROOT) < 0) {
            check.found(CheckId.NO_CYCLE, Ino.ROOT, "a root directory", "no such inode", null);
        }
        for (int row = 0; row < table.count(); row++) {
            checkCounts(row);
        }
        checkReachability();
    }

    private void checkCounts(int row) {
        boolean root = table.ino(row).equals(Ino.ROOT);
        if (!root && table.namesSeen(row) == 0) {
            check.found(CheckId.INODE_REACHABLE, table.ino(row), "a name", "none", table.version(row));
            return;
        }
        if (table.statedLinks(row) != table.expectedLinks(row)) {
            check.found(CheckId.LINK_COUNT_MATCHES_DENTRIES, table.ino(row), table.expectedLinks(row) + " links",
                    table.statedLinks(row) + " links", table.version(row));
        }
        if (table.type(row) == FileType.DIRECTORY && table.sizeBytes(row) != table.entriesSeen(row)) {
            check.found(CheckId.ENTRY_COUNT, table.ino(row), table.entriesSeen(row) + " entries",
                    table.sizeBytes(row) + " entries", table.version(row));
        }
    }

    /** Climbs from every directory; each is coloured once, so the whole is linear. */
    private void checkReachability() {
        byte[] colours = new byte[table.count()];
        int[] way = new int[table.count()];
        for (int start = 0; start < table.count(); start++) {
            if (table.type(start) != FileType.DIRECTORY || colours[start] != UNKNOWN) {
                continue;
            }
            int length = 0;
            int row = start;
            while (row >= 0 && colours[row] == UNKNOWN) {
                colours[row] = ON_THE_WAY;
                way[length++] = row;
                row = table.ino(row).equals(Ino.ROOT) ? -2 : table.holder(row);
            }
            byte colour = row == -2 || row >= 0 && colours[row] == BELOW_ROOT ? BELOW_ROOT : LOST;
            boolean loop = row >= 0 && colours[row] == ON_THE_WAY;
            for (int i = 0; i < length; i++) {
                colours[way[i]] = colour;
            }
            if (loop) {
                check.found(CheckId.NO_CYCLE, table.ino(row), "a directory below the root",
                        "a directory that is below itself", table.version(row));
            }
        }
    }
}
