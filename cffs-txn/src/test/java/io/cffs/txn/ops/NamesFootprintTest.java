package io.cffs.txn.ops;

import static io.cffs.txn.ops.Footprint.footprintOf;
import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.STRANGER;
import static io.cffs.txn.ops.Volume.TRUSTED;
import static io.cffs.txn.ops.Volume.USER;
import static io.cffs.txn.ops.Volume.name;

import io.cffs.model.Bytes;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.Ino;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/** Exact footprints of operations that find, add and remove names: found, absent, replaced, refused. */
class NamesFootprintTest {
    private static final Volume SAMPLE = Volume.sample();

    private static Ino at(String path) {
        return SAMPLE.ino(path);
    }

    // Lookup.

    @Test
    void lookupOfANameThatIsThereReadsTheName() {
        footprintOf(tx -> Lookup.run(tx, ROOT, Ino.ROOT, name("file"))).reads("present /file").writes();
    }

    @Test
    void lookupOfANameThatIsNotThereReadsItsAbsence() {
        footprintOf(tx -> Lookup.run(tx, ROOT, Ino.ROOT, name("x"))).refused(FsError.NOT_FOUND).reads("absent /x");
    }

    @Test
    void lookupByAUserReadsWhoMaySearchTheDirectory() {
        footprintOf(tx -> Lookup.run(tx, USER, at("/dir"), name("inner")))
                .reads("identity /dir", "present /dir/inner").writes();
    }

    @Test
    void lookupByAUserInAStickyDirectoryReadsTheOwnersThatTheKernelWillCompare() {
        footprintOf(tx -> Lookup.run(tx, USER, at("/sticky"), name("mine")))
                .reads("identity /sticky", "present /sticky/mine", "identity /sticky/mine").writes();
    }

    @Test
    void lookupWhereTheKernelChecksReadsTheIdentityThatItHandsOut() {
        footprintOf(tx -> Lookup.run(tx, TRUSTED, at("/dir"), name("inner")))
                .reads("present /dir/inner", "identity /dir/inner").writes();
    }

    @Test
    void lookupIsRefusedInAFile() {
        footprintOf(tx -> Lookup.run(tx, ROOT, at("/file"), name("x"))).refused(FsError.NOT_A_DIRECTORY).reads();
    }

    @Test
    void lookupOfAnOwnNameReadsNothingMore() {
        footprintOf(tx -> {
            Ino own = Mkdir.run(tx, ROOT, Ino.ROOT, name("x"), 0755).ino();
            Lookup.run(tx, ROOT, Ino.ROOT, name("x"));
            Create.run(tx, ROOT, own, name("y"), 0644, OpenFlags.CREATE_NEW);
            Lookup.run(tx, USER, own, name("y"));
        }).reads("absent /x", "identity /")
                .writes("create new DIRECTORY 0755 0:0", "put /x = new", "times / mc",
                        "create new2 REGULAR 0644 0:0", "put new/y = new2");
    }

    // Create, mknod, mkdir, symlink.

    @Test
    void createReadsTheAbsenceAndWhetherTheDirectoryGivesItsGroup() {
        footprintOf(tx -> Create.run(tx, ROOT, Ino.ROOT, name("x"), 0644, OpenFlags.CREATE_NEW))
                .reads("absent /x", "identity /")
                .writes("create new REGULAR 0644 0:0", "put /x = new", "times / mc");
    }

    @Test
    void createOfANameThatIsThereOpensIt() {
        footprintOf(tx -> Create.run(tx, USER, Ino.ROOT, name("file"), 0644, OpenFlags.READ_WRITE))
                .reads("identity /", "present /file", "identity /file").writes();
    }

    @Test
    void exclusiveCreateOfANameThatIsThereIsRefused() {
        footprintOf(tx -> Create.run(tx, ROOT, Ino.ROOT, name("file"), 0644, OpenFlags.CREATE_NEW))
                .refused(FsError.NAME_EXISTS).reads("present /file");
    }

