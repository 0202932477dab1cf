package io.cffs.txn.ops;

import static io.cffs.txn.ops.Footprint.footprintOf;
import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.STRANGER;
import static io.cffs.txn.ops.Volume.USER;
import static io.cffs.txn.ops.Volume.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.Transaction;
import io.cffs.txn.TransactionOptions;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Exact footprints of reading, writing, appending and cutting. The big file has three pages and 100 bytes: 12388. */
class BytesFootprintTest {
    private static final TransactionOptions NO_ATIME = new TransactionOptions(false, false, false);
    private static final Volume SAMPLE = Volume.sample();
    private static final Ino BIG = SAMPLE.ino("/big");
    private static final Ino FILE = SAMPLE.ino("/file");

    private static void read(Transaction tx, Ino ino, long offset, int length, int expected) throws FsException {
        assertEquals(expected, ReadRange.run(tx, ino, offset, ByteBuffer.allocate(length)));
    }

    private static void write(Transaction tx, Ino ino, long offset, int length) throws FsException {
        WriteRange.run(tx, ROOT, ino, offset, ByteBuffer.wrap(new byte[length]));
    }

    private static void append(Transaction tx, Ino ino, int length) throws FsException {
        AppendRange.run(tx, ROOT, ino, ByteBuffer.wrap(new byte[length]));
    }

    private static void truncate(Transaction tx, Ino ino, long length) throws FsException {
        Setattr.run(tx, ROOT, ino, SetattrRequest.ftruncate(length));
    }

    // Reading.

    @Test
    void readInsideReadsThePagesAndThatTheFileReachesThisFar() {
        footprintOf(tx -> read(tx, BIG, 4096, 5000, 5000)).reads("pages /big 1-2", "length>=9096 /big").writes();
    }

    @Test
    void readUpToTheEndDoesNotMeetIt() {
        footprintOf(tx -> read(tx, FILE, 0, 100, 100)).reads("pages /file 0-0", "length>=100 /file").writes();
    }

    @Test
    void readThatMeetsTheEndReadsTheLength() {
        footprintOf(tx -> read(tx, FILE, 0, 101, 100)).reads("pages /file 0-0", "length /file").writes();
        footprintOf(tx -> read(tx, FILE, 100, 1, 0)).reads("length /file").writes();
        footprintOf(tx -> read(tx, FILE, 9999, 10, 0)).reads("length /file").writes();
    }

    @Test
    void readOfNothingReadsNothing() {
        footprintOf(tx -> read(tx, FILE, 0, 0, 0)).reads().writes();
    }

    @Test
    void readOfTheWholeReadsEveryPageAndTheLength() {
        footprintOf(tx -> assertTrue(ReadWhole.run(tx, BIG))).reads("pages /big 0-3", "length /big").writes();
    }

    @Test
    void readOfTheWholeOfWhatWasWrittenHereReadsNothing() {
        footprintOf(tx -> {
            write(tx, BIG, 4096, 4096);
            assertFalse(ReadWhole.run(tx, BIG));
        }).reads().writes("write /big 4096+4096", "times /big mc");
    }

    @Test
    void readsMergeIntoRanges() {
        footprintOf(tx -> {
            read(tx, BIG, 0, 10, 10);
            read(tx, BIG, 8192, 10, 10);
            read(tx, BIG, 4096, 10, 10);
        }).reads("pages /big 0-2", "length>=8202 /big").writes();
    }

    @Test
    void readOfADirectoryOrAFifoIsRefused() {
        footprintOf(tx -> read(tx, Ino.ROOT, 0, 1, 0)).refused(FsError.IS_A_DIRECTORY).reads();
        footprintOf(tx -> read(tx, SAMPLE.ino("/fifo"), 0, 1, 0)).refused(FsError.INVALID_ARGUMENT).reads();
    }

    @Test
    void readOfOwnBytesReadsNothing() {
        footprintOf(tx -> {
            write(tx, BIG, 4096, 4096);
            read(tx, BIG, 4096, 4096, 4096);
            read(tx, BIG, 5000, 10, 10);
        }).reads().writes("write /big 4096+4096", "times /big amc");
    }

    @Test
    void readAcrossOwnAndOtherBytesReadsTheOthers() {
        footprintOf(tx -> {
            write(tx, BIG, 4096, 4096);
            read(tx, BIG, 4000, 8000, 8000);
        }).reads("pages /big 0-0", "pages /big 2-2", "length>=12000 /big")
                .writes("write /big 4096+4096", "times /big amc");
    }

