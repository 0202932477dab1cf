package io.cffs.txn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.cffs.txn.model.ModelStep.Kind;
import io.cffs.txn.model.TwoTransactionsTest.Fate;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Who must abort whom, and who must not. The first transaction commits, then the second, which began on the same
 * snapshot, is validated; when it commits, all is as if it had run after the first.
 */
class ConflictRulesTest {
    private static final int PAGE = 4096;
    private static final int REPLACE = 3;

    /** /f with four pages, /g and /h with ten bytes, directories /d with /d/x, /e, and /out with nothing. */
    private static final List<ModelStep> BEFORE = List.of(
            create("/f"), write("/f", 0, 4 * PAGE), create("/g"), write("/g", 0, 10), create("/h"), write("/h", 0, 10),
            mkdir("/d"), create("/d/x"), mkdir("/e"), create("/out"));

    private static void commits(List<ModelStep> first, List<ModelStep> second) {
        assertEquals(Fate.COMMITTED, TwoTransactionsTest.compare(BEFORE, first, also(second)));
    }

    private static void aborts(List<ModelStep> first, List<ModelStep> second) {
        assertEquals(Fate.CONFLICTED, TwoTransactionsTest.compare(BEFORE, first, also(second)));
    }

    /** Whoever only reads needs no validation: every second transaction writes somewhere else, too. */
    private static List<ModelStep> also(List<ModelStep> steps) {
        List<ModelStep> more = new ArrayList<>(steps);
        more.add(write("/out", 0, PAGE));
        return more;
    }

    private static ModelStep create(String path) {
        return new ModelStep(Kind.CREATE, path, "", 0666, 0, 0);
    }

    private static ModelStep mkdir(String path) {
        return new ModelStep(Kind.MKDIR, path, "", 0777, 0, 0);
    }

    private static ModelStep write(String path, int offset, int length) {
        return new ModelStep(Kind.WRITE, path, "", offset, length, 0);
    }

    private static ModelStep read(String path, int offset, int length) {
        return new ModelStep(Kind.READ, path, "", offset, length, 0);
    }

    private static ModelStep append(String path, int length) {
        return new ModelStep(Kind.APPEND, path, "", 1, length, 0);
    }

    private static ModelStep truncate(String path, int length) {
        return new ModelStep(Kind.TRUNCATE, path, "", length, 0, 0);
    }

    private static ModelStep rename(String from, String to) {
        return new ModelStep(Kind.RENAME, from, to, REPLACE, 0, 0);
    }

    private static ModelStep link(String from, String to) {
        return new ModelStep(Kind.LINK, from, to, 0, 0, 0);
    }

    private static ModelStep list(String path) {
        return new ModelStep(Kind.LIST, path, "", 0, 100, 0);
    }

    private static ModelStep chmod(String path, int permissions) {
        return new ModelStep(Kind.CHMOD, path, "", permissions, 0, 0);
    }

    private static ModelStep at(Kind kind, String path) {
        return new ModelStep(kind, path, "", 0, 0, 0);
    }

    // Names.

    @Test
    void differentNamesInOneDirectory() {
        commits(List.of(create("/d/a"), mkdir("/d/b")), List.of(create("/d/c"), at(Kind.UNLINK, "/d/x")));
    }

    @Test
    void oneNameTwice() {
        aborts(List.of(create("/d/a")), List.of(create("/d/a")));
        aborts(List.of(at(Kind.UNLINK, "/g")), List.of(at(Kind.UNLINK, "/g")));
        aborts(List.of(rename("/g", "/n")), List.of(rename("/h", "/n")));
    }

    @Test
    void anAbsentNameIsARead() {
        aborts(List.of(create("/d/a")), List.of(at(Kind.STAT, "/d/a")));
        commits(List.of(create("/d/b")), List.of(at(Kind.STAT, "/d/a")));
    }

    @Test
    void aListingIsARead() {
        aborts(List.of(create("/d/a")), List.of(list("/d")));
        aborts(List.of(at(Kind.UNLINK, "/d/x")), List.of(list("/d")));
        commits(List.of(write("/d/x", 0, 10), chmod("/d/x", 0600)), List.of(list("/d")));
    }

    @Test
    void statOfADirectoryIsNoReadOfItsNames() {
        commits(List.of(create("/d/a")), List.of(at(Kind.STAT, "/d")));
        aborts(List.of(chmod("/d", 0700)), List.of(at(Kind.STAT, "/d")));
    }

    @Test
    void emptinessIsARead() {
        aborts(List.of(create("/e/a")), List.of(at(Kind.RMDIR, "/e")));
        aborts(List.of(at(Kind.RMDIR, "/e")), List.of(create("/e/a")));
    }

