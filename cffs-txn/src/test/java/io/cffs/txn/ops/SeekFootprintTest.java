package io.cffs.txn.ops;

import static io.cffs.txn.ops.Volume.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.Transaction;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.ops.Seek.Whence;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/**
 * Exact footprints of SEEK_DATA and SEEK_HOLE, and what a file takes. The sparse file has data in its pages 0, 4, 5 and
 * 1000, and 5,000,000 bytes, so 1,221 pages; footprints call it new. The big file has three pages and 100 bytes
 * without a hole.
 */
class SeekFootprintTest {
    private static final int PAGE = Blocks.PAGE_BYTES;
    private static final long LENGTH = 5_000_000;
    private static final Volume SAMPLE = sample();
    private static final Ino SPARSE = SAMPLE.ino("/sparse");
    private static final Ino BIG = SAMPLE.ino("/big");

    private static Volume sample() {
        Volume volume = Volume.sample();
        volume.commit(tx -> {
            Ino ino = Create.run(tx, ROOT, Ino.ROOT, Volume.name("sparse"), 0644, OpenFlags.READ_WRITE).ino();
            write(tx, ino, 0, PAGE);
            write(tx, ino, 4 * PAGE, 2 * PAGE);
            write(tx, ino, 1000 * PAGE, PAGE);
            Setattr.run(tx, ROOT, ino, SetattrRequest.ftruncate(LENGTH));
        });
        return volume;
    }

    private static void write(Transaction tx, Ino ino, long offset, int length) throws FsException {
        WriteRange.run(tx, ROOT, ino, offset, ByteBuffer.wrap(new byte[length]));
    }

    private static Footprint footprintOf(Volume.Body body) {
        return Footprint.footprintOf(sample(), TransactionOptions.DEFAULT, body);
    }

    private static void seek(Transaction tx, Ino ino, long offset, Whence whence, long expected) throws FsException {
        assertEquals(expected, Seek.run(tx, ino, offset, whence));
    }

    private static long pagesOf(Transaction tx, Ino ino) throws FsException {
        return Getattr.run(tx, ino).allocatedBytes() / PAGE;
    }

    @Test
    void dataThatIsFoundReadsUpToIt() {
        footprintOf(tx -> seek(tx, SPARSE, 10, Whence.DATA, 10)).reads("pages new 0-0", "length>=11 new");
        footprintOf(tx -> seek(tx, SPARSE, PAGE, Whence.DATA, 4 * PAGE))
                .reads("pages new 1-4", "length>=" + (4 * PAGE + 1) + " new").writes();
    }

    @Test
    void aHoleThatIsFoundReadsUpToIt() {
        footprintOf(tx -> seek(tx, SPARSE, 5 * PAGE + 7, Whence.HOLE, 6 * PAGE))
                .reads("pages new 5-6", "length>=" + (6 * PAGE + 1) + " new").writes();
        footprintOf(tx -> seek(tx, SPARSE, 2 * PAGE + 7, Whence.HOLE, 2 * PAGE + 7))
                .reads("pages new 2-2", "length>=" + (2 * PAGE + 8) + " new").writes();
    }

    @Test
    void aSearchThatMeetsTheEndReadsTheLength() {
        footprintOf(tx -> seek(tx, SPARSE, 2000 * PAGE, Whence.DATA, 0)).refused(FsError.NO_SUCH_OFFSET)
                .reads("length new");
        footprintOf(tx -> seek(tx, SPARSE, 1001 * PAGE, Whence.DATA, 0)).refused(FsError.NO_SUCH_OFFSET)
                .reads("pages new 1001-1220", "length new");
        footprintOf(tx -> seek(tx, BIG, 100, Whence.HOLE, 12388)).reads("pages /big 0-3", "length /big").writes();
    }

    @Test
    void whatIsNoPlaceIsRefused() {
        footprintOf(tx -> seek(tx, SPARSE, -1, Whence.DATA, 0)).refused(FsError.NO_SUCH_OFFSET).reads();
        footprintOf(tx -> seek(tx, BIG, 12388, Whence.HOLE, 0)).refused(FsError.NO_SUCH_OFFSET).reads("length /big");
        footprintOf(tx -> seek(tx, Ino.ROOT, 0, Whence.HOLE, 0)).refused(FsError.IS_A_DIRECTORY).reads();
    }

    @Test
    void whatWasWrittenOrFreedHereIsNoRead() {
        footprintOf(tx -> {
            write(tx, SPARSE, 2 * PAGE, PAGE);
            seek(tx, SPARSE, 2 * PAGE, Whence.DATA, 2 * PAGE);
        }).reads("length>=" + (2 * PAGE + 1) + " new");
        footprintOf(tx -> {
            Fallocate.run(tx, ROOT, BIG, Fallocate.Mode.PUNCH_HOLE, PAGE, PAGE);
            seek(tx, BIG, PAGE, Whence.HOLE, PAGE);
            seek(tx, BIG, PAGE, Whence.DATA, 2 * PAGE);
        }).reads("pages /big 2-2", "length>=" + (2 * PAGE + 1) + " /big");
    }

    @Test
    void whatAFileTakesIsToldAndNoRead() {
        footprintOf(tx -> {
            assertEquals(4, pagesOf(tx, SPARSE));
            write(tx, SPARSE, 0, 2 * PAGE);
            assertEquals(5, pagesOf(tx, SPARSE));
            Fallocate.run(tx, ROOT, SPARSE, Fallocate.Mode.PUNCH_HOLE, 0, 5 * PAGE);
            assertEquals(2, pagesOf(tx, SPARSE));
            Setattr.run(tx, ROOT, SPARSE, SetattrRequest.ftruncate(PAGE));
            assertEquals(0, pagesOf(tx, SPARSE));
            assertEquals(4, pagesOf(tx, BIG));
        }).reads("length new", "links new", "identity new", "length /big", "links /big", "identity /big");
    }

    @Test
    void whatIsAppendedBlindlyIsCountedWhereItWillProbablyBe() {
        footprintOf(tx -> {
            AppendRange.run(tx, ROOT, BIG, ByteBuffer.allocate(PAGE));
            assertEquals(5, tx.holes().measured(tx.inode(BIG)).allocatedBytes() / PAGE);
        }).reads().writes("append /big " + PAGE, "times /big mc");
    }
}
