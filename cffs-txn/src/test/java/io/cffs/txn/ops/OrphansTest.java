package io.cffs.txn.ops;

import static io.cffs.txn.ops.Footprint.footprintOf;
import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.Orphan;
import io.cffs.txn.Transaction;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.model.HeapFrames;
import io.cffs.txn.model.StateSnapshot;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is open and has no name, from one transaction to the next: what that reads, and when it does not live on. */
class OrphansTest {
    private static final Ino BIG = Volume.sample().ino("/big");

    private final Volume volume = Volume.sample();

    private static void unlinkOpen(Transaction tx) throws FsException {
        tx.retain(BIG);
        Unlink.run(tx, ROOT, Ino.ROOT, name("big"));
    }

    private static List<Orphan> left(Transaction tx, boolean committed) {
        List<Orphan> taken = tx.orphans().take(committed, ino -> false);
        tx.discard();
        return taken;
    }

    @Test
    void keepingIsReadingTheWhole() {
        footprintOf(tx -> {
            unlinkOpen(tx);
            assertEquals(List.of(BIG), tx.orphans().toKeep(false));
            assertFalse(tx.orphans().keep(BIG));
            assertEquals(List.of(), tx.orphans().toKeep(false));
        }).reads("present /big", "identity /big", "pages /big 0-3", "length /big", "links /big")
                .writes("remove /big", "times / mc");
    }

    @Test
    void whatWasMadeHereIsItsOwnAlready() {
        footprintOf(tx -> {
            Ino made = Tmpfile.run(tx, ROOT, Ino.ROOT, 0600).ino();
            tx.retain(made);
            WriteRange.run(tx, ROOT, made, 0, ByteBuffer.allocate(10));
            assertEquals(List.of(), tx.orphans().toKeep(false));
            assertFalse(tx.orphans().keep(made));
        }).reads("identity /").writes();
    }

    @Test
    void whoHasNoHandleKeepsNothing() throws FsException {
        Transaction tx = volume.begin();
        unlinkOpen(tx);
        tx.release(BIG);
        assertEquals(List.of(), tx.orphans().toKeep(false));
        assertEquals(List.of(), left(tx, true));
    }

    @Test
    void aStoredFileLivesOnWhenItsRemovalHappened() throws FsException {
        Transaction tx = volume.begin();
        unlinkOpen(tx);
        tx.orphans().keep(BIG);
        assertEquals(List.of(), tx.orphans().take(false, ino -> false));
        List<Orphan> taken = left(tx, true);
        assertEquals(1, taken.size());
        assertEquals(4, volume.frames.inUse());
        taken.getFirst().discard(volume.frames);
        assertEquals(0, volume.frames.inUse());
    }

    @Test
    void whatThereIsNoRoomForIsLost() throws FsException {
        HeapFrames few = new HeapFrames(3);
        Transaction tx = new Transaction(
                new StateSnapshot(volume.state.objects), few, volume.ticker, TransactionOptions.DEFAULT);
        unlinkOpen(tx);
        FsException refusal = assertThrows(FsException.class, () -> tx.orphans().keep(BIG));
        assertEquals(FsError.NO_SPACE, refusal.error());
        tx.orphans().giveUp(BIG);
        assertEquals(List.of(), tx.orphans().toKeep(false));
        assertEquals(100, ReadRange.run(tx, BIG, 3 * 4096, ByteBuffer.allocate(200)));
        assertEquals(List.of(), left(tx, true));
        assertEquals(0, few.inUse());
    }

    @Test
    void bytesThatMayBeHalfWrittenDoNotLiveOn() throws FsException {
        Transaction tx = volume.begin();
        Ino made = Tmpfile.run(tx, ROOT, Ino.ROOT, 0600).ino();
        tx.retain(made);
        WriteRange.run(tx, ROOT, made, 0, ByteBuffer.allocate(10));
        volume.frames.fail();
        assertThrows(FsException.class, () -> WriteRange.run(tx, ROOT, made, 0, ByteBuffer.allocate(10)));
        assertEquals(List.of(), left(tx, false));
        assertEquals(0, volume.frames.inUse());
    }

    @Test
    void aFileThatNeverHadANameMayGetItsFirstLater() throws FsException {
        Transaction tx = volume.begin();
        Ino made = Tmpfile.run(tx, ROOT, Ino.ROOT, 0600).ino();
        tx.retain(made);
        WriteRange.run(tx, ROOT, made, 0, ByteBuffer.wrap(new byte[] {1, 2, 3}));
        List<Orphan> taken = left(tx, true);

        Transaction next = volume.begin();
        next.retain(made);
        taken.forEach(next.orphans()::adopt);
        assertTrue(next.isReadOnly());
        long stamp = next.changedAt(made, 0);
        assertTrue(stamp > 0, "no copy that was uploaded for the transaction before is its content");
        Link.run(next, ROOT, made, Ino.ROOT, name("named"));
        volume.commit(next);
        ByteBuffer bytes = ByteBuffer.allocate(10);
        assertEquals(3, ReadRange.run(volume.begin(), volume.ino("/named"), 0, bytes));
        assertEquals(2, bytes.get(1));
    }
}
