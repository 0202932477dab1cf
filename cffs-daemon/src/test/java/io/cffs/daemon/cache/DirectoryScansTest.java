package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;

import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.txn.SnapshotMiss.Wanted.DirectoryListing;
import io.cffs.txn.port.DirectoryPage;
import java.util.ArrayList;
import java.util.List;
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
    void filesThatAreReadOneAfterTheOtherBringMoreAndMoreContents() {
        scans.listed(DIRECTORY);
        assertEquals(0, contentsWith(0), "the first one");
        assertEquals(1, contentsWith(1));
        assertEquals(3, contentsWith(3));
        assertEquals(7, contentsWith(8), "one may be left out");
        assertEquals(0, contentsWith(50), "elsewhere");
        assertEquals(0, contentsWith(30), "backwards");
    }

    private int contentsWith(int file) {
        List<DirectoryPage.Entry> entries = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            entries.add(new DirectoryPage.Entry(file(i), new Ino(10 + i), FileType.REGULAR, null));
        }
        Listing listing = Listing.EMPTY.with(null, new DirectoryPage(entries, true));
        Listing.Run more = scans.contentsMissed(file(file), listing);
        return more == null ? 0 : more.size();
    }

    private static Name file(int number) {
        return Name.of("f" + (100 + number));
    }
}