    @Test
    void createByAUserInADirectoryOfOthersIsRefused() {
        footprintOf(tx -> Create.run(tx, STRANGER, at("/dir"), name("x"), 0644, OpenFlags.CREATE_NEW))
                .refused(FsError.ACCESS_DENIED).reads("identity /dir", "absent /dir/x");
    }

    @Test
    void createInASetGidDirectoryTakesItsGroup() {
        footprintOf(tx -> Create.run(tx, USER, at("/shared"), name("x"), 0644, OpenFlags.CREATE_NEW))
                .reads("identity /shared", "absent /shared/x")
                .writes("create new REGULAR 0644 1000:50", "put /shared/x = new", "times /shared mc");
    }

    @Test
    void mkdirInASetGidDirectoryTakesItsGroupAndTheBit() {
        footprintOf(tx -> Mkdir.run(tx, USER, at("/shared"), name("x"), 0755))
                .reads("identity /shared", "absent /shared/x")
                .writes("create new DIRECTORY 02755 1000:50", "put /shared/x = new", "times /shared mc");
    }

    @Test
    void mkdirOfANameThatIsThereIsRefused() {
        footprintOf(tx -> Mkdir.run(tx, ROOT, Ino.ROOT, name("dir"), 0755))
                .refused(FsError.NAME_EXISTS).reads("present /dir");
    }

    @Test
    void mknodOfADeviceIsForTheSuperuser() {
        footprintOf(tx -> Mknod.run(tx, ROOT, at("/dir"), name("x"), FileType.CHARACTER_DEVICE, 0600, 7))
                .reads("absent /dir/x", "identity /dir")
                .writes("create new CHARACTER_DEVICE 0600 0:0", "put /dir/x = new", "times /dir mc");
        footprintOf(tx -> Mknod.run(tx, USER, at("/dir"), name("x"), FileType.CHARACTER_DEVICE, 0600, 7))
                .refused(FsError.NOT_PERMITTED).reads("identity /dir", "absent /dir/x");
    }

    @Test
    void symlinkReadsAsCreateDoes() {
        footprintOf(tx -> Symlink.run(tx, ROOT, Ino.ROOT, name("x"), Bytes.ofUtf8("there")))
                .reads("absent /x", "identity /")
                .writes("create new SYMLINK 0777 0:0", "put /x = new", "times / mc");
    }

    @Test
    void symlinkWithoutATargetOrWithATooLongOneReadsNothing() {
        footprintOf(tx -> Symlink.run(tx, ROOT, Ino.ROOT, name("x"), Bytes.EMPTY)).refused(FsError.NOT_FOUND).reads();
        footprintOf(tx -> Symlink.run(tx, ROOT, Ino.ROOT, name("x"), Bytes.copyOf(new byte[4096])))
                .refused(FsError.NAME_TOO_LONG).reads();
    }

    // Link.

    @Test
    void linkReadsTheAbsenceAndNotTheCount() {
        footprintOf(tx -> Link.run(tx, ROOT, at("/file"), Ino.ROOT, name("x")))
                .reads("absent /x").writes("put /x = /file", "times / mc", "times /file c");
    }

    @Test
    void linkByAUserReadsWhatTheKernelDecidesFrom() {
        footprintOf(tx -> Link.run(tx, USER, at("/file"), at("/dir"), name("x")))
                .reads("identity /dir", "absent /dir/x", "identity /file")
                .writes("put /dir/x = /file", "times /dir mc", "times /file c");
    }

    @Test
    void linkOntoANameOrOfADirectoryIsRefused() {
        footprintOf(tx -> Link.run(tx, ROOT, at("/file"), Ino.ROOT, name("big")))
                .refused(FsError.NAME_EXISTS).reads("present /big");
        footprintOf(tx -> Link.run(tx, ROOT, at("/dir"), Ino.ROOT, name("x")))
                .refused(FsError.NOT_PERMITTED).reads("absent /x");
    }

    // Unlink and rmdir.

