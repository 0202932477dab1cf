package io.cffs.txn.ops;

import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.CommitTs;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Quota;
import io.cffs.model.Quota.Phase;
import io.cffs.model.VolumeName;
import io.cffs.txn.Mutation;
import io.cffs.txn.Transaction;
import io.cffs.txn.apply.MutationRefused;
import io.cffs.txn.port.BackendPort.VolumeStatus;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class StatfsTest {
    private static final long PAGE = 4096;

    private final Volume volume = Volume.sample();

    private static VolumeStatus disk(long capacity, long available) {
        CommitTs at = CommitTs.ZERO;
        return new VolumeStatus(
                VolumeName.DEFAULT, new UUID(1, 2), 1, at, at, at, 0, 7, 12_345, capacity, available, 1);
    }

    private Statfs.Figures figures(Ino at, VolumeStatus disk) throws FsException {
        Transaction tx = volume.begin();
        Statfs.Figures figures = Statfs.run(tx, at, disk);
        assertTrue(tx.reads().keys().isEmpty(), "statfs reads nothing");
        return figures;
    }

    @Test
    void withoutAQuotaItIsTheDisk() throws FsException {
        Statfs.Figures figures = figures(Ino.ROOT, disk(100 * PAGE, 90 * PAGE + 5));
        assertEquals(4096, figures.blockBytes());
        assertEquals(100, figures.blocks());
        assertEquals(90, figures.freeBlocks());
        assertEquals(90, figures.availableBlocks());
        assertEquals(255, figures.nameBytesMax());
        assertEquals(7, figures.inodes() - figures.freeInodes());
    }

    @Test
    void aFullDiskHasNothingFreeAndNothingNegative() throws FsException {
        for (Statfs.Figures figures : List.of(
                figures(Ino.ROOT, disk(4096, 0)), figures(Ino.ROOT, disk(0, -1)))) {
            assertEquals(0, figures.freeBlocks());
            assertEquals(0, figures.availableBlocks());
            assertTrue(figures.blocks() >= 0);
        }
    }

    @Test
    void whatTheTransactionHasWrittenIsCounted() throws FsException {
        Transaction tx = volume.begin();
        Mkdir.run(tx, ROOT, Ino.ROOT, name("new"), 0755);
        AppendRange.run(tx, ROOT, volume.ino("/file"), ByteBuffer.allocate(3 * (int) PAGE));
        Statfs.Figures figures = Statfs.run(tx, Ino.ROOT, disk(100 * PAGE, 90 * PAGE));
        assertEquals(87, figures.availableBlocks());
        assertEquals(8, figures.inodes() - figures.freeInodes());
        tx.discard();
    }

    @Test
    void aQuotaIsTheSizeInsideOfItsTree() throws FsException, MutationRefused {
        Ino dir = volume.ino("/dir");
        Ino inner = volume.ino("/dir/inner");
        volume.state.commit(List.of(new Mutation.SetQuota(dir, 10 * PAGE, 9, Phase.COUNTING),
                new Mutation.SetQuotaTree(dir, dir), new Mutation.SetQuotaTree(inner, dir)));
        VolumeStatus disk = disk(100 * PAGE, 90 * PAGE);
        assertEquals(100, figures(Ino.ROOT, disk).blocks());
        Statfs.Figures inside = figures(inner, disk);
        assertEquals(new Statfs.Figures(4096, 10, 9, 9, 9, 7, 255), inside);
        assertEquals(5, figures(inner, disk(100 * PAGE, 5 * PAGE)).availableBlocks(), "no more than the disk has");

        Transaction tx = volume.begin();
        AppendRange.run(tx, ROOT, inner, ByteBuffer.allocate(2 * (int) PAGE));
        Mkdir.run(tx, ROOT, dir, name("new"), 0755);
        assertEquals(new Statfs.Figures(4096, 10, 7, 7, 9, 6, 255), Statfs.run(tx, dir, disk));
        tx.discard();
    }

    @Test
    void aQuotaOfTheVolumeIsItsSize() throws FsException, MutationRefused {
        volume.state.commit(List.of(new Mutation.SetQuota(
                Ino.ROOT, volume.state.volumeBytes() + 10 * PAGE, Quota.UNLIMITED, Phase.COMPLETE)));
        Statfs.Figures figures = figures(volume.ino("/dir"), disk(100 * PAGE, 90 * PAGE));
        assertEquals(10, figures.availableBlocks());
        assertEquals((volume.state.volumeBytes() + 10 * PAGE) / PAGE, figures.blocks());
        assertTrue(figures.freeInodes() > 1_000_000);
    }
}
