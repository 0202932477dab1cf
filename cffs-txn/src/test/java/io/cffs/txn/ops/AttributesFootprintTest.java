package io.cffs.txn.ops;

import static io.cffs.txn.ops.Footprint.footprintOf;
import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.STRANGER;
import static io.cffs.txn.ops.Volume.TRUSTED;
import static io.cffs.txn.ops.Volume.USER;
import static io.cffs.txn.ops.Volume.name;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.cffs.model.FsError;
import io.cffs.model.Ino;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.ops.SetattrRequest.TimeSetting;
import org.junit.jupiter.api.Test;

/** Exact footprints of operations on attributes and listings. */
class AttributesFootprintTest {
    private static final TransactionOptions STRICT_TIMES = new TransactionOptions(false, true, true);
    private static final Volume SAMPLE = Volume.sample();

    private static Ino at(String path) {
        return SAMPLE.ino(path);
    }

    // FindInode, FindParent.

    @Test
    void findingByHandleReadsThatItIsThereAndNoName() {
        footprintOf(tx -> FindInode.run(tx, at("/file"))).reads("identity /file", "links /file").writes();
        footprintOf(tx -> FindInode.run(tx, at("/dir"))).reads("identity /dir", "parent /dir").writes();
        footprintOf(tx -> FindParent.run(tx, at("/dir/sub")))
                .reads("parent /dir/sub", "identity /dir", "parent /dir").writes();
    }

    @Test
    void findingWhatIsNotThereIsARead() {
        Ino none = new Ino(Volume.FIRST_NEW_INO);
        footprintOf(tx -> FindInode.run(tx, none)).refused(FsError.STALE).reads("identity new");
    }

    @Test
    void whatWasRemovedHereIsNotFound() {
        footprintOf(tx -> {
            Ino own = Mkdir.run(tx, ROOT, Ino.ROOT, name("x"), 0755).ino();
            Rmdir.run(tx, ROOT, Ino.ROOT, name("x"));
            FindInode.run(tx, own);
        }).refused(FsError.STALE);
    }

    // Getattr.

    @Test
    void statOfAFileReadsIdentityLengthAndLinks() {
        footprintOf(tx -> Getattr.run(tx, at("/file")))
                .reads("identity /file", "length /file", "links /file").writes();
    }

    @Test
    void statOfADirectoryReadsIdentityAlone() {
        footprintOf(tx -> Getattr.run(tx, at("/dir"))).reads("identity /dir").writes();
    }

    @Test
    void statOfOthersReadsIdentityAndLinks() {
        footprintOf(tx -> Getattr.run(tx, at("/link"))).reads("identity /link", "links /link").writes();
        footprintOf(tx -> Getattr.run(tx, at("/fifo"))).reads("identity /fifo", "links /fifo").writes();
    }

    @Test
    void statWithStrictTimesReadsTimes() {
        footprintOf(STRICT_TIMES, tx -> Getattr.run(tx, at("/dir"))).reads("identity /dir", "times /dir").writes();
    }

    @Test
    void statOfAFileCutHereDoesNotReadItsLength() {
        footprintOf(tx -> {
            Open.run(tx, ROOT, at("/file"), OpenFlags.WRITE_TRUNCATE);
            assertEquals(0, Getattr.run(tx, at("/file")).sizeBytes());
        }).reads("identity /file", "links /file").writes("length /file cut 0 extend -1", "times /file mc");
    }

    @Test
    void statOfWhatWasCreatedHereReadsNothing() {
        footprintOf(tx -> {
            Ino own = Create.run(tx, ROOT, Ino.ROOT, name("x"), 0644, OpenFlags.CREATE_NEW).ino();
            assertEquals(1, Getattr.run(tx, own).links());
        }).reads("absent /x", "identity /")
                .writes("create new REGULAR 0644 0:0", "put /x = new", "times / mc");
    }

    // Chmod, chown, utimens.

    @Test
    void chmodReadsTheGroupThatItSets() {
        footprintOf(tx -> Setattr.run(tx, USER, at("/file"), SetattrRequest.chmod(0600)))
                .reads("identity /file").writes("identity /file 0600 1000:1000", "times /file c");
        footprintOf(tx -> Setattr.run(tx, ROOT, at("/file"), SetattrRequest.chmod(0600)))
                .reads("identity /file").writes("identity /file 0600 1000:1000", "times /file c");
    }

    @Test
    void chmodToWhatItIsChangesTheStatusTime() {
        footprintOf(tx -> Setattr.run(tx, USER, at("/file"), SetattrRequest.chmod(0644)))
                .reads("identity /file").writes("times /file c");
    }

    @Test
    void chmodByOthersIsRefused() {
        footprintOf(tx -> Setattr.run(tx, STRANGER, at("/file"), SetattrRequest.chmod(0600)))
                .refused(FsError.NOT_PERMITTED).reads("identity /file");
    }

    @Test
    void chownGivesAwayForTheSuperuserAlone() {
        footprintOf(tx -> Setattr.run(tx, ROOT, at("/file"), SetattrRequest.chown(7, 8)))
                .reads("identity /file").writes("identity /file 0644 7:8", "times /file c");
        footprintOf(tx -> Setattr.run(tx, USER, at("/file"), SetattrRequest.chown(null, 50)))
                .reads("identity /file").writes("identity /file 0644 1000:50", "times /file c");
        footprintOf(tx -> Setattr.run(tx, USER, at("/file"), SetattrRequest.chown(7, null)))
                .refused(FsError.NOT_PERMITTED).reads("identity /file");
        footprintOf(tx -> Setattr.run(tx, USER, at("/file"), SetattrRequest.chown(null, 51)))
                .refused(FsError.NOT_PERMITTED).reads("identity /file");
    }

