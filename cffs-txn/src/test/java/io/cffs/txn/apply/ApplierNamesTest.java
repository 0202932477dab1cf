package io.cffs.txn.apply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.AclNames;
import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.Mutation;
import io.cffs.txn.Mutation.CreateInode;
import io.cffs.txn.Mutation.FileBytes;
import io.cffs.txn.Mutation.PutDentry;
import io.cffs.txn.Mutation.RemoveDentry;
import io.cffs.txn.Mutation.SetTimes;
import io.cffs.txn.Mutation.TimeChange;
import io.cffs.txn.ReadKey;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Names, link counts, parents, deaths, fields and times. */
class ApplierNamesTest {
    private static final Ino ROOT = Ino.ROOT;
    private static final Ino DIR = new Ino(10);
    private static final Ino FILE = new Ino(20);
    private static final Name A = Name.of("a");
    private static final Name B = Name.of("b");
    private static final Name D = Name.of("d");

    private final MapState state = new MapState();

    @BeforeEach
    void aDirectoryAndAFile() throws MutationRefused {
        state.commit(
                new CreateInode(MapState.directory(10)), put(ROOT, D, DIR, FileType.DIRECTORY),
                new CreateInode(MapState.regular(20)), put(ROOT, A, FILE, FileType.REGULAR),
                new Mutation.WriteBytes(FILE, 0, new FileBytes.Inline(Bytes.ofUtf8("hello"))));
        state.check();
    }

    private static PutDentry put(Ino parent, Name name, Ino ino, FileType type) {
        return new PutDentry(parent, name, ino, type);
    }

    private static RemoveDentry remove(Ino parent, Name name, Ino ino, FileType type) {
        return new RemoveDentry(parent, name, ino, type);
    }

    @Test
    void countsComeFromDentries() {
        assertEquals(3, state.inode(1).links());
        assertEquals(2, state.inode(1).sizeBytes());
        assertEquals(2, state.inode(10).links());
        assertEquals(ROOT, state.inode(10).parent());
        assertEquals(1, state.inode(20).links());
        assertEquals(5, state.inode(20).sizeBytes());
    }

    @Test
    void whatCreationSaysOfCountsIsNotBelieved() throws MutationRefused {
        Inode boastful = MapState.directory(11).withLinks(99).withSize(7).withParent(new Ino(555));
        state.commit(new CreateInode(boastful), put(DIR, A, new Ino(11), FileType.DIRECTORY));
        state.check();
        assertEquals(DIR, state.inode(11).parent());
    }

    @Test
    void aSecondNameIsALinkAndTheLastRemovalIsADeath() throws MutationRefused {
        Applied linked = state.commit(put(DIR, B, FILE, FileType.REGULAR));
        assertEquals(2, state.inode(20).links());
        assertTrue(linked.footprint().collidesWith(new ReadKey.Links(FILE)));
        state.commit(remove(ROOT, A, FILE, FileType.REGULAR));
        assertEquals(1, state.inode(20).links());
        Applied dead = state.commit(remove(DIR, B, FILE, FileType.REGULAR));
        assertNull(state.inode(20));
        assertFalse(state.objects.containsKey(new BlockKey(FILE, 0)));
        assertTrue(dead.effects().contains(new Effect.DeleteInodeContent(FILE)));
        assertEquals(-1, dead.inodeCountDelta());
        assertEquals(-Blocks.PAGE_BYTES, dead.fileBytesDelta(), "five bytes take a page");
        for (ReadKey key : List.of(new ReadKey.Identity(FILE), new ReadKey.Pages(FILE, 0, 0),
                new ReadKey.LengthAtLeast(FILE, 1))) {
            assertTrue(dead.footprint().collidesWith(key), key.toString());
        }
        state.check();
    }

    @Test
    void aDeadFileIsNotLoaded() throws MutationRefused {
        state.commit(new Mutation.SetLength(FILE, -1, 1L << 40));
        state.blocksLoaded = 0;
        Applied dead = state.commit(remove(ROOT, A, FILE, FileType.REGULAR));
        assertEquals(0, state.blocksLoaded);
        assertEquals(4, dead.effects().size());
    }

    @Test
    void bornAndDeadInOneCommitIsNothingAtAll() throws MutationRefused {
        Applied applied = state.commit(
                new CreateInode(MapState.regular(21)), put(ROOT, B, new Ino(21), FileType.REGULAR),
                new Mutation.Append(new Ino(21), new FileBytes.Inline(Bytes.ofUtf8("journal"))),
                remove(ROOT, B, new Ino(21), FileType.REGULAR));
        assertEquals(List.of(), applied.effects());
        assertEquals(List.of(), applied.footprint().changes());
    }

