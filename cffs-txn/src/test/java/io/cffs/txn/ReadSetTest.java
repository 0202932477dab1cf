package io.cffs.txn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Ino;
import io.cffs.model.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ReadSetTest {
    private static final Ino A = new Ino(5);
    private static final Ino B = new Ino(6);

    @Test
    void aListingImpliesNamesAndEmptinessWhicheverComesFirst() {
        ReadSet reads = new ReadSet(100);
        reads.name(A, Name.of("x"), true);
        reads.emptiness(A);
        reads.listing(A);
        reads.name(A, Name.of("y"), false);
        assertEquals(List.of(new ReadKey.Listing(A)), reads.keys());
    }

    @Test
    void anExactLengthImpliesAMinimumAndTheLargestMinimumTheOthers() {
        ReadSet reads = new ReadSet(100);
        reads.lengthAtLeast(A, 10);
        reads.lengthAtLeast(A, 30);
        reads.lengthAtLeast(A, 20);
        reads.lengthAtLeast(B, 10);
        reads.lengthExactly(B);
        assertEquals(List.of(new ReadKey.LengthAtLeast(A, 30), new ReadKey.LengthExactly(B)), reads.keys());
    }

    @Test
    void keysAreOrderedByInode() {
        ReadSet reads = new ReadSet(100);
        reads.identity(B);
        reads.links(A);
        reads.identity(A);
        assertEquals(
                List.of(new ReadKey.Identity(A), new ReadKey.Links(A), new ReadKey.Identity(B)), reads.keys());
    }

    @Test
    void pagesOfAFileWidenToOneRange() {
        ReadSet reads = new ReadSet(10);
        for (int i = 0; i < 50; i++) {
            reads.pages(A, i * 10L, i * 10L);
        }
        reads.identity(B);
        assertTrue(reads.keys().size() <= 10, () -> "keys: " + reads.keys());
        for (int i = 0; i < 50; i++) {
            long page = i * 10L;
            assertTrue(reads.keys().stream().anyMatch(key -> key instanceof ReadKey.Pages pages
                    && pages.firstPage() <= page && page <= pages.lastPage()), "page " + page + " is covered");
        }
        assertTrue(reads.keys().contains(new ReadKey.Identity(B)));
    }

    @Test
    void namesOfADirectoryWidenToItsListing() {
        ReadSet reads = new ReadSet(10);
        reads.name(B, Name.of("kept"), true);
        for (int i = 0; i < 50; i++) {
            reads.name(A, Name.of("name" + i), i % 2 == 0);
        }
        assertEquals(Set.of(new ReadKey.Listing(A), new ReadKey.NamePresent(B, Name.of("kept"))),
                Set.copyOf(reads.keys()));
    }

    @Test
    void whatCannotWidenStaysWhole() {
        ReadSet reads = new ReadSet(10);
        List<ReadKey> expected = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            reads.identity(new Ino(i));
            expected.add(new ReadKey.Identity(new Ino(i)));
        }
        assertEquals(expected, reads.keys());
    }
}