    @Test
    void twoMovesThatWouldCloseALoop() {
        aborts(List.of(rename("/d", "/e/d")), List.of(rename("/e", "/d/e")));
        commits(List.of(rename("/d", "/d2")), List.of(rename("/e", "/e2")));
    }

    @Test
    void publishingByRenameAbortsItsReaders() {
        aborts(List.of(create("/new"), write("/new", 0, 5), rename("/new", "/g")), List.of(read("/g", 0, 5)));
    }

    // Links.

    @Test
    void linkCountsMerge() {
        commits(List.of(link("/g", "/d/one")), List.of(link("/g", "/e/two")));
        commits(List.of(link("/g", "/d/one")), List.of(at(Kind.UNLINK, "/g")));
        aborts(List.of(link("/g", "/d/one")), List.of(at(Kind.STAT, "/g")));
    }

    @Test
    void changesThatDieWithAFileDependOnItsLinks() {
        aborts(List.of(link("/g", "/d/one")), List.of(write("/g", 0, PAGE), at(Kind.UNLINK, "/g")));
        commits(List.of(link("/h", "/d/one")), List.of(write("/g", 0, PAGE), at(Kind.UNLINK, "/g")));
    }

    // Bytes and lengths.

    @Test
    void differentPagesOfOneFile() {
        commits(List.of(write("/f", 0, PAGE)), List.of(write("/f", PAGE, PAGE)));
        commits(List.of(write("/f", 10, 10)), List.of(write("/f", PAGE + 10, 10), read("/f", 2 * PAGE, 10)));
    }

    @Test
    void onePageTwice() {
        aborts(List.of(write("/f", 0, 10)), List.of(write("/f", 100, 10)));
        aborts(List.of(write("/f", 0, 10)), List.of(read("/f", 100, 10)));
    }

    @Test
    void wholePagesAndWholeFilesAreWrittenBlindly() {
        commits(List.of(write("/f", 0, PAGE)), List.of(write("/f", 0, PAGE)));
        commits(List.of(at(Kind.OPEN_TRUNCATE, "/g"), write("/g", 0, 7)),
                List.of(at(Kind.OPEN_TRUNCATE, "/g"), write("/g", 0, 3)));
        commits(List.of(truncate("/f", PAGE)), List.of(write("/f", 2 * PAGE, PAGE)));
    }

    @Test
    void readingInsideWhileTheFileGrows() {
        commits(List.of(append("/f", 10)), List.of(read("/f", 0, PAGE)));
        aborts(List.of(append("/f", 10)), List.of(read("/f", 0, 5 * PAGE)));
        aborts(List.of(append("/f", 10)), List.of(at(Kind.STAT, "/f")));
    }

    @Test
    void holesAndDataThatWereSeen() {
        List<ModelStep> grown = List.of(truncate("/f", 10 * PAGE));
        aborts(List.of(punch("/f", 0, PAGE)), List.of(seek("/f", 0, 0)));
        aborts(List.of(punch("/f", PAGE, PAGE)), List.of(seek("/f", 0, 1)));
        aborts(List.of(punch("/f", 0, PAGE)), List.of(seek("/f", 0, 1)));
        commits(List.of(punch("/f", 2 * PAGE, PAGE)), List.of(seek("/f", 0, 0)));
        aborts(grown, List.of(seek("/f", 0, 1)));
        commits(grown, List.of(seek("/f", PAGE, 0)));
    }

    private static ModelStep punch(String path, int offset, int length) {
        return new ModelStep(Kind.PUNCH, path, "", offset, length, 0);
    }

    private static ModelStep seek(String path, int offset, int hole) {
        return new ModelStep(Kind.SEEK, path, "", offset, hole, 0);
    }

    @Test
    void readingWhatIsCutOff() {
        aborts(List.of(truncate("/f", 100)), List.of(read("/f", 200, 10)));
        aborts(List.of(truncate("/f", 100)), List.of(write("/f", 200, 10)));
        commits(List.of(truncate("/f", 2 * PAGE)), List.of(read("/f", PAGE, PAGE)));
    }

    @Test
    void blindAppendsMerge() {
        commits(List.of(append("/g", 20)), List.of(append("/g", 30), append("/g", 5000)));
        commits(List.of(truncate("/g", 3)), List.of(append("/g", 30)));
        commits(List.of(append("/f", 10)), List.of(append("/f", 20), write("/f", 0, PAGE), read("/f", PAGE, 10)));
    }