    @Test
    void renameKeepsTheInodeAndReplacedFilesDie() throws MutationRefused {
        state.commit(new CreateInode(MapState.regular(21)), put(DIR, B, new Ino(21), FileType.REGULAR));
        Applied moved = state.commit(
                remove(ROOT, A, FILE, FileType.REGULAR), remove(DIR, B, new Ino(21), FileType.REGULAR),
                put(DIR, B, FILE, FileType.REGULAR));
        state.check();
        assertNull(state.inode(21));
        assertEquals("hello", new String(state.content(20), java.nio.charset.StandardCharsets.UTF_8));
        assertFalse(moved.footprint().collidesWith(new ReadKey.Links(FILE)));
        assertTrue(moved.footprint().collidesWith(new ReadKey.NamePresent(DIR, B)));
        assertTrue(moved.footprint().collidesWith(new ReadKey.Listing(DIR)));
        assertFalse(moved.footprint().collidesWith(new ReadKey.Emptiness(DIR)), "a replaced name is not an added one");
        assertTrue(moved.footprint().collidesWith(new ReadKey.Emptiness(ROOT)));
    }

    @Test
    void exchange() throws MutationRefused {
        state.commit(remove(ROOT, A, FILE, FileType.REGULAR), remove(ROOT, D, DIR, FileType.DIRECTORY),
                put(ROOT, A, DIR, FileType.DIRECTORY), put(ROOT, D, FILE, FileType.REGULAR));
        state.check();
        assertEquals(3, state.inode(1).links());
    }

    @Test
    void aMovedDirectoryChangesItsParentAndBothLinkCounts() throws MutationRefused {
        state.commit(new CreateInode(MapState.directory(11)), put(ROOT, B, new Ino(11), FileType.DIRECTORY));
        Applied moved = state.commit(
                remove(ROOT, D, DIR, FileType.DIRECTORY), put(new Ino(11), D, DIR, FileType.DIRECTORY));
        state.check();
        assertTrue(moved.footprint().collidesWith(new ReadKey.Parent(DIR)));
        Applied renamed = state.commit(
                remove(new Ino(11), D, DIR, FileType.DIRECTORY), put(new Ino(11), A, DIR, FileType.DIRECTORY));
        assertFalse(renamed.footprint().collidesWith(new ReadKey.Parent(DIR)));
    }

    @Test
    void aNameThatGoesAndComesBackIsNoChange() throws MutationRefused {
        Applied applied = state.commit(
                remove(ROOT, A, FILE, FileType.REGULAR), put(ROOT, A, FILE, FileType.REGULAR));
        assertEquals(List.of(), applied.effects());
        assertEquals(List.of(), applied.footprint().changes());
    }

    @Test
    void anEmptyDirectoryDiesAndAFullOneIsRefused() throws MutationRefused {
        state.commit(put(DIR, B, FILE, FileType.REGULAR));
        refused(remove(ROOT, D, DIR, FileType.DIRECTORY));
        Applied dead = state.commit(
                remove(DIR, B, FILE, FileType.REGULAR), remove(ROOT, D, DIR, FileType.DIRECTORY));
        state.check();
        assertNull(state.inode(10));
        assertTrue(dead.footprint().collidesWith(new ReadKey.NameAbsent(DIR, Name.of("x"))),
                "who found a name absent in a directory must not add it after the directory has gone");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        refused(put(ROOT, A, FILE, FileType.REGULAR));
        refused(remove(ROOT, B, FILE, FileType.REGULAR));
        refused(remove(ROOT, A, DIR, FileType.DIRECTORY));
        refused(put(ROOT, B, FILE, FileType.SYMLINK));
        refused(put(ROOT, B, new Ino(99), FileType.REGULAR));
        refused(put(FILE, B, FILE, FileType.REGULAR));
        refused(put(ROOT, B, DIR, FileType.DIRECTORY));
        refused(new CreateInode(MapState.regular(20)));
        refused(new Mutation.SetIdentity(new Ino(99), 0, 0, 0));
        refused(new Mutation.Append(DIR, new FileBytes.Inline(Bytes.ofUtf8("x"))));
        refused(new Mutation.SetLength(FILE, -1, Long.MAX_VALUE));
        refused(new Mutation.WriteBytes(FILE, -1, new FileBytes.Inline(Bytes.ofUtf8("x"))));
        refused(new Mutation.PunchHole(FILE, 0, Long.MAX_VALUE));
    }

