package io.cffs.daemon.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.cffs.txn.CommitOutcome;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A program that looks at one file of a directory after the other is given attributes with names: they are reads. */
@Timeout(120)
class StatRowsTest {
    private static final String ROW = "for i in $(seq 10 29); do stat -c %s many/$i; done > /dev/null; ";

    @TempDir
    Path dir;

    private final MemoryVolume store = new MemoryVolume();
    private TestMount mine;
    private TestMount other;

    @BeforeEach
    void aDirectoryOfFiles() throws IOException {
        TestMount.assumeMountsWork();
        mine = new TestMount(store, dir.resolve("mine"), CommitMode.INVOCATION);
        other = new TestMount(store, dir.resolve("other"), CommitMode.INVOCATION);
        other.begin();
        other.sh("mkdir many; for i in $(seq 10 40); do echo $i > many/$i; done; echo 0 > log");
        other.commitMustSucceed();
    }

    @AfterEach
    void unmount() throws IOException {
        mine.close();
        other.close();
    }

    private CommitOutcome afterTheRow(String thenMine, String thenOther) {
        mine.begin();
        mine.sh(ROW + thenMine + "; echo > mark");
        other.begin();
        other.sh(thenOther);
        other.commitMustSucceed();
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
}
