package io.cffs.daemon.staging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.staging.StagingPlan.Piece;
import io.cffs.model.Blocks;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.txn.DirtyRun;
import io.cffs.txn.StagedId;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StagingPlanTest {
    private static final long MIB = 1024 * 1024;
    private static final int BLOCK = Blocks.BLOCK_BYTES;

    @Test
    void aLittleTravelsInTheRequest() {
        List<DirtyRun> runs = List.of(run(5, 0, MIB - 10), run(6, 4096, 10));
        StagingPlan plan = new StagingPlan(runs, MIB, window -> null);
        assertEquals(List.of(new Piece.Inline(runs.get(0), 0, MIB - 10)), plan.piecesOf(0));
        assertEquals(List.of(new Piece.Inline(runs.get(1), 0, 10)), plan.piecesOf(1));
        assertEquals(0, plan.objectCount());
    }

    @Test
    void wholeBlocksAreStagedAndTheHeadIsNot() {
        DirtyRun run = run(5, 4096, 9 * MIB);
        StagingPlan plan = new StagingPlan(List.of(run), MIB, window -> null);
        long head = BLOCK - 4096;
        assertEquals(
                List.of(
                        new Piece.Inline(run, 0, head),
                        new Piece.InObject(run, head, 4 * MIB, 0, 0),
                        new Piece.InObject(run, head + 4 * MIB, 4 * MIB, 1, 0),
                        new Piece.InObject(run, head + 8 * MIB, MIB - head, 2, 0)),
                plan.piecesOf(0));
        assertEquals(MIB - head, plan.lengthOf(2));
    }

    @Test
    void whatWasStagedAheadIsReferredTo() {
        DirtyRun run = run(5, MIB, 12 * MIB);
        StagedId ahead = new StagedId(new TxnId(1, 1), 7);
        StagingPlan plan = new StagingPlan(List.of(run), MIB, window -> window.offset() == 8 * MIB ? ahead : null);
        assertEquals(
                List.of(
                        new Piece.InObject(run, 0, 4 * MIB, 0, 0),
                        new Piece.InObject(run, 4 * MIB, 3 * MIB, 1, 0),
                        new Piece.Ahead(run, 7 * MIB, 4 * MIB, ahead),
                        new Piece.InObject(run, 11 * MIB, MIB, 1, 3 * MIB)),
                plan.piecesOf(0));
    }

    @Test
    void manySmallFilesArePackedWithoutGaps() {
        List<DirtyRun> runs = new ArrayList<>();
        for (int i = 0; i < 10_000; i++) {
            runs.add(run(5 + i, 0, 1000));
        }
        StagingPlan plan = new StagingPlan(runs, MIB, window -> null);
        assertEquals(3, plan.objectCount());
        assertEquals(10_000_000, plan.lengthOf(0) + plan.lengthOf(1) + plan.lengthOf(2));
    }

    /**
     * Whatever was written: every byte has one place, no object is too long, whole blocks are where they can be taken.
     */
    @Test
    void everyPlanAddsUp() {
        SplittableRandom random = new SplittableRandom(4);
        for (int round = 0; round < 500; round++) {
            List<DirtyRun> runs = randomRuns(random);
            TxnId txn = new TxnId(0, 0);
            StagingPlan plan = new StagingPlan(
                    runs, MIB, window -> window.firstBlock() % 64 == 0 ? new StagedId(txn, 1) : null);
            long inline = 0;
            for (int i = 0; i < runs.size(); i++) {
                long at = 0;
                for (Piece piece : plan.piecesOf(i)) {
                    assertEquals(runs.get(i), piece.run());
                    assertEquals(at, piece.from());
                    assertTrue(piece.lengthBytes() > 0);
                    at += piece.lengthBytes();
                    inline += piece instanceof Piece.Inline ? piece.lengthBytes() : 0;
                    long place = runs.get(i).offset() + piece.from();
                    assertTrue(!(piece instanceof Piece.Ahead) || place % (4 * MIB) == 0);
                    boolean whole = (runs.get(i).offset() + piece.from()) % BLOCK == 0 && piece.lengthBytes() >= BLOCK;
                    if (piece instanceof Piece.InObject placed && whole && !runs.get(i).append()) {
                        assertEquals(0, placed.offset() % BLOCK);
                    }
                }
                assertEquals(runs.get(i).lengthBytes(), at);
            }
            assertTrue(inline <= MIB);
            assertObjectsHold(plan);
        }
    }

    private static void assertObjectsHold(StagingPlan plan) {
        for (int object = 0; object < plan.objectCount(); object++) {
            long end = 0;
            for (Piece piece : plan.contentOf(object)) {
                Piece.InObject placed = (Piece.InObject) piece;
                assertEquals(object, placed.object());
                assertTrue(placed.offset() >= end);
                end = placed.offset() + placed.lengthBytes();
            }
            assertEquals(end, plan.lengthOf(object));
            assertTrue(end <= StagedId.BYTES_MAX);
        }
    }

    private static List<DirtyRun> randomRuns(SplittableRandom random) {
        List<DirtyRun> runs = new ArrayList<>();
        int files = 1 + random.nextInt(20);
        for (int file = 0; file < files; file++) {
            long offset = 0;
            for (int run = random.nextInt(4); run >= 0; run--) {
                offset += 4096L * random.nextInt(300);
                long length = 1 + random.nextLong(random.nextBoolean() ? 5000 : 12 * MIB);
                boolean append = random.nextInt(10) == 0;
                runs.add(new DirtyRun(new Ino(5 + file), append ? 0 : offset, length, append));
                offset = Math.ceilDiv(offset + length, 4096L) * 4096;
            }
        }
        return runs;
    }

    private static DirtyRun run(long ino, long offset, long length) {
        return new DirtyRun(new Ino(ino), offset, length, false);
    }
}
