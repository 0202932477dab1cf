package io.cffs.txn.apply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.Quota;
import io.cffs.model.Quota.Phase;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.Mutation;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What commits do to quotas; lengths and limits are in pages. {@link MapState#check} compares every quota with the
 * inodes that count to it.
 */
class ApplierQuotaTest {
    private static final int PAGE = 4096;
    private static final Ino TOP = new Ino(10);
    private static final Ino SUB = new Ino(11);
    private static final Ino FILE = new Ino(12);

    private final MapState state = new MapState();

    /** /top/sub/file, 100 pages; no quota. */
    @BeforeEach
    void tree() throws MutationRefused {
        commit(new Mutation.CreateInode(MapState.directory(10)), name(Ino.ROOT, "top", TOP, FileType.DIRECTORY));
        commit(new Mutation.CreateInode(MapState.directory(11)), name(TOP, "sub", SUB, FileType.DIRECTORY));
        commit(new Mutation.CreateInode(MapState.regular(12)), name(SUB, "file", FILE, FileType.REGULAR),
                write(FILE, 0, 100));
    }

    private void commit(Mutation... mutations) throws MutationRefused {
        state.commit(mutations);
        state.check();
    }

    private RefusalCause refusal(Mutation... mutations) {
        return assertThrows(MutationRefused.class, () -> state.commit(mutations)).kind();
    }

    private static Mutation name(Ino parent, String name, Ino ino, FileType type) {
        return new Mutation.PutDentry(parent, Name.of(name), ino, type);
    }

    private static Mutation gone(Ino parent, String name, Ino ino, FileType type) {
        return new Mutation.RemoveDentry(parent, Name.of(name), ino, type);
    }

    private static Mutation write(Ino ino, long offset, int length) {
        return new Mutation.WriteBytes(
                ino, offset * PAGE, new Mutation.FileBytes.Inline(Bytes.owning(new byte[length * PAGE])));
    }

    private static Mutation append(Ino ino, int length) {
        return new Mutation.Append(ino, new Mutation.FileBytes.Inline(Bytes.owning(new byte[length * PAGE])));
    }

    private static Mutation.SetQuota limit(Ino tree, long bytes, long inodes, Phase phase) {
        return new Mutation.SetQuota(tree, bytes * PAGE, inodes, phase);
    }

    private void countAll(long bytesMax, long inodesMax) throws MutationRefused {
        commit(limit(TOP, bytesMax, inodesMax, Phase.COUNTING), new Mutation.SetQuotaTree(TOP, TOP));
        commit(new Mutation.SetQuotaTree(SUB, TOP));
        commit(new Mutation.SetQuotaTree(FILE, TOP));
        commit(limit(TOP, bytesMax, inodesMax, Phase.COMPLETE));
    }

    private static Quota quota(long bytesMax, long inodesMax, long bytes, long inodes) {
        return new Quota(bytesMax * PAGE, inodesMax, bytes * PAGE, inodes, Phase.COMPLETE);
    }

    @Test
    void theVolumeStartsWithWhatItHolds() throws MutationRefused {
        commit(limit(Ino.ROOT, 1000, 10, Phase.COMPLETE));
        assertEquals(quota(1000, 10, 100, 4), state.quota(Ino.ROOT));
        commit(append(FILE, 50));
        assertEquals(quota(1000, 10, 150, 4), state.quota(Ino.ROOT));
        assertEquals(RefusalCause.QUOTA, refusal(append(FILE, 851)));
        commit(append(FILE, 850));
        commit(new Mutation.RemoveQuota(Ino.ROOT));
        assertNull(state.quota(Ino.ROOT));
        commit(append(FILE, 1));
    }

    @Test
    void aTreeCountsWhatIsThereAndThenWhatComes() throws MutationRefused {
        countAll(200, 5);
        assertEquals(quota(200, 5, 100, 3), state.quota(TOP));
        commit(new Mutation.CreateInode(MapState.regular(13)), name(SUB, "new", new Ino(13), FileType.REGULAR),
                write(new Ino(13), 0, 60));
        assertEquals(TOP, state.inode(13).quotaTree());
        assertEquals(quota(200, 5, 160, 4), state.quota(TOP));
        assertEquals(RefusalCause.QUOTA, refusal(append(FILE, 41)));
        commit(new Mutation.SetLength(FILE, -1, 1L << 40));
        assertEquals(quota(200, 5, 160, 4), state.quota(TOP));
        commit(new Mutation.SetLength(FILE, 10 * PAGE, -1));
        commit(gone(SUB, "new", new Ino(13), FileType.REGULAR));
        assertEquals(quota(200, 5, 10, 3), state.quota(TOP));
    }

    @Test
    void whatAWholeNewTreeOfDirectoriesCountsTo() throws MutationRefused {
        countAll(1000, 5);
        Mutation[] deep = {
            new Mutation.CreateInode(MapState.directory(22)), new Mutation.CreateInode(MapState.regular(20)),
            new Mutation.CreateInode(MapState.directory(21)), name(new Ino(21), "f", new Ino(20), FileType.REGULAR),
            name(new Ino(22), "b", new Ino(21), FileType.DIRECTORY), name(TOP, "a", new Ino(22), FileType.DIRECTORY)};
        assertEquals(RefusalCause.QUOTA, refusal(deep));
        commit(limit(TOP, 1000, 6, Phase.COMPLETE));
        commit(deep);
        assertEquals(TOP, state.inode(20).quotaTree());
        assertEquals(quota(1000, 6, 100, 6), state.quota(TOP));
    }

    @Test
    void whatTheTransactionSaysOfItsTreeIsNotBelieved() throws MutationRefused {
        countAll(1000, 10);
        commit(new Mutation.CreateInode(MapState.regular(13).withQuotaTree(TOP)),
                name(Ino.ROOT, "outside", new Ino(13), FileType.REGULAR));
        assertNull(state.inode(13).quotaTree());
    }

    /** The tree was set while the transaction ran, which has seen none. */
    @Test
    void noneOfSeveralNamesLeadsFromOneTreeToAnother() throws MutationRefused {
        countAll(1000, 10);
        Ino made = new Ino(13);
        Mutation create = new Mutation.CreateInode(MapState.regular(13));
        Mutation inside = name(TOP, "one", made, FileType.REGULAR);
        Mutation outside = name(Ino.ROOT, "two", made, FileType.REGULAR);
        assertEquals(RefusalCause.QUOTA, refusal(create, inside, outside));
        assertEquals(RefusalCause.QUOTA, refusal(create, outside, inside));
        commit(create, outside);
        assertEquals(RefusalCause.QUOTA,
                refusal(inside, name(Ino.ROOT, "three", made, FileType.REGULAR)));
    }

    @Test
    void whatShrinksFitsBeyondALoweredLimit() throws MutationRefused {
        countAll(1000, 10);
        commit(limit(TOP, 50, 1, Phase.COMPLETE));
        assertEquals(RefusalCause.QUOTA, refusal(append(FILE, 1)));
        commit(new Mutation.SetLength(FILE, 90 * PAGE, -1));
        commit(write(FILE, 0, 90));
        assertEquals(quota(50, 1, 90, 3), state.quota(TOP));
    }

    @Test
    void whatIsGivenBackInACommitCanBeTakenInIt() throws MutationRefused {
        countAll(100, 3);
        commit(new Mutation.CreateInode(MapState.regular(13)), gone(SUB, "file", FILE, FileType.REGULAR),
                name(SUB, "file", new Ino(13), FileType.REGULAR), write(new Ino(13), 0, 100));
        assertEquals(quota(100, 3, 100, 3), state.quota(TOP));
    }

    @Test
    void nothingThatExistsIsNamedFromOneTreeIntoAnother() throws MutationRefused {
        countAll(1000, 10);
        assertEquals(RefusalCause.QUOTA, refusal(name(Ino.ROOT, "link", FILE, FileType.REGULAR)));
        assertEquals(RefusalCause.QUOTA, refusal(gone(TOP, "sub", SUB, FileType.DIRECTORY),
                name(Ino.ROOT, "sub", SUB, FileType.DIRECTORY)));
        commit(name(TOP, "link", FILE, FileType.REGULAR));
        commit(gone(Ino.ROOT, "top", TOP, FileType.DIRECTORY), name(Ino.ROOT, "moved", TOP, FileType.DIRECTORY));
    }

    @Test
    void theTopOfATreeTakesItsQuotaWithIt() throws MutationRefused {
        countAll(1000, 10);
        commit(gone(SUB, "file", FILE, FileType.REGULAR));
        commit(gone(TOP, "sub", SUB, FileType.DIRECTORY), gone(Ino.ROOT, "top", TOP, FileType.DIRECTORY));
        assertNull(state.quota(TOP));
    }

    @Test
    void takingAQuotaAwayUncountsFirst() throws MutationRefused {
        countAll(1000, 10);
        assertEquals(RefusalCause.MALFORMED, refusal(new Mutation.RemoveQuota(TOP)));
        assertEquals(RefusalCause.MALFORMED, refusal(new Mutation.SetQuotaTree(FILE, null)));
        commit(limit(TOP, 1000, 10, Phase.REMOVING), new Mutation.SetQuotaTree(TOP, null));
        assertEquals(RefusalCause.MALFORMED, refusal(limit(TOP, 1000, 10, Phase.COMPLETE)));
        assertEquals(RefusalCause.MALFORMED, refusal(new Mutation.SetQuotaTree(TOP, TOP)));
        commit(append(FILE, 2000));
        commit(new Mutation.SetQuotaTree(SUB, null), new Mutation.SetQuotaTree(FILE, null));
        assertEquals(new Quota(1000 * PAGE, 10, 0, 0, Phase.REMOVING), state.quota(TOP));
        commit(new Mutation.RemoveQuota(TOP));
        assertNull(state.quota(TOP));
    }

    @Test
    void countingMayGoBeyondTheLimitAndNothingElse() throws MutationRefused {
        commit(limit(TOP, 10, 1, Phase.COUNTING), new Mutation.SetQuotaTree(TOP, TOP));
        commit(new Mutation.SetQuotaTree(SUB, TOP), new Mutation.SetQuotaTree(FILE, TOP));
        assertEquals(new Quota(10 * PAGE, 1, 100 * PAGE, 3, Phase.COUNTING), state.quota(TOP));
        assertEquals(RefusalCause.QUOTA, refusal(append(FILE, 1)));
        assertTrue(state.quota(TOP).bytesUsed() > state.quota(TOP).bytesMax());
    }

    @Test
    void aQuotaThatIsNotThereCountsNothing() {
        assertEquals(RefusalCause.MALFORMED, refusal(new Mutation.SetQuotaTree(FILE, TOP)));
        assertEquals(RefusalCause.MALFORMED, refusal(limit(TOP, 1, 1, Phase.COMPLETE)));
        assertEquals(RefusalCause.MALFORMED, refusal(limit(FILE, 1, 1, Phase.COUNTING)));
        assertEquals(RefusalCause.MALFORMED, refusal(limit(Ino.ROOT, 1, 1, Phase.COUNTING)));
    }
}
