package io.cffs.txn.ops;

import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Bytes;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.Transaction;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.WriteLimits;
import io.cffs.txn.WriteRoom;
import io.cffs.txn.codec.Codecs;
import io.cffs.txn.port.BackendPort.InoRange;
import io.cffs.txn.port.HeapRoom;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A transaction that has grown as large as it may. */
class WriteRoomTest {
    private static final int ENDLESS = Integer.MAX_VALUE;

    private final Volume volume = Volume.sample();
    private final TestHeap heap = new TestHeap(Long.MAX_VALUE / 2);

    private static final class TestHeap implements HeapRoom {
        private final long bytesMax;
        private long used;

        TestHeap(long bytesMax) {
            this.bytesMax = bytesMax;
        }

        @Override
        public void use(long bytes) {
            used += bytes;
        }

        @Override
        public long leftBytes() {
            return bytesMax - used;
        }

        @Override
        public long bytesMax() {
            return bytesMax;
        }
    }

    private Transaction begin(long changesMax, long requestBytesMax, HeapRoom room) {
        return volume.begin(
                new TransactionOptions(false, false, true, new WriteLimits(changesMax, requestBytesMax, room)));
    }

    private static Ino create(Transaction tx, String name) throws FsException {
        return Create.run(tx, ROOT, Ino.ROOT, name(name), 0644, OpenFlags.READ_WRITE).ino();
    }

    /** Makes files until it is refused, and says how many. */
    private int fill(Transaction tx, String prefix) {
        for (int i = 0; i < 100; i++) {
            try {
                create(tx, prefix + i);
            } catch (FsException e) {
                assertEquals(FsError.NO_SPACE, e.error());
                return i;
            }
        }
        return 100;
    }

    private static void refused(Transaction tx, Volume.Body body) {
        assertEquals(FsError.NO_SPACE, assertThrows(FsException.class, () -> body.in(tx)).error());
    }

    @Test
    void whatWouldMakeItLargerIsRefusedAndTheRestCommits() throws FsException {
        Transaction tx = begin(128, ENDLESS, heap);
        int made = fill(tx, "f");
        assertTrue(made > 40 && made < 60, "made " + made);
        assertEquals(WriteRoom.Shortage.CHANGES, tx.room().refused());
        Ino file = volume.ino("/file");
        for (Volume.Body growing : new Volume.Body[] {
            at -> Mkdir.run(at, ROOT, Ino.ROOT, name("d"), 0755),
            at -> Symlink.run(at, ROOT, Ino.ROOT, name("s"), Bytes.ofUtf8("x")),
            at -> Link.run(at, ROOT, file, Ino.ROOT, name("l")),
            at -> Rename.run(at, ROOT, Ino.ROOT, name("file"), Ino.ROOT, name("g"), Rename.Mode.REPLACE),
            at -> WriteRange.run(at, ROOT, file, 0, ByteBuffer.allocate(1)),
            at -> Setattr.run(at, ROOT, file, SetattrRequest.chmod(0600)),
            at -> Tmpfile.run(at, ROOT, Ino.ROOT, 0600)}) {
            refused(tx, growing);
        }
        ByteBuffer read = ByteBuffer.allocate(100);
        assertEquals(100, ReadRange.run(tx, file, 0, read));
        assertFalse(tx.isChanged(file), "an access time is not worth the last of the room");
        assertEquals(made, Volume.request(tx).writes().size() / 2);
        volume.commit(tx);
        assertEquals(0, heap.used);
        volume.ino("/f" + (made - 1));
    }

    @Test
    void removingWhatWasMadeGivesRoomBack() throws FsException {
        Transaction tx = begin(96, ENDLESS, heap);
        int made = fill(tx, "f");
        for (int i = 0; i < made; i++) {
            Unlink.run(tx, ROOT, Ino.ROOT, name("f" + i));
        }
        assertEquals(made, fill(tx, "g"));
        volume.commit(tx);
        assertThrows(AssertionError.class, () -> volume.ino("/f0"));
    }

    /** Made, removed and forgotten: all that is left is that its name was absent. */
    @Test
    void whatCameAndWentTakesNoRoom() throws FsException {
        int count = 300_000;
        Transaction tx = begin(ENDLESS, ENDLESS, heap);
        tx.giveInos(new InoRange(1_000_000, 2 * count));
        comeAndGo(tx, "same");
        long once = heap.used;
        for (int i = 1; i < count; i++) {
            comeAndGo(tx, "same");
        }
        assertEquals(once, heap.used);
        for (int i = 0; i < count; i++) {
            comeAndGo(tx, "other" + i);
        }
        long each = (heap.used - once) / count;
        assertTrue(each > 0 && each <= 130, each + " bytes");
        assertEquals(0, Volume.request(tx).writes().stream().filter(Mutation.CreateInode.class::isInstance).count());
        tx.discard();
        assertEquals(0, heap.used);
    }

    private static void comeAndGo(Transaction tx, String name) throws FsException {
        Ino made = create(tx, name);
        WriteRange.run(tx, ROOT, made, 0, ByteBuffer.allocate(1));
        Unlink.run(tx, ROOT, Ino.ROOT, name(name));
        tx.orphans().forget(made);
        assertTrue(tx.isAsStored(made), "nothing is known of it");
        tx.room().allowsMore();
    }

