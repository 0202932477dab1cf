package io.cffs.txn.ops;

import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.name;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Quota;
import io.cffs.model.Quota.Phase;
import io.cffs.txn.Mutation;
import io.cffs.txn.Transaction;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.apply.MutationRefused;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Quotas as operations see them. /dir is a quota tree of four pages: itself, inner (10 bytes) and sub are 3 inodes and
 * one page of it.
 */
class QuotaTest {
    private static final int PAGE = 4096;
    private static final int LIMIT = 4 * PAGE;

    private final Volume volume = Volume.sample();
    private final Ino dir = volume.ino("/dir");
    private final Ino inner = volume.ino("/dir/inner");
    private final Ino sub = volume.ino("/dir/sub");
    private final Ino file = volume.ino("/file");

    @BeforeEach
    void quota() {
        commit(limits(dir, LIMIT, 5, Phase.COUNTING), new Mutation.SetQuotaTree(dir, dir),
                new Mutation.SetQuotaTree(inner, dir), new Mutation.SetQuotaTree(sub, dir));
        commit(limits(dir, LIMIT, 5, Phase.COMPLETE));
    }

    private static Mutation limits(Ino tree, long bytes, long inodes, Phase phase) {
        return new Mutation.SetQuota(tree, bytes, inodes, phase);
    }

    private void commit(Mutation... mutations) {
        try {
            volume.state.commit(List.of(mutations));
            volume.state.check();
        } catch (MutationRefused e) {
            throw new AssertionError(e.toString(), e);
        }
    }

    private static ByteBuffer bytes(int length) {
        return ByteBuffer.wrap(new byte[length]);
    }

    private static void refused(FsError error, Volume.Body body, Transaction tx) {
        assertEquals(error, assertThrows(FsException.class, () -> body.in(tx)).error());
    }

    @Test
    void aWriteIsRefusedWhenItIsMadeAndChangesNothing() throws FsException {
        Transaction tx = volume.begin();
        WriteRange.run(tx, ROOT, inner, 0, bytes(LIMIT));
        ByteBuffer source = bytes(LIMIT + 1);
        refused(FsError.QUOTA_EXCEEDED, at -> WriteRange.run(at, ROOT, inner, 0, source), tx);
        assertEquals(0, source.position());
        refused(FsError.QUOTA_EXCEEDED, at -> AppendRange.run(at, ROOT, inner, bytes(1)), tx);
        assertEquals(LIMIT, tx.inode(inner).sizeBytes());
        volume.commit(tx);
        assertEquals(new Quota(LIMIT, 5, LIMIT, 3, Phase.COMPLETE), volume.state.quota(dir));
    }

    @Test
    void holesCostNothingUntilTheyAreWritten() throws FsException {
        Transaction tx = volume.begin();
        Setattr.run(tx, ROOT, inner, SetattrRequest.ftruncate(1L << 40));
        Fallocate.run(tx, ROOT, inner, Fallocate.Mode.ALLOCATE, 1L << 41, 1L << 41);
        WriteRange.run(tx, ROOT, inner, 1L << 30, bytes(2 * PAGE));
        volume.commit(tx);
        assertEquals(3 * PAGE, volume.state.quota(dir).bytesUsed());

        Transaction more = volume.begin();
        WriteRange.run(more, ROOT, inner, (1L << 30) - PAGE, bytes(3 * PAGE));
        refused(FsError.QUOTA_EXCEEDED, at -> WriteRange.run(at, ROOT, inner, (1L << 30) - 8 * PAGE, bytes(1)), more);
        Fallocate.run(more, ROOT, inner, Fallocate.Mode.PUNCH_HOLE, 1L << 30, PAGE);
        WriteRange.run(more, ROOT, inner, (1L << 30) - 8 * PAGE, bytes(1));
        assertEquals(LIMIT, more.quotas().of(dir).bytesUsed());
        volume.commit(more);
        assertEquals(LIMIT, volume.state.quota(dir).bytesUsed());
    }