    @Test
    void anAppendAfterALookDoesNotMerge() {
        aborts(List.of(append("/g", 20)), List.of(at(Kind.STAT, "/g"), append("/g", 30)));
        aborts(List.of(append("/g", 20)), List.of(append("/g", 30), at(Kind.STAT, "/g")));
        aborts(List.of(append("/g", 20)), List.of(append("/g", 30), read("/g", 0, 100)));
    }

    @Test
    void aWriteBeforeABlindAppendStaysBeforeIt() {
        aborts(List.of(truncate("/f", 0)), List.of(append("/f", 20), write("/f", 0, PAGE)));
    }

    // Identity.

    @Test
    void modesAndOwnersAreOneGroup() {
        aborts(List.of(chmod("/g", 0600)), List.of(chmod("/g", 0640)));
        aborts(List.of(chmod("/g", 0600)),
                List.of(new ModelStep(Kind.CHOWN, "/g", "", 7, 7, 0)));
        commits(List.of(chmod("/g", 0600)), List.of(write("/g", 0, PAGE), truncate("/g", 2)));
    }

    @Test
    void permissionChecksOfUsersAreReads() {
        aborts(List.of(chmod("/g", 0600)), List.of(new ModelStep(Kind.READ, "/g", "", 0, 5, 1)));
        commits(List.of(chmod("/g", 0600)), List.of(new ModelStep(Kind.READ, "/g", "", 0, 5, 0)));
    }

    // Extended attributes and ACLs.

    private static ModelStep setxattr(String path, String name, int mode) {
        return new ModelStep(Kind.SETXATTR, path, name, mode, 9, 0);
    }

    private static ModelStep xattr(Kind kind, String path, String name) {
        return new ModelStep(kind, path, name, 0, 0, 0);
    }

    private static ModelStep acl(String path, String name, int permissions) {
        return new ModelStep(Kind.SETACL, path, name, permissions, 1, 0);
    }

    @Test
    void attributesOfDifferentNamesAndBlindSettingsMerge() {
        commits(List.of(setxattr("/g", "user.a", 0)), List.of(setxattr("/g", "user.b", 1)));
        commits(List.of(setxattr("/g", "user.a", 0)), List.of(setxattr("/g", "user.a", 0)));
        commits(List.of(setxattr("/g", "user.a", 0)), List.of(write("/g", 0, 5), at(Kind.STAT, "/g")));
    }

    @Test
    void aValueAndItsAbsenceAreReads() {
        aborts(List.of(setxattr("/g", "user.a", 0)), List.of(xattr(Kind.GETXATTR, "/g", "user.a")));
        aborts(List.of(setxattr("/g", "user.a", 0)), List.of(setxattr("/g", "user.a", 1)));
        commits(List.of(setxattr("/g", "user.a", 0)), List.of(xattr(Kind.GETXATTR, "/g", "user.b")));
    }

    @Test
    void aListOfAttributesIsNoReadOfTheirValues() {
        aborts(List.of(setxattr("/g", "user.a", 0)), List.of(at(Kind.LISTXATTR, "/g")));
        List<ModelStep> before = new ArrayList<>(BEFORE);
        before.add(setxattr("/g", "user.a", 0));
        ModelStep otherValue = new ModelStep(Kind.SETXATTR, "/g", "user.a", 0, 3, 0);
        assertEquals(Fate.COMMITTED, TwoTransactionsTest.compare(before, List.of(otherValue),
                also(List.of(at(Kind.LISTXATTR, "/g")))));
    }

    @Test
    void anAclIsPartOfTheIdentityAndOfWhatItDecides() {
        ModelStep userReads = new ModelStep(Kind.READ, "/g", "", 0, 5, 1);
        aborts(List.of(acl("/g", XattrModel.ACCESS, 077777)), List.of(chmod("/g", 0640)));
        aborts(List.of(acl("/g", XattrModel.ACCESS, 077777)), List.of(userReads));
        aborts(List.of(acl("/d", XattrModel.DEFAULT, 077777)), List.of(create("/d/new")));
        List<ModelStep> before = new ArrayList<>(BEFORE);
        before.add(acl("/g", XattrModel.ACCESS, 077777));
        List<ModelStep> narrower = List.of(acl("/g", XattrModel.ACCESS, 037777));
        assertEquals(Fate.CONFLICTED, TwoTransactionsTest.compare(before, narrower, also(List.of(userReads))));
    }

    @Test
    void theGroupOfANewFileDependsOnItsDirectory() {
        aborts(List.of(chmod("/d", 02777)), List.of(create("/d/a")));
    }
}