    @Test
    void settingTimesReadsWhoMay() {
        SetattrRequest both = SetattrRequest.utimens(new TimeSetting.At(5), new TimeSetting.At(6));
        footprintOf(tx -> Setattr.run(tx, ROOT, at("/file"), both)).reads().writes("times /file a!m!c");
        footprintOf(tx -> Setattr.run(tx, USER, at("/file"), both))
                .reads("identity /file").writes("times /file a!m!c");
        footprintOf(tx -> Setattr.run(tx, STRANGER, at("/file"), both))
                .refused(FsError.NOT_PERMITTED).reads("identity /file");
        SetattrRequest now = SetattrRequest.utimens(new TimeSetting.Now(), new TimeSetting.Now());
        footprintOf(tx -> Setattr.run(tx, STRANGER, at("/file"), now))
                .refused(FsError.ACCESS_DENIED).reads("identity /file");
        footprintOf(tx -> Setattr.run(tx, STRANGER, at("/sticky"), now))
                .reads("identity /sticky").writes("times /sticky a!m!c");
        footprintOf(tx -> Setattr.run(tx, ROOT, at("/file"), SetattrRequest.utimens(null, new TimeSetting.At(6))))
                .reads().writes("times /file m!c");
    }

    @Test
    void severalSettingsTakeEffectTogetherOrNotAtAll() {
        SetattrRequest request = new SetattrRequest(0600, null, 50, 10L, null, new TimeSetting.At(6), false);
        footprintOf(tx -> Setattr.run(tx, USER, at("/file"), request))
                .reads("identity /file")
                .writes("identity /file 0600 1000:50", "length /file cut 10 extend 10", "times /file m!c");
        SetattrRequest refused = new SetattrRequest(0600, 7, 50, 10L, null, new TimeSetting.At(6), false);
        footprintOf(tx -> Setattr.run(tx, USER, at("/file"), refused))
                .refused(FsError.NOT_PERMITTED).reads("identity /file");
    }

    @Test
    void settingNothingDoesNothing() {
        footprintOf(tx -> Setattr.run(tx, USER, at("/file"), SetattrRequest.chown(null, null))).reads().writes();
    }

    // Access.

    @Test
    void accessReadsWhoMay() {
        footprintOf(tx -> Access.run(tx, ROOT, at("/file"), 6)).reads().writes();
        footprintOf(tx -> Access.run(tx, ROOT, at("/file"), 1))
                .refused(FsError.ACCESS_DENIED).reads("identity /file");
        footprintOf(tx -> Access.run(tx, ROOT, at("/dir"), 7)).reads().writes();
        footprintOf(tx -> Access.run(tx, USER, at("/file"), 6)).reads("identity /file").writes();
        footprintOf(tx -> Access.run(tx, STRANGER, at("/file"), 2))
                .refused(FsError.ACCESS_DENIED).reads("identity /file");
        footprintOf(tx -> Access.run(tx, ROOT, at("/file"), 8)).refused(FsError.INVALID_ARGUMENT).reads();
    }

    // Readlink, readdir.

    @Test
    void readlinkReadsNothingThatCanChange() {
        footprintOf(tx -> assertEquals("file", Readlink.run(tx, at("/link")).toUtf8())).reads().writes();
        footprintOf(tx -> Readlink.run(tx, at("/file"))).refused(FsError.INVALID_ARGUMENT).reads();
    }

    @Test
    void readdirReadsTheListing() {
        footprintOf(tx -> Readdir.run(tx, ROOT, at("/dir"), new DirectoryStream(), 0, 100))
                .reads("listing /dir").writes();
        footprintOf(tx -> Readdir.run(tx, ROOT, at("/file"), new DirectoryStream(), 0, 100))
                .refused(FsError.NOT_A_DIRECTORY).reads();
    }

    @Test
    void readdirOfTheTwoDotsAloneReadsNothing() {
        footprintOf(tx -> Readdir.run(tx, ROOT, at("/dir"), new DirectoryStream(), 0, 2)).reads().writes();
    }

    @Test
    void aListingCoversItsNamesAndItsEmptiness() {
        footprintOf(tx -> {
            Lookup.run(tx, ROOT, at("/dir"), name("inner"));
            Readdir.run(tx, ROOT, at("/dir"), new DirectoryStream(), 0, 100);
            Lookup.run(tx, ROOT, at("/dir"), name("sub"));
            Rmdir.run(tx, ROOT, Ino.ROOT, name("dir"));
        }).refused(FsError.DIRECTORY_NOT_EMPTY).reads("listing /dir", "present /dir");
    }

    @Test
    void readdirWhereTheKernelChecksReadsTheIdentitiesThatItHandsOut() {
        footprintOf(tx -> Readdir.run(tx, TRUSTED, at("/dir"), new DirectoryStream(), 0, 100))
                .reads("listing /dir", "identity /dir/inner", "identity /dir/sub").writes();
    }

    @Test
    void theListingOfADirectoryCreatedHereIsNoRead() {
        footprintOf(tx -> {
            Ino own = Mkdir.run(tx, ROOT, Ino.ROOT, name("x"), 0755).ino();
            Create.run(tx, ROOT, own, name("y"), 0644, OpenFlags.CREATE_NEW);
            assertEquals(3, Readdir.run(tx, ROOT, own, new DirectoryStream(), 0, 100).size());
            Unlink.run(tx, ROOT, own, name("y"));
            Rmdir.run(tx, ROOT, Ino.ROOT, name("x"));
        }).reads("absent /x", "identity /").writes();
    }
}