    @Test
    void accessTimesTravelWithOtherWritesOnly() {
        footprintOf(tx -> {
            read(tx, FILE, 0, 10, 10);
            truncate(tx, BIG, 0);
        }).reads("pages /file 0-0", "length>=10 /file")
                .writes("length /big cut 0 extend -1", "times /big mc", "times /file a");
        footprintOf(NO_ATIME, tx -> {
            read(tx, FILE, 0, 10, 10);
            truncate(tx, BIG, 0);
        }).reads("pages /file 0-0", "length>=10 /file").writes("length /big cut 0 extend -1", "times /big mc");
    }

    // Writing.

    @Test
    void writeOfWholePagesIsBlind() {
        footprintOf(tx -> write(tx, BIG, 4096, 8192)).reads().writes("write /big 4096+8192", "times /big mc");
    }

    @Test
    void writeOfPartsOfPagesReadsThemAndWhatIsKept() {
        footprintOf(tx -> write(tx, BIG, 100, 10))
                .reads("pages /big 0-0", "length>=4096 /big").writes("write /big 0+4096", "times /big mc");
        footprintOf(tx -> write(tx, BIG, 4000, 8000))
                .reads("pages /big 0-0", "pages /big 2-2", "length>=12288 /big")
                .writes("write /big 0+12288", "times /big mc");
    }

    @Test
    void writeOverTheTailKeepsNothingBehindIt() {
        footprintOf(tx -> write(tx, BIG, 12288, 100))
                .reads("pages /big 3-3").writes("write /big 12288+100", "times /big mc");
        footprintOf(tx -> write(tx, BIG, 12298, 200))
                .reads("pages /big 3-3", "length>=12298 /big").writes("write /big 12288+210", "times /big mc");
    }

    @Test
    void writeBeyondTheEndReadsItsPageAndNoLength() {
        footprintOf(tx -> write(tx, FILE, 9000, 10))
                .reads("pages /file 2-2").writes("write /file 8192+818", "times /file mc");
    }

    @Test
    void readOfTheHoleBeforeOwnBytesReadsPagesAndNoLength() {
        footprintOf(tx -> {
            write(tx, FILE, 8192, 4096);
            read(tx, FILE, 4096, 4096, 4096);
        }).reads("pages /file 1-1").writes("write /file 8192+4096", "times /file amc");
    }

    @Test
    void writeIsRefused() {
        footprintOf(tx -> write(tx, FILE, Blocks.FILE_BYTES_MAX - 1, 2)).refused(FsError.FILE_TOO_LARGE).reads();
        footprintOf(tx -> write(tx, FILE, -1, 2)).refused(FsError.INVALID_ARGUMENT).reads();
        footprintOf(tx -> write(tx, Ino.ROOT, 0, 2)).refused(FsError.IS_A_DIRECTORY).reads();
        footprintOf(new TransactionOptions(true, false, true), tx -> write(tx, FILE, 0, 2))
                .refused(FsError.READ_ONLY).reads();
    }

    @Test
    void writeByAUserReadsWhetherSetIdBitsMustGo() {
        footprintOf(tx -> WriteRange.run(tx, USER, BIG, 0, ByteBuffer.wrap(new byte[4096])))
                .reads("identity /big").writes("write /big 0+4096", "times /big mc");
    }

    @Test
    void whatAnUnlinkedFileLosesDependsOnItsLinks() {
        footprintOf(tx -> {
            write(tx, BIG, 0, 4096);
            Unlink.run(tx, ROOT, Ino.ROOT, name("big"));
        }).reads("present /big", "links /big").writes("remove /big", "times / mc");
    }

    // Appending.

    @Test
    void appendIsBlind() {
        footprintOf(tx -> {
            append(tx, FILE, 10);
            append(tx, FILE, 5000);
        }).reads().writes("append /file 5010", "times /file mc");
    }

    @Test
    void appendAfterALookAtTheLengthIsAWrite() {
        footprintOf(tx -> {
            Getattr.run(tx, FILE);
            append(tx, FILE, 10);
        }).reads("identity /file", "length /file", "links /file", "pages /file 0-0")
                .writes("write /file 0+110", "times /file mc");
    }

    @Test
    void aLookAfterAnAppendSettlesIt() {
        footprintOf(tx -> {
            append(tx, FILE, 10);
            assertEquals(110, Getattr.run(tx, FILE).sizeBytes());
        }).reads("identity /file", "length /file", "links /file", "pages /file 0-0")
                .writes("write /file 0+110", "times /file mc");
    }