    @Test
    void aCopyByReferenceCostsWhatItsSourceTakes() throws FsException {
        commit(limits(dir, 40 * PAGE, 9, Phase.COMPLETE));
        volume.commit(tx -> {
            WriteRange.run(tx, ROOT, inner, 0, bytes(30 * PAGE));
            Setattr.run(tx, ROOT, inner, SetattrRequest.ftruncate(32 * PAGE));
        });
        Transaction tx = volume.begin();
        Ino copy = Create.run(tx, ROOT, dir, name("copy"), 0644, OpenFlags.READ_WRITE).ino();
        refused(FsError.QUOTA_EXCEEDED, at -> CopyRange.run(at, ROOT, inner, 0, copy, 0, 32 * PAGE), tx);
        Fallocate.run(tx, ROOT, inner, Fallocate.Mode.PUNCH_HOLE, 0, 10 * PAGE);
        assertEquals(32 * PAGE, CopyRange.run(tx, ROOT, inner, 0, copy, 0, 32 * PAGE));
        assertEquals(40 * PAGE, tx.quotas().of(dir).bytesUsed());
        volume.commit(tx);
        assertEquals(40 * PAGE, volume.state.quota(dir).bytesUsed());
    }

    /** The program that changed the page has gone on. */
    @Test
    void aPageThatWasChangedThroughAMappingIsRefusedByTheCommit() throws FsException {
        Transaction tx = volume.begin();
        WriteRange.run(tx, ROOT, inner, 0, bytes(LIMIT));
        Setattr.run(tx, ROOT, inner, SetattrRequest.ftruncate(LIMIT + PAGE));
        WriteRange.runMapped(tx, inner, LIMIT, bytes(PAGE));
        List<Mutation> tooMuch = Volume.request(tx).writes();
        tx.discard();
        MutationRefused refused = assertThrows(MutationRefused.class, () -> volume.state.commit(tooMuch));
        assertEquals(io.cffs.txn.CommitOutcome.RefusalCause.QUOTA, refused.kind());
    }

    @Test
    void blindAppendsCountAsTheyAreMade() throws FsException {
        Transaction tx = volume.begin();
        AppendRange.run(tx, ROOT, inner, bytes(LIMIT - 10));
        refused(FsError.QUOTA_EXCEEDED, at -> AppendRange.run(at, ROOT, inner, bytes(1)), tx);
        Setattr.run(tx, ROOT, inner, SetattrRequest.ftruncate(0));
        AppendRange.run(tx, ROOT, inner, bytes(100));
        AppendRange.run(tx, ROOT, inner, bytes(LIMIT - 100));
        volume.commit(tx);
        assertEquals(LIMIT, volume.state.quota(dir).bytesUsed());
    }

    @Test
    void everyKindOfInodeCounts() throws FsException {
        Transaction tx = volume.begin();
        Mkdir.run(tx, ROOT, sub, name("a"), 0755);
        Ino made = Create.run(tx, ROOT, sub, name("b"), 0644, OpenFlags.READ_WRITE).ino();
        refused(FsError.QUOTA_EXCEEDED, at -> Mkdir.run(at, ROOT, dir, name("c"), 0755), tx);
        refused(FsError.QUOTA_EXCEEDED,
                at -> Create.run(at, ROOT, dir, name("c"), 0644, OpenFlags.READ_WRITE), tx);
        refused(FsError.QUOTA_EXCEEDED,
                at -> Symlink.run(at, ROOT, dir, name("c"), io.cffs.model.Bytes.ofUtf8("x")), tx);
        Link.run(tx, ROOT, made, dir, name("linked"));
        Unlink.run(tx, ROOT, sub, name("b"));
        refused(FsError.QUOTA_EXCEEDED, at -> Mkdir.run(at, ROOT, dir, name("c"), 0755), tx);
        Unlink.run(tx, ROOT, dir, name("linked"));
        Mkdir.run(tx, ROOT, dir, name("c"), 0755);
        volume.commit(tx);
        assertEquals(5, volume.state.quota(dir).inodesUsed());
    }

    @Test
    void whatIsRemovedMakesRoomAtOnce() throws FsException {
        Transaction tx = volume.begin();
        WriteRange.run(tx, ROOT, inner, 0, bytes(LIMIT));
        Unlink.run(tx, ROOT, dir, name("inner"));
        Ino next = Create.run(tx, ROOT, dir, name("next"), 0644, OpenFlags.READ_WRITE).ino();
        WriteRange.run(tx, ROOT, next, 0, bytes(LIMIT));
        assertEquals(new Quota(LIMIT, 5, LIMIT, 3, Phase.COMPLETE), tx.quotas().of(dir));
        Rmdir.run(tx, ROOT, dir, name("sub"));
        assertEquals(2, tx.quotas().of(dir).inodesUsed());
        volume.commit(tx);
        assertEquals(new Quota(LIMIT, 5, LIMIT, 2, Phase.COMPLETE), volume.state.quota(dir));
    }

