package io.cffs.txn.ops;

import static io.cffs.txn.ops.Footprint.footprintOf;
import static io.cffs.txn.ops.Volume.ROOT;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.Transaction;
import io.cffs.txn.ops.Fallocate.Mode;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Exact footprints of holes and of copies by reference. The big file has three pages and 100 bytes: 12388. */
class RangesFootprintTest {
    private static final Volume SAMPLE = Volume.sample();
    private static final Ino BIG = SAMPLE.ino("/big");
    private static final Ino FILE = SAMPLE.ino("/file");
    private static final long ALL = 1 << 20;

    private static void allocate(Transaction tx, Mode mode, long offset, long length) throws FsException {
        Fallocate.run(tx, ROOT, BIG, mode, offset, length);
    }

    private static void copy(Transaction tx, Ino from, long offset, Ino to, long toOffset, long length, long expected)
            throws FsException {
        assertEquals(expected, CopyRange.run(tx, ROOT, from, offset, to, toOffset, length));
    }

    // Holes.

    @Test
    void allocatingInsideReadsThatTheFileReachesThisFar() {
        footprintOf(tx -> allocate(tx, Mode.ALLOCATE, 0, 8000)).reads("length>=8000 /big")
                .writes("times /big mc");
    }

    @Test
    void allocatingBeyondTheEndIsBlind() {
        footprintOf(tx -> allocate(tx, Mode.ALLOCATE, 0, 20000)).reads()
                .writes("length /big cut -1 extend 20000", "times /big mc");
        footprintOf(tx -> allocate(tx, Mode.ALLOCATE_KEEPING_SIZE, 0, 20000)).reads().writes("times /big mc");
    }

    @Test
    void aHoleOfWholePagesIsBlind() {
        footprintOf(tx -> allocate(tx, Mode.PUNCH_HOLE, 4096, 8192)).reads()
                .writes("punch /big 4096+8192", "times /big mc");
    }

    @Test
    void aHoleThatCutsThroughPagesReadsThem() {
        footprintOf(tx -> allocate(tx, Mode.PUNCH_HOLE, 100, 8192)).reads("pages /big 0-0", "pages /big 2-2",
                "length>=12288 /big").writes("punch /big 4096+4096", "write /big 0+4096", "write /big 8192+4096",
                        "times /big mc");
    }

    @Test
    void zerosBeyondTheEndGrowTheFileBlindly() {
        footprintOf(tx -> allocate(tx, Mode.ZERO_RANGE, 4096, 16384)).reads()
                .writes("punch /big 4096+16384", "length /big cut -1 extend 20480", "times /big mc");
    }

    @Test
    void aHoleInWhatWasWrittenHereIsNoRead() {
        footprintOf(tx -> {
            Setattr.run(tx, ROOT, BIG, SetattrRequest.ftruncate(0));
            WriteRange.run(tx, ROOT, BIG, 0, ByteBuffer.allocate(20000));
            allocate(tx, Mode.PUNCH_HOLE, 100, 10000);
        }).reads().writes("length /big cut 0 extend -1", "write /big 0+4096", "write /big 8192+11808",
                "times /big mc");
    }

    @Test
    void holesAreRefused() {
        footprintOf(tx -> allocate(tx, Mode.PUNCH_HOLE, -1, 5)).refused(FsError.INVALID_ARGUMENT).reads();
        footprintOf(tx -> allocate(tx, Mode.ALLOCATE, Blocks.FILE_BYTES_MAX, 5)).refused(FsError.FILE_TOO_LARGE)
                .reads();
        footprintOf(tx -> Fallocate.run(tx, ROOT, Ino.ROOT, Mode.ALLOCATE, 0, 5)).refused(FsError.IS_A_DIRECTORY)
                .reads();
    }

    // Copies.

