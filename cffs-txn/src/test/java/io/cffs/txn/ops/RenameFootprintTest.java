package io.cffs.txn.ops;

import static io.cffs.txn.ops.Footprint.footprintOf;
import static io.cffs.txn.ops.Volume.ROOT;
import static io.cffs.txn.ops.Volume.STRANGER;
import static io.cffs.txn.ops.Volume.USER;
import static io.cffs.txn.ops.Volume.name;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.txn.Credentials;
import io.cffs.txn.Transaction;
import io.cffs.txn.ops.Rename.Mode;
import org.junit.jupiter.api.Test;

/** Exact footprints of rename: to a free name, over a name, exchanged, between directories, refused. */
class RenameFootprintTest {
    private static final Volume SAMPLE = Volume.sample();

    private static Ino at(String path) {
        return SAMPLE.ino(path);
    }

    /** Paths of the sample tree; the last part need not exist. */
    private static void rename(Transaction tx, Credentials who, String from, String to, Mode mode)
            throws FsException {
        Rename.run(tx, who, parent(from), last(from), parent(to), last(to), mode);
    }

    private static Ino parent(String path) {
        return at(path.substring(0, Math.max(1, path.lastIndexOf('/'))));
    }

    private static io.cffs.model.Name last(String path) {
        return name(path.substring(path.lastIndexOf('/') + 1));
    }

    @Test
    void toAFreeName() {
        footprintOf(tx -> rename(tx, ROOT, "/file", "/x", Mode.REPLACE))
                .reads("present /file", "absent /x")
                .writes("remove /file", "put /x = /file", "times / mc", "times /file c");
    }

    @Test
    void overAFile() {
        footprintOf(tx -> rename(tx, ROOT, "/file", "/big", Mode.REPLACE))
                .reads("present /file", "present /big")
                .writes("remove /file", "remove /big", "put /big = /file", "times / mc", "times /file c");
    }

    @Test
    void overOneOfTwoNamesTheOtherStays() {
        footprintOf(tx -> rename(tx, ROOT, "/file", "/one", Mode.REPLACE))
                .reads("present /file", "present /one")
                .writes("remove /file", "remove /one", "put /one = /file", "times / mc", "times /file c",
                        "times /one c");
    }

    @Test
    void ofOneNameOverAnotherOfTheSameFileDoesNothing() {
        footprintOf(tx -> rename(tx, ROOT, "/one", "/two", Mode.REPLACE))
                .reads("present /one", "present /two").writes();
        footprintOf(tx -> rename(tx, ROOT, "/one", "/one", Mode.REPLACE)).reads("present /one").writes();
    }

    @Test
    void thereAndBackSendsNoName() {
        footprintOf(tx -> {
            rename(tx, ROOT, "/file", "/x", Mode.REPLACE);
            rename(tx, ROOT, "/x", "/file", Mode.REPLACE);
        }).reads("present /file", "absent /x").writes("times /file c");
    }

    @Test
    void noReplaceReadsTheAbsence() {
        footprintOf(tx -> rename(tx, ROOT, "/file", "/x", Mode.NO_REPLACE))
                .reads("present /file", "absent /x")
                .writes("remove /file", "put /x = /file", "times / mc", "times /file c");
        footprintOf(tx -> rename(tx, ROOT, "/file", "/big", Mode.NO_REPLACE))
                .refused(FsError.NAME_EXISTS).reads("present /file", "present /big");
    }

    @Test
    void exchange() {
        footprintOf(tx -> rename(tx, ROOT, "/file", "/dir/inner", Mode.EXCHANGE))
                .reads("present /file", "present /dir/inner")
                .writes("remove /file", "remove /dir/inner", "put /file = /dir/inner", "put /dir/inner = /file",
                        "times / mc", "times /dir mc", "times /file c", "times /dir/inner c");
        footprintOf(tx -> rename(tx, ROOT, "/file", "/x", Mode.EXCHANGE))
                .refused(FsError.NOT_FOUND).reads("present /file", "absent /x");
    }

    @Test
    void exchangeWithAnAncestorIsRefused() {
        footprintOf(tx -> rename(tx, ROOT, "/dir/inner", "/dir", Mode.EXCHANGE))
                .refused(FsError.INVALID_ARGUMENT).reads("present /dir/inner", "present /dir");
    }

    @Test
    void overAnAncestorIsRefusedBecauseThatIsNotEmpty() {
        footprintOf(tx -> rename(tx, ROOT, "/dir/inner", "/dir", Mode.REPLACE))
                .refused(FsError.DIRECTORY_NOT_EMPTY).reads("present /dir/inner", "present /dir");
    }

    @Test
    void aWhiteoutTakesTheOldName() {
        footprintOf(tx -> rename(tx, ROOT, "/file", "/x", Mode.WHITEOUT))
                .reads("present /file", "absent /x", "identity /")
                .writes("remove /file", "put /x = /file", "create new CHARACTER_DEVICE 00 0:0", "put /file = new",
                        "times / mc", "times /file c");
        footprintOf(tx -> rename(tx, ROOT, "/file", "/one", Mode.NO_REPLACE_WHITEOUT))
                .refused(FsError.NAME_EXISTS).reads("present /file", "present /one");
    }