    @Test
    void aReadThatMeetsAppendedBytesSettlesThem() {
        footprintOf(tx -> {
            append(tx, FILE, 10);
            read(tx, FILE, 95, 10, 10);
        }).reads("length /file", "pages /file 0-0").writes("write /file 0+110", "times /file amc");
    }

    @Test
    void aReadBeforeAppendedBytesLeavesThemBlind() {
        footprintOf(tx -> {
            append(tx, BIG, 10);
            read(tx, BIG, 0, 4096, 4096);
        }).reads("pages /big 0-0", "length>=4096 /big").writes("append /big 10", "times /big amc");
    }

    @Test
    void aWriteBeforeAppendedBytesNeedsTheFileToReachThere() {
        footprintOf(tx -> {
            append(tx, BIG, 10);
            write(tx, BIG, 0, 4096);
        }).reads("length>=4096 /big").writes("write /big 0+4096", "append /big 10", "times /big mc");
    }

    @Test
    void aLongAppendIsAWriteAtTheEnd() {
        footprintOf(tx -> append(tx, FILE, Transaction.BLIND_APPEND_BYTES_MAX + 1))
                .reads("length /file", "pages /file 0-0", "pages /file 256-256")
                .writes("write /file 0+" + (Transaction.BLIND_APPEND_BYTES_MAX + 101), "times /file mc");
    }

    // Cutting.

    @Test
    void truncateIsBlind() {
        footprintOf(tx -> truncate(tx, BIG, 0)).reads().writes("length /big cut 0 extend -1", "times /big mc");
        footprintOf(tx -> truncate(tx, BIG, 5000)).reads().writes("length /big cut 5000 extend 5000", "times /big mc");
        footprintOf(tx -> truncate(tx, BIG, 99999)).reads()
                .writes("length /big cut 99999 extend 99999", "times /big mc");
    }

    @Test
    void openingToTruncateAndWritingReadsNothing() {
        footprintOf(tx -> {
            Open.run(tx, ROOT, BIG, OpenFlags.WRITE_TRUNCATE);
            write(tx, BIG, 0, 10);
            assertEquals(10, tx.inode(BIG).sizeBytes());
            read(tx, BIG, 0, 100, 10);
            append(tx, BIG, 10);
        }).reads().writes("length /big cut 0 extend -1", "write /big 0+20", "times /big amc");
    }

    @Test
    void aCutWithinAPageKeepsWhatLiesBefore() {
        footprintOf(tx -> {
            truncate(tx, BIG, 5000);
            read(tx, BIG, 4096, 4096, 904);
        }).reads("pages /big 1-1", "length>=5000 /big").writes("length /big cut 5000 extend 5000", "times /big amc");
    }

    @Test
    void truncateIsRefused() {
        footprintOf(tx -> truncate(tx, Ino.ROOT, 0)).refused(FsError.IS_A_DIRECTORY).reads();
        footprintOf(tx -> truncate(tx, SAMPLE.ino("/fifo"), 0)).refused(FsError.INVALID_ARGUMENT).reads();
        footprintOf(tx -> truncate(tx, FILE, -1)).refused(FsError.INVALID_ARGUMENT).reads();
        footprintOf(tx -> truncate(tx, FILE, Blocks.FILE_BYTES_MAX + 1)).refused(FsError.FILE_TOO_LARGE).reads();
        footprintOf(tx -> Setattr.run(tx, STRANGER, FILE, SetattrRequest.truncate(0)))
                .refused(FsError.ACCESS_DENIED).reads("identity /file");
    }

    // Opening.

    @Test
    void openByTheSuperuserReadsNothing() {
        footprintOf(tx -> Open.run(tx, ROOT, FILE, OpenFlags.READ_WRITE)).reads().writes();
    }

    @Test
    void openByAUserReadsWhoMay() {
        footprintOf(tx -> Open.run(tx, USER, FILE, OpenFlags.READ_WRITE)).reads("identity /file").writes();
        footprintOf(tx -> Open.run(tx, STRANGER, FILE, OpenFlags.READ_WRITE))
                .refused(FsError.ACCESS_DENIED).reads("identity /file");
        footprintOf(tx -> Open.run(tx, USER, Ino.ROOT, OpenFlags.WRITE)).refused(FsError.IS_A_DIRECTORY).reads();
    }
}