    @Test
    void unlinkReadsTheNameAndNotTheCount() {
        footprintOf(tx -> Unlink.run(tx, ROOT, Ino.ROOT, name("file")))
                .reads("present /file").writes("remove /file", "times / mc");
    }

    @Test
    void unlinkOfOneOfTwoNamesChangesTheFilesStatus() {
        footprintOf(tx -> Unlink.run(tx, ROOT, Ino.ROOT, name("one")))
                .reads("present /one").writes("remove /one", "times / mc", "times /one c");
    }

    @Test
    void unlinkIsRefused() {
        footprintOf(tx -> Unlink.run(tx, ROOT, Ino.ROOT, name("x"))).refused(FsError.NOT_FOUND).reads("absent /x");
        footprintOf(tx -> Unlink.run(tx, ROOT, Ino.ROOT, name("dir")))
                .refused(FsError.IS_A_DIRECTORY).reads("present /dir");
        footprintOf(tx -> Unlink.run(tx, USER, Ino.ROOT, name("file")))
                .refused(FsError.ACCESS_DENIED).reads("identity /", "present /file");
        footprintOf(tx -> Unlink.run(tx, USER, at("/sticky"), name("theirs")))
                .refused(FsError.NOT_PERMITTED)
                .reads("identity /sticky", "present /sticky/theirs", "identity /sticky/theirs");
    }

    @Test
    void unlinkOfOnesOwnInAStickyDirectory() {
        footprintOf(tx -> Unlink.run(tx, USER, at("/sticky"), name("mine")))
                .reads("identity /sticky", "present /sticky/mine", "identity /sticky/mine")
                .writes("remove /sticky/mine", "times /sticky mc");
    }

    @Test
    void whatIsCreatedAndRemovedAgainIsNotSent() {
        footprintOf(tx -> {
            Ino own = Create.run(tx, ROOT, at("/dir"), name("journal"), 0600, OpenFlags.CREATE_NEW).ino();
            WriteRange.run(tx, ROOT, own, 0, ByteBuffer.wrap(new byte[10_000]));
            Unlink.run(tx, ROOT, at("/dir"), name("journal"));
        }).reads("absent /dir/journal", "identity /dir").writes();
    }

    @Test
    void rmdirReadsTheNameAndTheEmptiness() {
        footprintOf(tx -> Rmdir.run(tx, ROOT, Ino.ROOT, name("empty")))
                .reads("present /empty", "emptiness /empty").writes("remove /empty", "times / mc");
    }

    @Test
    void rmdirIsRefused() {
        footprintOf(tx -> Rmdir.run(tx, ROOT, Ino.ROOT, name("dir")))
                .refused(FsError.DIRECTORY_NOT_EMPTY).reads("present /dir", "emptiness /dir");
        footprintOf(tx -> Rmdir.run(tx, ROOT, Ino.ROOT, name("file")))
                .refused(FsError.NOT_A_DIRECTORY).reads("present /file");
        footprintOf(tx -> Rmdir.run(tx, ROOT, Ino.ROOT, name("x"))).refused(FsError.NOT_FOUND).reads("absent /x");
        footprintOf(tx -> Rmdir.run(tx, STRANGER, at("/sticky"), name("place")))
                .refused(FsError.NOT_PERMITTED)
                .reads("identity /sticky", "present /sticky/place", "identity /sticky/place");
    }

    @Test
    void removingAWholeTreeSendsEachName() {
        footprintOf(tx -> {
            Readdir.run(tx, ROOT, at("/dir"), new DirectoryStream(), 0, 100);
            Unlink.run(tx, ROOT, at("/dir"), name("inner"));
            Rmdir.run(tx, ROOT, at("/dir"), name("sub"));
            Rmdir.run(tx, ROOT, Ino.ROOT, name("dir"));
        }).reads("listing /dir", "emptiness /dir/sub", "present /dir")
                .writes("remove /dir/inner", "remove /dir/sub", "remove /dir", "times / mc");
    }
}