    /** Not while it is open, has a name, or is stored. */
    @Test
    void whatCanStillBeSeenIsNotForgotten() throws FsException {
        Transaction tx = begin(ENDLESS, ENDLESS, heap);
        Ino open = create(tx, "open");
        tx.retain(open);
        WriteRange.run(tx, ROOT, open, 0, ByteBuffer.allocate(7));
        Unlink.run(tx, ROOT, Ino.ROOT, name("open"));
        Ino named = create(tx, "named");
        Ino file = volume.ino("/file");
        Unlink.run(tx, ROOT, Ino.ROOT, name("file"));
        for (Ino ino : new Ino[] {open, named, file}) {
            tx.orphans().forget(ino);
        }
        assertEquals(7, ReadRange.run(tx, open, 0, ByteBuffer.allocate(100)));
        volume.commit(tx);
        volume.ino("/named");
        assertThrows(AssertionError.class, () -> volume.ino("/file"));
    }

    /** One that has several names ends once, one that keeps a name or only moves does not end. */
    @Test
    void theEndOfAFileCountsOnce() throws FsException {
        volume.commit(tx -> {
            for (String link : new String[] {"l1", "l2", "l3"}) {
                Link.run(tx, ROOT, volume.ino("/file"), Ino.ROOT, name(link));
            }
        });
        Transaction tx = begin(ENDLESS, ENDLESS, heap);
        for (String gone : new String[] {"file", "l1", "l2", "l3"}) {
            Unlink.run(tx, ROOT, Ino.ROOT, name(gone));
        }
        Rename.run(tx, ROOT, Ino.ROOT, name("one"), Ino.ROOT, name("moved"), Rename.Mode.REPLACE);
        List<Mutation> writes = Volume.request(tx).writes();
        assertEquals(writes.size() + WriteLimits.MORE_OF_REMOVED, WriteLimits.changesOf(writes));
        assertTrue(WriteLimits.changesOf(writes) <= tx.room().changes());
    }

    /** A backend holds what it was and what it is. */
    @Test
    void aStoredFileWhoseTimesAreSetCountsOnceMore() throws FsException {
        Transaction tx = begin(ENDLESS, ENDLESS, heap);
        Setattr.run(tx, ROOT, volume.ino("/file"),
                SetattrRequest.utimens(new SetattrRequest.TimeSetting.At(1), null));
        List<Mutation> writes = Volume.request(tx).writes();
        assertEquals(1, writes.size());
        assertEquals(1 + WriteLimits.MORE_OF_TOUCHED, WriteLimits.changesOf(writes));
        assertEquals(1 + WriteLimits.MORE_OF_TOUCHED, tx.room().changes());
    }

    @Test
    void someRoomIsKeptForRemovingWhatIsStored() throws FsException {
        volume.commit(tx -> fill(tx, "old"));
        Transaction tx = begin(2048, ENDLESS, new TestHeap(40_000));
        int made = fill(tx, "f");
        assertTrue(made > 10 && made < 50, "made " + made);
        assertEquals(WriteRoom.Shortage.HEAP, tx.room().refused());
        Unlink.run(tx, ROOT, Ino.ROOT, name("old0"));
        refused(tx, at -> {
            for (int i = 1; i < 100; i++) {
                Unlink.run(at, ROOT, Ino.ROOT, name("old" + i));
            }
        });
        volume.commit(tx);
    }

    @Test
    void pagesThatWereWrittenMayBeWrittenAgain() throws FsException {
        Transaction tx = begin(128, ENDLESS, heap);
        Ino first = create(tx, "first");
        WriteRange.run(tx, ROOT, first, 0, ByteBuffer.allocate(5000));
        fill(tx, "f");
        assertEquals(3000, WriteRange.run(tx, ROOT, first, 100, ByteBuffer.allocate(3000)));
        refused(tx, at -> WriteRange.run(at, ROOT, first, 9000, ByteBuffer.allocate(1)));
        volume.commit(tx);
    }

    /** Long names, targets, attributes and separate pages: no commit is larger than it was counted. */
    @Test
    void noCommitIsLargerThanItWasCounted() throws FsException {
        Transaction tx = begin(ENDLESS, ENDLESS, heap);
        for (int i = 0; i < 20; i++) {
            Ino made = create(tx, "n".repeat(200) + i);
            for (int page = 0; page < 100; page += 2 + i % 3) {
                WriteRange.run(tx, ROOT, made, page * 4096L, ByteBuffer.allocate(1));
            }
            Setxattr.run(tx, ROOT, made, name("user.a" + i), Bytes.ofUtf8("v".repeat(300)), Setxattr.Mode.SET, false);
            Symlink.run(tx, ROOT, Ino.ROOT, name("s" + i), Bytes.ofUtf8("t".repeat(1000)));
        }
        Ino file = volume.ino("/file");
        Setattr.run(tx, ROOT, file, SetattrRequest.chmod(0600));
        Setattr.run(tx, ROOT, file, SetattrRequest.truncate(50));
        Rename.run(tx, ROOT, Ino.ROOT, name("one"), Ino.ROOT, name("file2"), Rename.Mode.REPLACE);
        Rename.run(tx, ROOT, Ino.ROOT, name("big"), Ino.ROOT, name("two"), Rename.Mode.REPLACE);
        Unlink.run(tx, ROOT, volume.ino("/dir"), name("inner"));
        CommitRequest request = Volume.request(tx);
        long bytes = Codecs.COMMIT_REQUEST.encode(request).length - request.inlineBytes();
        assertTrue(WriteLimits.changesOf(request.writes()) <= tx.room().changes(), tx.room().changes() + " counted");
        assertTrue(bytes <= tx.room().requestBytes(), bytes + " of " + tx.room().requestBytes());
        assertTrue(tx.room().changes() < request.writes().size() * 2L);
        assertTrue(tx.room().requestBytes() < bytes * 2, bytes + " of " + tx.room().requestBytes());
        volume.commit(tx);
    }
}
