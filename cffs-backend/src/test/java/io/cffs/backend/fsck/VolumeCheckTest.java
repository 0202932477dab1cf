package io.cffs.backend.fsck;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.store.DamagedVolume;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.txn.port.CheckPort;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each check sees what it is for and nothing else: every row breaks one thing and names the one finding. */
class VolumeCheckTest {
    /** @param paths of the finding's inode */
    private record Row(CheckId check, String what, Consumer<DamagedVolume> damage, List<String> paths) {
        @Override
        public String toString() {
            return check.shortId() + " " + what;
        }
    }

    static Stream<Row> rows() {
        return Stream.of(
                row(CheckId.COMMITS_DENSE, "a commit is missing", v -> v.removeCommit(2)),
                row(CheckId.LEDGER_MATCHES_COMMITS, "a transaction has another outcome", v -> v.moveOutcome(2, 77)),
                row(CheckId.LEDGER_MATCHES_COMMITS, "an invocation has another outcome", v -> v.moveInvocation(2, 1)),
                row(CheckId.VERSIONS_COMMITTED, "a version of the future", v ->
                        v.addVersionOfTheFuture(DamagedVolume.A)),
                row(CheckId.INODE_LEGAL, "a symlink of another length",
                        v -> v.changeInode(DamagedVolume.LINK, inode -> inode.withSize(5)), "/link"),
                row(CheckId.SIZE_COVERS_BLOCKS, "a block beyond the end", v -> {
                    v.putBlock(DamagedVolume.F, 3);
                    v.changeInode(DamagedVolume.F, inode -> inode.withAllocated(inode.allocatedBytes() + 4096));
                }, "/d/f", "/g"),
                row(CheckId.SIZE_COVERS_BLOCKS, "a length below the last block",
                        v -> v.changeInode(DamagedVolume.F, inode -> inode.withSize(4)), "/d/f", "/g"),
                row(CheckId.ALLOCATION_MATCHES_BLOCKS, "a file that says that it takes more", v -> v.changeInode(
                        DamagedVolume.BIG, inode -> inode.withAllocated(inode.allocatedBytes() + 4096)), "/big"),
                row(CheckId.LINK_COUNT_MATCHES_DENTRIES, "a file's links",
                        v -> v.changeInode(DamagedVolume.F, inode -> inode.withLinks(3)), "/d/f", "/g"),
                row(CheckId.LINK_COUNT_MATCHES_DENTRIES, "a directory's links",
                        v -> v.changeInode(DamagedVolume.D, inode -> inode.withLinks(2)), "/d"),
                row(CheckId.ENTRY_COUNT, "a directory's size",
                        v -> v.changeInode(DamagedVolume.D, inode -> inode.withSize(9)), "/d"),
                row(CheckId.ONE_PARENT, "another parent pointer",
                        v -> v.changeInode(DamagedVolume.E, inode -> inode.withParent(Ino.ROOT)), "/d/e"),
                row(CheckId.BLOCK_HAS_FILE, "a block of a directory", v -> v.putBlock(DamagedVolume.E, 0), "/d/e"),
                row(CheckId.BLOCK_HAS_FILE, "a block of nothing", v -> v.putBlock(new Ino(500), 0)),
                row(CheckId.XATTR_HAS_INODE, "an attribute of nothing", v -> v.putXattr(new Ino(500), "user.y")),
                row(CheckId.XATTR_COUNT, "an attribute that is not counted",
                        v -> v.putXattr(DamagedVolume.F, "user.y"), "/d/f", "/g"),
                row(CheckId.XATTR_COUNT, "an ACL that the inode does not know of",
                        v -> v.changeInode(DamagedVolume.F, inode -> inode.withXattrs(2, 0)), "/d/f", "/g"),
                row(CheckId.BLOCK_REFERENCE, "a reference to another file's bytes is forgotten",
                        v -> v.forgetReferenceOfBlock(DamagedVolume.COPY), "/copy"),
                row(CheckId.BLOCK_PRESENT, "a staged object is gone", DamagedVolume::deleteStagedObject, "/big"),
                row(CheckId.QUOTA_MATCHES_TREE, "a usage in bytes",
                        v -> v.changeQuota(DamagedVolume.E, quota -> quota.plus(1, 0)), "/d/e"),
                row(CheckId.QUOTA_MATCHES_TREE, "a usage in inodes",
                        v -> v.changeQuota(DamagedVolume.E, quota -> quota.plus(0, 1)), "/d/e"),
                row(CheckId.NAME_LEGAL, "a name with a slash", v -> v.putIllegalDentry(DamagedVolume.E,
                        DamagedVolume.F),
                        "/d/e"));
    }