    @Test
    void ofADirectoryReadsWhereTheNewPlaceLies() {
        footprintOf(tx -> rename(tx, ROOT, "/empty", "/dir/sub/x", Mode.REPLACE))
                .reads("present /empty", "absent /dir/sub/x", "parent /dir/sub", "parent /dir")
                .writes("remove /empty", "put /dir/sub/x = /empty", "times / mc", "times /dir/sub mc",
                        "times /empty c");
    }

    @Test
    void ofADirectoryWithinOneDirectoryReadsNoPlace() {
        footprintOf(tx -> rename(tx, ROOT, "/empty", "/x", Mode.REPLACE))
                .reads("present /empty", "absent /x")
                .writes("remove /empty", "put /x = /empty", "times / mc", "times /empty c");
    }

    @Test
    void ofADirectoryUpwards() {
        footprintOf(tx -> rename(tx, ROOT, "/dir/sub", "/x", Mode.REPLACE))
                .reads("present /dir/sub", "absent /x")
                .writes("remove /dir/sub", "put /x = /dir/sub", "times / mc", "times /dir mc", "times /dir/sub c");
    }

    @Test
    void intoItsOwnSubtreeIsRefused() {
        footprintOf(tx -> rename(tx, ROOT, "/dir", "/dir/sub/x", Mode.REPLACE))
                .refused(FsError.INVALID_ARGUMENT).reads("present /dir", "absent /dir/sub/x", "parent /dir/sub");
    }

    @Test
    void overAnEmptyDirectoryReadsThatItIsEmpty() {
        footprintOf(tx -> rename(tx, ROOT, "/dir/sub", "/empty", Mode.REPLACE))
                .reads("present /dir/sub", "present /empty", "emptiness /empty")
                .writes("remove /dir/sub", "remove /empty", "put /empty = /dir/sub", "times / mc", "times /dir mc",
                        "times /dir/sub c");
    }

    @Test
    void betweenTypesAndOverWhatIsNotEmptyIsRefused() {
        footprintOf(tx -> rename(tx, ROOT, "/empty", "/dir", Mode.REPLACE))
                .refused(FsError.DIRECTORY_NOT_EMPTY).reads("present /empty", "present /dir", "emptiness /dir");
        footprintOf(tx -> rename(tx, ROOT, "/empty", "/file", Mode.REPLACE))
                .refused(FsError.NOT_A_DIRECTORY).reads("present /empty", "present /file");
        footprintOf(tx -> rename(tx, ROOT, "/file", "/empty", Mode.REPLACE))
                .refused(FsError.IS_A_DIRECTORY).reads("present /file", "present /empty");
        footprintOf(tx -> rename(tx, ROOT, "/x", "/file", Mode.REPLACE))
                .refused(FsError.NOT_FOUND).reads("absent /x", "present /file");
    }

    @Test
    void byAUserReadsWhoMayChangeBothDirectories() {
        footprintOf(tx -> rename(tx, USER, "/dir/inner", "/empty/x", Mode.REPLACE))
                .reads("identity /dir", "identity /empty", "present /dir/inner", "absent /empty/x")
                .writes("remove /dir/inner", "put /empty/x = /dir/inner", "times /dir mc", "times /empty mc",
                        "times /dir/inner c");
        footprintOf(tx -> rename(tx, STRANGER, "/dir/inner", "/empty/x", Mode.REPLACE))
                .refused(FsError.ACCESS_DENIED)
                .reads("identity /dir", "identity /empty", "present /dir/inner", "absent /empty/x");
    }

    @Test
    void ofADirectoryByAUserReadsWhetherItsParentMayChange() {
        footprintOf(tx -> rename(tx, USER, "/dir/sub", "/empty/x", Mode.REPLACE))
                .reads("identity /dir", "identity /empty", "present /dir/sub", "absent /empty/x",
                        "identity /dir/sub", "parent /empty")
                .writes("remove /dir/sub", "put /empty/x = /dir/sub", "times /dir mc", "times /empty mc",
                        "times /dir/sub c");
    }

    @Test
    void inAStickyDirectory() {
        footprintOf(tx -> rename(tx, USER, "/sticky/mine", "/sticky/x", Mode.REPLACE))
                .reads("identity /sticky", "present /sticky/mine", "absent /sticky/x", "identity /sticky/mine")
                .writes("remove /sticky/mine", "put /sticky/x = /sticky/mine", "times /sticky mc",
                        "times /sticky/mine c");
        footprintOf(tx -> rename(tx, USER, "/sticky/mine", "/sticky/theirs", Mode.REPLACE))
                .refused(FsError.NOT_PERMITTED)
                .reads("identity /sticky", "present /sticky/mine", "present /sticky/theirs",
                        "identity /sticky/mine", "identity /sticky/theirs");
    }
}
