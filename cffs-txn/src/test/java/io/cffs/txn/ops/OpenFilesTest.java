package io.cffs.txn.ops;

import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.DirtyRun;
import io.cffs.txn.SnapshotMiss;
import io.cffs.txn.Transaction;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.model.HeapFrames;
import io.cffs.txn.model.StateSnapshot;
import io.cffs.txn.port.BackendPort.InoRange;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/** Files that lose their name while they are open, the frames that hold written pages, and what a session is told. */
class OpenFilesTest {
    private final Volume volume = Volume.sample();
    private final Transaction tx = volume.begin();

    private static ByteBuffer bytes(int length) {
        return ByteBuffer.wrap(new byte[length]);
    }

    private Ino create(String name) throws FsException {
        return Create.run(tx, ROOT, Ino.ROOT, name(name), 0644, OpenFlags.READ_WRITE).ino();
    }

    @Test
    void anOpenFileWithoutANameIsReadAndWritten() throws FsException {
        Ino journal = create("journal");
        tx.retain(journal);
        WriteRange.run(tx, ROOT, journal, 0, bytes(5000));
        Unlink.run(tx, ROOT, Ino.ROOT, name("journal"));
        WriteRange.run(tx, ROOT, journal, 5000, bytes(5000));
        assertEquals(10_000, ReadRange.run(tx, journal, 0, ByteBuffer.allocate(20_000)));
        assertEquals(3, volume.frames.inUse());
        assertTrue(tx.isReadOnly());
        assertEquals(List.of(), tx.dirtyRuns());
        tx.release(journal);
        assertEquals(0, volume.frames.inUse());
    }

    @Test
    void theLastOfSeveralHandlesFreesTheFrames() throws FsException {
        Ino journal = create("journal");
        tx.retain(journal);
        tx.retain(journal);
        WriteRange.run(tx, ROOT, journal, 0, bytes(1));
        Unlink.run(tx, ROOT, Ino.ROOT, name("journal"));
        tx.release(journal);
        assertEquals(1, volume.frames.inUse());
        tx.release(journal);
        assertEquals(0, volume.frames.inUse());
    }

    @Test
    void aFileThatNobodyHoldsLosesItsFramesWithItsName() throws FsException {
        Ino scratch = create("scratch");
        WriteRange.run(tx, ROOT, scratch, 0, bytes(5000));
        AppendRange.run(tx, ROOT, volume.ino("/file"), bytes(10));
        Unlink.run(tx, ROOT, Ino.ROOT, name("scratch"));
        assertEquals(1, volume.frames.inUse());
        Rename.run(tx, ROOT, Ino.ROOT, name("big"), Ino.ROOT, name("file"), Rename.Mode.REPLACE);
        assertEquals(0, volume.frames.inUse());
    }

    @Test
    void closingAFileThatHasANameKeepsItsBytes() throws FsException {
        Ino file = create("x");
        tx.retain(file);
        WriteRange.run(tx, ROOT, file, 0, bytes(10));
        tx.release(file);
        assertEquals(List.of(new DirtyRun(file, 0, 10, false)), tx.dirtyRuns());
        tx.discard();
        tx.discard();
        assertEquals(0, volume.frames.inUse());
    }

    @Test
    void aFullBufferRefusesAWriteWhole() throws FsException {
        HeapFrames few = new HeapFrames(4);
        StateSnapshot snapshot = new StateSnapshot(volume.state.objects);
        Transaction small = new Transaction(snapshot, few, volume.ticker, TransactionOptions.DEFAULT);
        Ino big = volume.ino("/big");
        WriteRange.run(small, ROOT, big, 0, bytes(2 * 4096));
        ByteBuffer source = bytes(4 * 4096);
        FsException refusal = assertThrows(
                FsException.class, () -> WriteRange.run(small, ROOT, big, 4096, source));
        assertEquals(FsError.NO_SPACE, refusal.error());
        assertEquals(0, source.position());
        assertEquals(List.of(new DirtyRun(big, 0, 2 * 4096, false)), small.dirtyRuns());
        assertEquals(2, few.inUse());
    }

    @Test
    void whatCouldNotBeWrittenDownIsNeverCommitted() throws FsException {
        WriteRange.run(tx, ROOT, volume.ino("/file"), 0, bytes(10));
        volume.frames.fail();
        assertThrows(FsException.class, () -> WriteRange.run(tx, ROOT, volume.ino("/file"), 5, bytes(10)));
        FsException refusal = assertThrows(FsException.class, () -> Volume.request(tx));
        assertEquals(FsError.ENVIRONMENT_FAILED, refusal.error());
    }