    @Test
    void takingAWholeFileOverReadsAllOfItAndBothLengths() {
        footprintOf(tx -> copy(tx, BIG, 0, FILE, 0, ALL, 12388))
                .reads("pages /big 0-3", "length /big", "length /file")
                .writes("clone /big 0+12388 to /file 0", "length /file cut -1 extend 12388", "times /file mc");
    }

    @Test
    void copyingAPieceReadsItsPagesAndThatTheFileReachesThisFar() {
        footprintOf(tx -> copy(tx, BIG, 4096, FILE, 8192, 4096, 4096))
                .reads("pages /big 1-1", "length>=8192 /big")
                .writes("write /file 8192+4096", "times /file mc");
    }

    @Test
    void copyingWhatWasWrittenHereReadsNothingOfTheSource() {
        footprintOf(tx -> {
            Setattr.run(tx, ROOT, BIG, SetattrRequest.ftruncate(0));
            WriteRange.run(tx, ROOT, BIG, 0, ByteBuffer.allocate(5000));
            Setattr.run(tx, ROOT, FILE, SetattrRequest.ftruncate(0));
            copy(tx, BIG, 0, FILE, 0, ALL, 5000);
        }).reads().writes("length /big cut 0 extend -1", "write /big 0+5000", "times /big mc",
                "length /file cut 0 extend -1", "write /file 0+5000", "times /file mc");
    }

    @Test
    void copyingFromBehindTheEndReadsTheLength() {
        footprintOf(tx -> copy(tx, BIG, 20000, FILE, 0, 5, 0)).reads("length /big").writes();
    }

    @Test
    void copiesAreRefused() {
        footprintOf(tx -> copy(tx, BIG, 0, BIG, 100, 4096, 0)).refused(FsError.INVALID_ARGUMENT).reads();
        footprintOf(tx -> copy(tx, Ino.ROOT, 0, BIG, 100, 4096, 0)).refused(FsError.IS_A_DIRECTORY).reads();
        footprintOf(tx -> copy(tx, BIG, 0, FILE, Blocks.FILE_BYTES_MAX, 4096, 0)).refused(FsError.FILE_TOO_LARGE)
                .reads();
    }

    /** What it grew by is a hole, and hides what the target has there. */
    @Test
    void aFileThatGrewHereIsCopiedWithTheHoleAtItsEnd() {
        footprintOf(tx -> {
            Fallocate.run(tx, ROOT, FILE, Mode.ALLOCATE, 0, 20000);
            copy(tx, FILE, 0, BIG, 0, ALL, 20000);
        }).reads("length /big", "length /file", "pages /file 0-4")
                .writes("clone /file 0+100 to /big 0", "punch /big 4096+16384", "length /big cut -1 extend 20000",
                        "times /big mc", "length /file cut -1 extend 20000", "times /file mc");
    }

    // Ends that are holes: whoever cuts the file meanwhile came before.

    @Test
    void aHoleInWhatWasWrittenAtTheEndLeavesTheLengthThatTheWriteGave() {
        footprintOf(tx -> {
            WriteRange.run(tx, ROOT, BIG, 4096, ByteBuffer.allocate(8192));
            allocate(tx, Mode.PUNCH_HOLE, 8192, 4096);
        }).reads().writes("punch /big 8192+4096", "length /big cut -1 extend 12288", "write /big 4096+4096",
                "times /big mc");
    }

    @Test
    void aCopyThatEndsWithAHoleReachesAsFarAsAnyOther() {
        footprintOf(tx -> {
            Setattr.run(tx, ROOT, FILE, SetattrRequest.ftruncate(0));
            Fallocate.run(tx, ROOT, FILE, Mode.ALLOCATE, 0, 12388);
            copy(tx, FILE, 0, BIG, 0, ALL, 12388);
        }).reads("length /big").writes("punch /big 0+16384", "length /big cut -1 extend 12388", "times /big mc",
                "length /file cut 0 extend 12388", "times /file mc");
    }
}
