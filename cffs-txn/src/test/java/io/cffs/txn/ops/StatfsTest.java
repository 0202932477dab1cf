package io.cffs.txn.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.CommitTs;
import io.cffs.model.VolumeName;
import io.cffs.txn.port.BackendPort.VolumeStatus;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StatfsTest {
    private static Statfs.Figures figures(long used, long capacity, long available) {
        CommitTs at = CommitTs.ZERO;
        UUID store = new UUID(1, 2);
        return Statfs.run(
                new VolumeStatus(VolumeName.DEFAULT, store, 1, at, at, at, 0, 7, used, capacity, available));
    }

    @Test
    void bytesBecomePagesAndWhatIsUsedIsRoundedUp() {
        Statfs.Figures figures = figures(4097, 100 * 4096, 90 * 4096 + 5);
        assertEquals(4096, figures.blockBytes());
        assertEquals(100, figures.blocks());
        assertEquals(98, figures.freeBlocks());
        assertEquals(90, figures.availableBlocks());
        assertEquals(255, figures.nameBytesMax());
        assertEquals(7, figures.inodes() - figures.freeInodes());
    }

    @Test
    void aFullOrOverfullVolumeHasNothingFreeAndNothingNegative() {
        for (Statfs.Figures figures : new Statfs.Figures[] {figures(8192, 4096, 0), figures(0, 0, -1)}) {
            assertEquals(0, figures.freeBlocks());
            assertEquals(0, figures.availableBlocks());
            assertTrue(figures.blocks() >= 0);
        }
    }
}