    private void refused(Mutation mutation) {
        MutationRefused refusal = assertThrows(MutationRefused.class, () -> state.commit(mutation));
        assertEquals(RefusalCause.MALFORMED, refusal.kind());
        state.check();
    }

    @Test
    void timesOfARaceMergeToTheLater() throws MutationRefused {
        state.commit(new SetTimes(FILE, null, new TimeChange(1, 50, false), new TimeChange(1, 50, false)));
        state.commit(new SetTimes(FILE, null, new TimeChange(1, 40, false), new TimeChange(1, 60, false)));
        assertEquals(1, state.inode(20).atimeNanos());
        assertEquals(50, state.inode(20).mtimeNanos());
        assertEquals(60, state.inode(20).ctimeNanos());
        state.commit(new SetTimes(FILE, new TimeChange(9, 5, true), new TimeChange(50, 30, false), null));
        assertEquals(5, state.inode(20).atimeNanos(), "explicit times are as they were set");
        assertEquals(30, state.inode(20).mtimeNanos(), "nobody came in between, so the clock may step back");
    }

    @Test
    void identityAndAttributes() throws MutationRefused {
        Applied applied = state.commit(new Mutation.SetIdentity(FILE, 0600, 7, 8),
                new Mutation.SetXattr(FILE, Name.of("user.x"), Bytes.ofUtf8("1")));
        assertEquals(0600, state.inode(20).permissions());
        assertEquals(7, state.inode(20).uid());
        assertEquals(8, state.inode(20).gid());
        assertTrue(applied.footprint().collidesWith(new ReadKey.Identity(FILE)));
        assertTrue(applied.footprint().collidesWith(new ReadKey.XattrList(FILE)));
        assertFalse(applied.footprint().collidesWith(new ReadKey.Times(FILE)));
        assertFalse(applied.footprint().collidesWith(new ReadKey.Identity(DIR)));
        state.commit(new Mutation.RemoveXattr(FILE, Name.of("user.x")));
        assertNull(state.xattr(FILE, Name.of("user.x")));
        assertEquals(List.of(), state.commit(new Mutation.RemoveXattr(FILE, Name.of("user.x"))).effects());
    }

    @Test
    void attributesAreCountedAndAclsBelongToTheIdentity() throws MutationRefused {
        Applied added = state.commit(new Mutation.SetXattr(FILE, AclNames.ACCESS, Bytes.ofUtf8("1")),
                new Mutation.SetXattr(FILE, Name.of("user.x"), Bytes.ofUtf8("1")),
                new Mutation.SetXattr(FILE, Name.of("user.y"), Bytes.ofUtf8("1")),
                new Mutation.RemoveXattr(FILE, Name.of("user.y")));
        assertEquals(2, state.inode(20).xattrCount());
        assertTrue(state.inode(20).hasAccessAcl());
        assertFalse(state.inode(20).hasDefaultAcl());
        assertTrue(added.footprint().collidesWith(new ReadKey.Identity(FILE)));
        assertFalse(added.footprint().collidesWith(new ReadKey.Xattr(FILE, Name.of("user.y"))));
        state.check();

        Applied replaced = state.commit(new Mutation.SetXattr(FILE, AclNames.ACCESS, Bytes.ofUtf8("2")));
        assertFalse(replaced.footprint().collidesWith(new ReadKey.Identity(FILE)));
        assertFalse(replaced.footprint().collidesWith(new ReadKey.XattrList(FILE)), "another value is no other list");
        assertTrue(replaced.footprint().collidesWith(new ReadKey.Xattr(FILE, AclNames.ACCESS)));

        Applied removed = state.commit(new Mutation.RemoveXattr(FILE, AclNames.ACCESS));
        assertTrue(removed.footprint().collidesWith(new ReadKey.Identity(FILE)));
        assertTrue(removed.footprint().collidesWith(new ReadKey.XattrList(FILE)));
        assertEquals(1, state.inode(20).xattrCount());
        state.check();
    }

    @Test
    void whatACreatedInodeSaysOfItsAttributesAndItsQuotaIsNotBelieved() throws MutationRefused {
        state.commit(new CreateInode(MapState.regular(21).withXattrs(7, Inode.ACL_FLAGS).withQuotaTree(DIR)),
                put(DIR, B, new Ino(21), FileType.REGULAR), new Mutation.SetXattr(new Ino(21), AclNames.DEFAULT,
                        Bytes.ofUtf8("1")));
        assertEquals(MapState.regular(21).withLinks(1).withXattrs(1, Inode.DEFAULT_ACL),
                state.inode(21));
        state.check();
    }
}
