package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.txn.CommitOutcome;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A program that looks at one file of a directory after the other is given attributes with names: they are reads. */
@Timeout(120)
class StatRowsTest extends TwoMountsTest {
    private static final String ROW = "for i in $(seq 10 29); do stat -c %s many/$i; done > /dev/null; ";

    @BeforeEach
    void aDirectoryOfFiles() {
        byOther("mkdir many; for i in $(seq 10 40); do echo $i > many/$i; done; echo 0 > log");
    }

    private CommitOutcome afterTheRow(String thenMine, String thenOther) {
        mine.begin();
        mine.sh(ROW + thenMine + "; echo > mark");
        byOther(thenOther);
        return mine.commit();
    }

    @Test
    void whatTheRowHasSeenIsInTheReadSet() {
        assertInstanceOf(CommitOutcome.Conflicted.class, afterTheRow("true", "echo longer > many/11"), "a first one");
        assertInstanceOf(CommitOutcome.Conflicted.class, afterTheRow("true", "echo longest > many/28"), "a last one");
    }

    @Test
    void whatTheRowHasNotSeenIsNot() {
        assertInstanceOf(CommitOutcome.Committed.class, afterTheRow("true", "echo longer > many/35"));
    }

    @Test
    void aLogElsewhereIsStillAppendedToBlindly() {
        assertInstanceOf(CommitOutcome.Committed.class, afterTheRow("echo mine >> log", "echo other >> log"));
        mine.begin();
        assertEquals("3\n", mine.sh("wc -l < log"));
    }

    @Test
    void theRowTellsWhatIsSo() {
        mine.begin();
        assertEquals("3 3 7\n", mine.sh(ROW + "echo longer > many/15; stat -c %s many/10 many/29 many/15 | xargs"));
    }

    /** What has changed since is fetched together when it is looked at one by one, and read is what is looked at. */
    @Test
    void filesThatHaveChangedAreFetchedTogetherAndReadOneByOne() {
        other.begin();
        other.sh("mkdir row; for i in $(seq 1000 3999); do echo $i > row/$i; done");
        other.commitMustSucceed();
        mine.begin();
        // So many that neither what begin tells nor what this run has looked at first is all of them.
        mine.sh("touch $(seq -f row/%g 1000 3999)");
        mine.commitMustSucceed();
        int before = store.fetches.get();
        assertInstanceOf(CommitOutcome.Committed.class, afterFifty("echo longer > row/3950"), "fetched ahead");
        int trips = store.fetches.get() - before;
        assertTrue(trips <= 20, trips + " round trips for 50 files");
        assertInstanceOf(CommitOutcome.Conflicted.class, afterFifty("echo longest > row/3949"), "looked at");
    }

    private CommitOutcome afterFifty(String thenOther) {
        mine.begin();
        mine.sh("stat -c %s $(seq -f row/%g 3900 3949); echo > mark");
        other.begin();
        other.sh(thenOther);
        other.commitMustSucceed();
        return mine.commit();
    }
}