    @Test
    void appendedBytesFillFramesBeforeTheyTakeMore() throws FsException {
        Ino file = volume.ino("/file");
        for (int i = 0; i < 100; i++) {
            AppendRange.run(tx, ROOT, file, bytes(41));
        }
        assertEquals(2, volume.frames.inUse());
        assertEquals(List.of(new DirtyRun(file, 0, 4100, true)), tx.dirtyRuns());
    }

    @Test
    void aBlockIsStampedAnewWhenItIsWritten() throws FsException {
        Ino file = create("x");
        assertEquals(0, tx.changedAt(file, 0));
        WriteRange.run(tx, ROOT, file, 0, bytes(4096));
        long first = tx.changedAt(file, 0);
        assertTrue(first > 0);
        WriteRange.run(tx, ROOT, file, 131_072, bytes(10));
        assertEquals(first, tx.changedAt(file, 0));
        WriteRange.run(tx, ROOT, file, 5, bytes(10));
        assertTrue(tx.changedAt(file, 0) > first);
        long second = tx.changedAt(file, 0);
        Setattr.run(tx, ROOT, file, SetattrRequest.ftruncate(100));
        assertTrue(tx.changedAt(file, 0) > second);
    }

    @Test
    void runsOfPagesAreJoinedAndEndWithTheFile() throws FsException {
        Ino big = volume.ino("/big");
        WriteRange.run(tx, ROOT, big, 4096, bytes(4096));
        WriteRange.run(tx, ROOT, big, 0, bytes(4096));
        WriteRange.run(tx, ROOT, big, 12_288, bytes(100));
        assertEquals(
                List.of(new DirtyRun(big, 0, 8192, false), new DirtyRun(big, 12_288, 100, false)), tx.dirtyRuns());
        assertEquals(3, tx.dirtyPageCount());
    }

    @Test
    void aTransactionThatOnlyReadsNeedsNoCommit() throws FsException {
        ReadRange.run(tx, volume.ino("/file"), 0, ByteBuffer.allocate(10));
        Getattr.run(tx, volume.ino("/file"));
        assertTrue(tx.isReadOnly());
        volume.ticker.now++;
        Setattr.run(tx, ROOT, volume.ino("/file"), SetattrRequest.chmod(0644));
        assertFalse(tx.isReadOnly());
    }

    @Test
    void inodeNumbersAreAskedForAndNeverUsedTwice() throws FsException {
        tx.giveInos(new InoRange(900, 2));
        assertEquals(new Ino(900), create("x"));
        assertThrows(FsException.class, () ->
                Create.run(tx, ROOT, Ino.ROOT, name("x"), 0644, OpenFlags.CREATE_NEW));
        assertEquals(new InoRange(901, 1), tx.unusedInos());
        assertEquals(new Ino(901), create("y"));
        SnapshotMiss miss = assertThrows(SnapshotMiss.class, () -> create("z"));
        assertEquals(new SnapshotMiss.Wanted.Inos(Transaction.INO_BATCH), miss.wanted());
        tx.giveInos(new InoRange(950, 1));
        assertEquals(new Ino(950), create("z"));
    }

    @Test
    void aReadNamesAllBlocksThatItMisses() throws FsException {
        volume.commit(body -> {
            Ino wide = Create.run(body, ROOT, Ino.ROOT, name("wide"), 0644, OpenFlags.READ_WRITE).ino();
            WriteRange.run(body, ROOT, wide, 0, bytes(4 * 131_072));
        });
        Ino wide = volume.ino("/wide");
        int most = 0;
        for (int seed = 0; seed < 50; seed++) {
            Transaction missing = new Transaction(
                    new StateSnapshot(volume.state.objects, new SplittableRandom(seed)), volume.frames, volume.ticker,
                    TransactionOptions.DEFAULT);
            ByteBuffer target = ByteBuffer.allocate(4 * 131_072);
            try {
                ReadRange.run(missing, wide, 0, target);
            } catch (SnapshotMiss miss) {
                assertEquals(0, target.position());
                most = Math.max(most, ((SnapshotMiss.Wanted.Objects) miss.wanted()).keys().size());
            }
        }
        assertTrue(most > 1, "most blocks in one miss: " + most);
    }
}
