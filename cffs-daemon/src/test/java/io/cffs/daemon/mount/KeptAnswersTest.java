package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.txn.CommitOutcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the kernel was answered in one attempt serves the next when nothing has changed, and then counts as read there:
 * names, absences, attributes, and pages of small files.
 */
@Timeout(120)
class KeptAnswersTest extends TwoMountsTest {
    @BeforeEach
    void oneAttemptHasLookedAtEverything() {
        mine.begin();
        mine.sh("echo old > file; echo 1 > seen; mkdir sub; echo s > sub/inner; echo 0 > log");
        mine.commitMustSucceed();
        mine.begin();
        mine.sh("stat file seen sub sub/inner; cat file sub/inner; test ! -e absent; echo first > mark");
        mine.commitMustSucceed();
    }

    private void seesAfter(String change, String expected, String look) {
        byOther(change);
        mine.begin();
        assertEquals(expected, mine.sh(look), change);
        mine.commitMustSucceed();
    }

    @Test
    void whatChangedInBetweenIsSeen() {
        seesAfter("echo newer > file", "newer\n6\n", "cat file; stat -c %s file");
        seesAfter("echo here > absent", "here\n", "cat absent");
        seesAfter("rm seen", "gone\n", "test ! -e seen && echo gone");
        seesAfter("chmod 600 file", "600\n", "stat -c %a file");
        seesAfter("mv sub moved", "s\n", "test ! -e sub && cat moved/inner");
        seesAfter("printf x | dd of=moved/inner conv=notrunc status=none", "x\n", "cat moved/inner");
        seesAfter("ln file again", "2\n", "stat -c %h file");
        seesAfter("echo other > new; mv new file", "other\n", "cat file");
    }

    private void losesTo(String change, String look) {
        mine.begin();
        mine.sh(look + "; echo $$ > mark");
        byOther(change);
        assertInstanceOf(CommitOutcome.Conflicted.class, mine.commit(), look + " against " + change);
        mine.begin();
        mine.sh(look + "; echo $$ > mark");
        mine.commitMustSucceed();
        mine.begin();
        mine.sh(look + "; echo $$ > mark");
        mine.commitMustSucceed();
    }

    @Test
    void whatTheKernelAnsweredFromAnEarlierAttemptIsInTheReadSet() {
        losesTo("echo newer > file", "stat file > /dev/null");
        losesTo("printf o | dd of=file conv=notrunc status=none", "cat file > /dev/null");
        losesTo("chmod 600 file", "stat file > /dev/null");
        losesTo("ln file again", "stat file > /dev/null");
        losesTo("rm seen", "test -e seen || true");
        losesTo("echo here > absent", "test ! -e absent || true");
        losesTo("mv sub/inner sub/outer", "test -e sub/inner || true");
    }

    @Test
    void whatOnlyAnEarlierAttemptUsedCostsOneRunAtMost() {
        int lost = 0;
        for (int round = 0; round < 5; round++) {
            mine.begin();
            mine.sh("echo mine > mark");
            byOther("echo other" + round + " > file; echo " + round + " >> sub/inner");
            lost += mine.commit() instanceof CommitOutcome.Conflicted ? 1 : 0;
        }
        assertTrue(lost <= 1, "lost " + lost + " of 5");
    }

    @Test
    void namesThatAnAbortedAttemptMadeOrRemovedAreAsTheyWere() {
        mine.begin();
        mine.sh("rm seen; echo y > made; mv sub away; cat away/inner; echo n > file; stat file made");
        mine.abort();
        mine.begin();
        assertEquals("1\nold\ns\n", mine.sh("cat seen file sub/inner; test ! -e made -a ! -e away"));
        mine.commitMustSucceed();
    }

    @Test
    void namesThatCameAndWentInOneAttemptAreAbsentAndReadAsSuch() {
        mine.begin();
        mine.sh("echo t > passing; rm passing; test ! -e passing; echo 2 > mark");
        mine.commitMustSucceed();
        mine.begin();
        mine.sh("test ! -e passing; echo 3 > mark");
        byOther("echo o > passing");
        assertInstanceOf(CommitOutcome.Conflicted.class, mine.commit());
    }

    @Test
    void neighboursInOneDirectoryNeverAbortOneAnother() {
        byOther("cat file sub/inner; stat sub > /dev/null; test ! -e absent; echo 1 > other1");
        for (int round = 0; round < 12; round++) {
            mine.begin();
            other.begin();
            mine.sh("cat file > /dev/null; echo " + round + " > mine1; echo m >> log; touch mine.%d; mv mine.%d done"
                    .formatted(round, round));
            other.sh("stat sub/inner > /dev/null; echo " + round + " > other1; echo o >> log; touch other." + round);
            mine.commitMustSucceed();
            other.commitMustSucceed();
        }
        mine.begin();
        assertEquals("25\n", mine.sh("wc -l < log"));
        mine.commitMustSucceed();
    }
}
