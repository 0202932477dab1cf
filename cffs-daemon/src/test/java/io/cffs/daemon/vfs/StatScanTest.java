package io.cffs.daemon.vfs;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class StatScanTest {
    private final StatScan scan = new StatScan();

    private boolean rowOfStats(long directory) {
        boolean expected = false;
        for (int file = 10; file <= 10 + StatScan.ROW; file++) {
            expected = scan.lookedUp(directory, file);
            scan.attributesGiven(file);
        }
        return expected;
    }

    @Test
    void aRowOfStatsIsExpectedToGoOn() {
        assertFalse(scan.lookedUp(1, 5));
        assertTrue(rowOfStats(1));
        assertTrue(scan.lookedUp(1, 50));
    }

    @Test
    void aFileThatIsLookedUpAloneEndsIt() {
        rowOfStats(1);
        scan.lookedUp(1, 50);
        assertFalse(scan.lookedUp(1, 51));
    }

    @Test
    void aFileThatIsOpenedEndsIt() {
        rowOfStats(1);
        scan.lookedUp(1, 50);
        scan.attributesGiven(50);
        scan.opened(50);
        assertFalse(scan.lookedUp(1, 51));
    }

    @Test
    void itIsOfOneDirectory() {
        rowOfStats(1);
        assertFalse(scan.lookedUp(2, 50), "a log file elsewhere is to be appended to blindly");
    }
}