    private static Row row(CheckId check, String what, Consumer<DamagedVolume> damage, String... paths) {
        return new Row(check, what, damage, List.of(paths));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void exactlyThatFinding(Row row) throws Exception {
        DamagedVolume volume = new DamagedVolume();
        row.damage().accept(volume);
        CheckPort.Report report = check(volume, VolumeCheck.Level.DATA);
        assertEquals(List.of(row.check().shortId()), report.findings().stream().map(CheckPort.Finding::check).toList(),
                report::toString);
        assertEquals(row.paths(), report.findings().getFirst().paths().stream().sorted().toList());
    }

    /** Some damage cannot come alone: a lost name is also a wrong link count, a loop is also a wrong parent. */
    static Stream<Row> tangledRows() {
        return Stream.of(
                // The copy shares them.
                row(CheckId.BLOCK_PRESENT, "a block's record is gone", v -> v.removeBytesOfBlock(DamagedVolume.A)),
                row(CheckId.BLOCK_CHECKSUM, "a flipped bit", v -> v.flipBitOfBlock(DamagedVolume.A)),
                row(CheckId.DENTRY_NAMES_INODE, "a name of nothing", v -> v.removeInode(DamagedVolume.LINK)),
                row(CheckId.DENTRY_NAMES_INODE, "a name of another type",
                        v -> v.putDentry(Ino.ROOT, "link", DamagedVolume.LINK, FileType.FIFO)),
                row(CheckId.QUOTA_TREE_OF_DIRECTORY, "a file that counts to another tree than its directory",
                        v -> v.changeInode(DamagedVolume.A, inode -> inode.withQuotaTree(DamagedVolume.E))),
                row(CheckId.INODE_REACHABLE, "an inode without a name", v -> v.removeDentry(Ino.ROOT, "link")),
                row(CheckId.INODE_LEGAL, "an inode record that ends early", v ->
                        v.truncateInodeRecord(DamagedVolume.LINK)),
                row(CheckId.ONE_PARENT, "a second name of a directory",
                        v -> v.putDentry(Ino.ROOT, "again", DamagedVolume.E, FileType.DIRECTORY)),
                row(CheckId.NO_CYCLE, "a directory below itself", v -> {
                    v.removeDentry(Ino.ROOT, "d");
                    v.putDentry(DamagedVolume.E, "d", DamagedVolume.D, FileType.DIRECTORY);
                }));
    }

    @ParameterizedTest
    @MethodSource("tangledRows")
    void thatFindingAmongItsConsequences(Row row) throws Exception {
        DamagedVolume volume = new DamagedVolume();
        row.damage().accept(volume);
        CheckPort.Report report = check(volume, VolumeCheck.Level.DATA);
        assertTrue(report.findings().stream().anyMatch(finding -> finding.check().equals(row.check().shortId())),
                report::toString);
    }

    @Test
    void soundVolumeHasNoFinding() throws Exception {
        CheckPort.Report report = check(new DamagedVolume(), VolumeCheck.Level.DATA);
        assertEquals(List.of(), report.findings());
        assertEquals(new CheckPort.Report(
                CheckPort.State.COMPLETE, DamagedVolume.LAST, List.of(), 0, 8, 8, 6, 3, null), report);
    }

    @Test
    void everyCheckHasItsRow() {
        Set<CheckId> covered = EnumSet.noneOf(CheckId.class);
        Stream.concat(rows(), tangledRows()).forEach(row -> covered.add(row.check()));
        assertEquals(EnumSet.allOf(CheckId.class), covered);
    }

    @Test
    void levelMetaLeavesTheBytesAlone() throws Exception {
        DamagedVolume volume = new DamagedVolume();
        volume.flipBitOfBlock(DamagedVolume.A);
        assertEquals(List.of(), check(volume, VolumeCheck.Level.META).findings());
        volume.deleteStagedObject();
        assertEquals(CheckId.BLOCK_PRESENT.shortId(),
                check(volume, VolumeCheck.Level.META).findings().getFirst().check());
    }

    @Test
    void findingNamesTheTransactionThatWroteTheObject() throws Exception {
        DamagedVolume volume = new DamagedVolume();
        volume.changeInode(DamagedVolume.F, inode -> inode.withLinks(3));
        assertEquals(new TxnId(1, 2), check(volume, VolumeCheck.Level.META).findings().getFirst().writer());
    }

    @Test
    void cancelledCheckEnds() throws Exception {
        VolumeCheck check = new VolumeCheck(new DamagedVolume().store(), DamagedVolume.LAST, VolumeCheck.Level.META,
                () -> { });
        check.cancel();
        assertThrows(CancellationException.class, check::run);
    }

    private static CheckPort.Report check(DamagedVolume volume, VolumeCheck.Level level) {
        return new VolumeCheck(volume.store(), DamagedVolume.LAST, level, () -> { }).run();
    }
}
