package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.txn.SnapshotMiss.Wanted.DirectoryListing;
import org.junit.jupiter.api.Test;

class DirectoryScansTest {
    private static final Ino DIRECTORY = new Ino(5);

    private final DirectoryScans scans = new DirectoryScans();

    private DirectoryListing miss(int times) {
        DirectoryListing last = null;
        for (int i = 0; i < times; i++) {
            last = scans.missed(DIRECTORY, Name.of("name" + i), null);
        }
        return last;
    }

    private void answer(int times) {
        for (int i = 0; i < times; i++) {
            scans.answered(DIRECTORY);
        }
    }

    @Test
    void aFewNamesAreFetchedOneByOne() {
        assertNull(miss(DirectoryScans.SINGLE_NAMES - 1));
        assertNull(scans.missed(new Ino(6), Name.of("other"), null), "of another directory");
    }

    @Test
    void whoGoesOnGetsAPageThatBeginsBeforeTheName() {
        miss(DirectoryScans.SINGLE_NAMES - 1);
        assertEquals(new DirectoryListing(DIRECTORY, Name.of("nam"), DirectoryScans.PAGE_NAMES),
                scans.missed(DIRECTORY, Name.of("name"), null));
    }

    @Test
    void aNameOfOneByteBeginsAtTheStart() {
        miss(DirectoryScans.SINGLE_NAMES - 1);
        assertNull(scans.missed(DIRECTORY, Name.of("x"), null).after());
    }

    @Test
    void aPageThatWasWorthItIsFollowedByALargerOneAtOnce() {
        assertNotNull(miss(DirectoryScans.SINGLE_NAMES));
        answer(100);
        assertEquals(2 * DirectoryScans.PAGE_NAMES, miss(1).limit());
        answer(100);
        assertEquals(4 * DirectoryScans.PAGE_NAMES, miss(1).limit());
    }

    @Test
    void whoLooksNamesUpInNoOrderGetsFewerAndFewerPages() {
        assertNotNull(miss(DirectoryScans.SINGLE_NAMES));
        answer(1);
        assertNotNull(miss(DirectoryScans.SINGLE_NAMES));
        answer(1);
        assertNull(miss(2 * DirectoryScans.SINGLE_NAMES - 1));
        assertNotNull(miss(1));
        assertNull(miss(4 * DirectoryScans.SINGLE_NAMES - 1));
    }

    @Test
    void filesThatAreReadInOrderBringMoreAndMoreContents() {
        scans.listed(DIRECTORY);
        assertEquals(1, scans.contentsMissed(Name.of("a")));
        assertEquals(2, scans.contentsMissed(Name.of("b")));
        assertEquals(4, scans.contentsMissed(Name.of("d")));
        assertEquals(1, scans.contentsMissed(Name.of("c")));
    }
}