    @Test
    void theVolumeCountsEverything() throws FsException {
        commit(limits(Ino.ROOT, volume.state.volumeBytes() + 2 * PAGE, Quota.UNLIMITED, Phase.COMPLETE));
        Transaction tx = volume.begin();
        WriteRange.run(tx, ROOT, file, 100, bytes(PAGE));
        refused(FsError.QUOTA_EXCEEDED, at -> WriteRange.run(at, ROOT, inner, 10, bytes(2 * PAGE)), tx);
        WriteRange.run(tx, ROOT, inner, 10, bytes(PAGE));
        volume.commit(tx);
        assertEquals(volume.state.volumeBytes(), volume.state.quota(Ino.ROOT).bytesUsed());
    }

    @Test
    void whatExistsStaysInItsTree() throws FsException {
        Transaction tx = volume.begin();
        refused(FsError.CROSSES_VOLUMES, at -> Link.run(at, ROOT, inner, Ino.ROOT, name("out")), tx);
        refused(FsError.CROSSES_VOLUMES, at -> Link.run(at, ROOT, file, dir, name("in")), tx);
        refused(FsError.CROSSES_VOLUMES, at -> rename(at, dir, "inner", Ino.ROOT, "out", Rename.Mode.REPLACE), tx);
        refused(FsError.CROSSES_VOLUMES, at -> rename(at, Ino.ROOT, "file", dir, "in", Rename.Mode.REPLACE), tx);
        refused(FsError.CROSSES_VOLUMES,
                at -> rename(at, Ino.ROOT, "file", dir, "inner", Rename.Mode.EXCHANGE), tx);
        rename(tx, dir, "inner", sub, "deeper", Rename.Mode.REPLACE);
        rename(tx, Ino.ROOT, "dir", volume.ino("/empty"), "moved", Rename.Mode.REPLACE);
        volume.commit(tx);
        assertEquals(dir, volume.state.inode(inner).quotaTree());
    }

    private static void rename(Transaction tx, Ino from, String name, Ino to, String toName, Rename.Mode mode)
            throws FsException {
        Rename.run(tx, ROOT, from, name(name), to, name(toName), mode);
    }

    /** The footprints are those without a quota: writers under one quota do not abort one another through it. */
    @Test
    void quotasAreNoPartOfAFootprint() {
        Footprint.footprintOf(volume, TransactionOptions.DEFAULT, tx -> AppendRange.run(tx, ROOT, inner, bytes(5)))
                .reads().writes("append /dir/inner 5", "times /dir/inner mc");
        Footprint.footprintOf(volume, TransactionOptions.DEFAULT,
                        tx -> Create.run(tx, ROOT, dir, name("new"), 0644, OpenFlags.READ_WRITE))
                .reads("absent /dir/new", "identity /dir")
                .writes("create new REGULAR 0644 0:0", "put /dir/new = new", "times /dir mc");
        Footprint.footprintOf(volume, TransactionOptions.DEFAULT,
                        tx -> WriteRange.run(tx, ROOT, inner, 0, bytes(LIMIT + 1)))
                .refused(FsError.QUOTA_EXCEEDED).reads();
    }

    /** Two that each fit and together do not: the later one is refused by the commit, with the quota's name. */
    @Test
    void theCommitDecidesForThoseThatCouldNotSeeOneAnother() throws FsException {
        Transaction one = volume.begin();
        Transaction two = volume.begin();
        AppendRange.run(one, ROOT, inner, bytes(2 * PAGE));
        AppendRange.run(two, ROOT, inner, bytes(2 * PAGE));
        List<Mutation> late = Volume.request(two).writes();
        volume.commit(one);
        two.discard();
        MutationRefused refused = assertThrows(MutationRefused.class, () -> volume.state.commit(late));
        assertEquals(io.cffs.txn.CommitOutcome.RefusalCause.QUOTA, refused.kind());
        assertEquals("the quota of the directory with inode " + dir.value()
                + " is exceeded: 12288 bytes used and 8192 more wanted of 16384", refused.getMessage());
        assertEquals(3 * PAGE, volume.state.quota(dir).bytesUsed());
    }
}
