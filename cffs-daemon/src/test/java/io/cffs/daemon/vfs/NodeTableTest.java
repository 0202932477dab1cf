package io.cffs.daemon.vfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.DentryKey;
import io.cffs.model.ObjectKey.InodeKey;
import io.cffs.txn.ReadKey;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class NodeTableTest {
    private static final Name A = Name.of("a");
    private static final Name B = Name.of("b");
    private static final Ino FIVE = new Ino(5);

    private final NodeTable nodes = new NodeTable();

    @Test
    void aNodeIsKnownUntilTheKernelHasGivenAllItsReferencesUp() {
        nodes.countLookup(5);
        nodes.countLookup(5);
        nodes.forget(5, 1);
        assertEquals(1, nodes.lookupsOf(5));
        nodes.forget(5, 7);
        assertEquals(0, nodes.size());
        nodes.forget(5, 1);
    }

    @Test
    void attributesThatWereGivenAreTakenBackOnce() {
        nodes.countLookup(5);
        nodes.giveAttributes(5, false, false);
        nodes.giveAttributes(1, true, false);
        assertEquals(List.of(1L, 5L), nodes.takeHoldings().attributes().stream().sorted().toList());
        assertEquals(List.of(), nodes.takeHoldings().attributes());
    }

    @Test
    void aForgottenNodesAttributesNeedNoNotice() {
        nodes.countLookup(5);
        nodes.giveAttributes(5, false, false);
        nodes.forget(5, 1);
        assertEquals(List.of(), nodes.takeHoldings().attributes());
        assertEquals(0, nodes.size());
    }

    @Test
    void theFirstOpenOfAnAttemptDropsPagesAndLaterOnesKeepThem() {
        assertFalse(nodes.open(5, 1, false, false));
        assertTrue(nodes.open(5, 1, true, true));
        nodes.takeHoldings();
        assertFalse(nodes.open(5, 2, false, false));
        assertTrue(nodes.open(5, 2, false, false));
    }

    @Test
    void whatIsOpenKeepsItsPagesNotice() {
        nodes.countLookup(5);
        nodes.giveAttributes(5, false, false);
        nodes.open(5, 1, true, true);
        assertEquals(new NodeTable.Holdings(true, List.of(), List.of(5L), List.of()), nodes.takeHoldings());
        assertEquals(List.of(5L), nodes.mappable());
        nodes.release(5, true, true);
        assertEquals(List.of(), nodes.mappable());
        assertEquals(List.of(), nodes.takeHoldings().pages());
        assertEquals(1, nodes.lookupsOf(5));
    }

    @Test
    void pagesOfAFileThatHasNotChangedStand() {
        nodes.countLookup(5);
        nodes.countLookup(6);
        for (long file : new long[] {5, 6}) {
            nodes.open(file, 1, false, false);
            nodes.release(file, false, false);
        }
        nodes.takeChanged(List.of(new ObjectKey.BlockKey(new Ino(6), 3)), false);
        assertTrue(nodes.pagesStand(5, 2));
        assertFalse(nodes.pagesStand(6, 2));
        assertTrue(nodes.open(5, 2, false, false));
        assertFalse(nodes.open(6, 2, false, false));
        nodes.release(5, false, false);
        nodes.takeHoldings();
        assertFalse(nodes.pagesStand(5, 3));
    }

    @Test
    void whatHasNotChangedStaysAndCountsAsRead() {
        nodes.countLookup(5);
        nodes.countLookup(6);
        nodes.giveName(1, A, 5);
        nodes.giveName(1, B, 6);
        nodes.giveName(1, Name.of("none"), 0);
        nodes.giveAttributes(5, false, false);
        nodes.giveAttributes(6, true, false);
        NodeTable.Holdings due = nodes.takeChanged(
                List.of(new DentryKey(Ino.ROOT, B), new DentryKey(Ino.ROOT, Name.of("x")), new InodeKey(new Ino(6))),
                false);
        assertEquals(new NodeTable.Holdings(
                false, List.of(6L), List.of(), List.of(new NodeTable.GivenName(1, B))), due);
        assertEquals(Set.of(new ReadKey.NamePresent(Ino.ROOT, A), new ReadKey.NameAbsent(Ino.ROOT, Name.of("none")),
                new ReadKey.Identity(FIVE), new ReadKey.LengthExactly(FIVE), new ReadKey.Links(FIVE)),
                Set.copyOf(nodes.assumed(false)));
        assertTrue(nodes.assumed(true).contains(new ReadKey.Identity(Ino.ROOT)));
    }

    @Test
    void whatTheAttemptItselfChangesIsNeitherAssumedNorKept() {
        nodes.countLookup(5);
        nodes.giveName(1, A, 5);
        nodes.changeName(1, A);
        nodes.giveAttributes(5, false, true);
        assertEquals(List.of(), nodes.assumed(false));
        NodeTable.Holdings due = nodes.takeChanged(List.of(), false);
        assertEquals(new NodeTable.Holdings(
                false, List.of(5L), List.of(), List.of(new NodeTable.GivenName(1, A))), due);
        assertEquals(List.of(), nodes.takeChanged(List.of(), false).names());
    }

    @Test
    void attributesThatTheKernelUsedBeforeItForgotThemCountAsRead() {
        nodes.countLookup(5);
        nodes.giveName(1, A, 5);
        nodes.giveAttributes(5, true, false);
        nodes.takeChanged(List.of(), false);
        nodes.forget(5, 1);
        assertTrue(nodes.assumed(false).contains(new ReadKey.Identity(FIVE)));
        assertTrue(nodes.assumed(false).contains(new ReadKey.NamePresent(Ino.ROOT, A)));
        assertEquals(List.of(new NodeTable.GivenName(1, A)), nodes.takeChanged(List.of(), false).names());
        assertEquals(List.of(), nodes.assumed(false));
    }

    @Test
    void namesGoWithTheirDirectoryWhereItMayHaveClosed() {
        nodes.countLookup(5);
        nodes.giveName(1, A, 5);
        assertEquals(List.of(), nodes.takeChanged(List.of(new InodeKey(Ino.ROOT)), false).names());
        assertEquals(List.of(new NodeTable.GivenName(1, A)),
                nodes.takeChanged(List.of(new InodeKey(Ino.ROOT)), true).names());
    }

    @Test
    void namesThatTheAttemptHasChangedGoWithAllOthers() {
        nodes.countLookup(5);
        nodes.giveName(1, A, 5);
        nodes.changeName(1, B);
        assertEquals(Set.of(new NodeTable.GivenName(1, A), new NodeTable.GivenName(1, B)),
                Set.copyOf(nodes.takeHoldings().names()));
        assertEquals(List.of(), nodes.takeHoldings().names());
    }

    @Test
    void moreNamesThanAreKeptExpireAllAtOnce() {
        nodes.countLookup(5);
        for (int i = 0; i <= NodeTable.KEPT_MAX; i++) {
            nodes.giveName(1, Name.of("n" + i), 5);
        }
        assertTrue(nodes.takeChanged(List.of(), false).everything());
        assertFalse(nodes.takeChanged(List.of(), false).everything());
    }

    @Test
    void attributesAreWantedOnceTheyWereAskedForUntilTheFileIsWritten() {
        nodes.countLookup(5);
        assertFalse(nodes.wantsAttributes(5));
        nodes.giveAttributes(5, false, false);
        assertTrue(nodes.wantsAttributes(5));
        nodes.open(5, 1, true, true);
        assertFalse(nodes.wantsAttributes(5), "its length may be nothing that the next attempt looks at");
    }

    /** A name is of no use to the kernel without its inode, so it is no read of the next attempt either. */
    @Test
    void allNamesOfAForgottenInodeGo() {
        Name c = Name.of("c");
        nodes.giveName(1, A, 5);
        nodes.giveName(1, B, 5);
        nodes.giveName(1, c, 6);
        nodes.countLookup(5);
        nodes.countLookup(5);
        nodes.countLookup(6);
        nodes.forget(5, 2);
        assertEquals(Set.of(new NodeTable.GivenName(1, A), new NodeTable.GivenName(1, B)),
                Set.copyOf(nodes.takeChanged(List.of(), false).names()));
        assertEquals(List.of(new ReadKey.NamePresent(Ino.ROOT, c)), nodes.assumed(false));
        nodes.forget(6, 1);
        assertEquals(List.of(new NodeTable.GivenName(1, c)), nodes.takeChanged(List.of(), false).names());
        assertEquals(List.of(), nodes.assumed(false));
    }

    @Test
    void aNameThatLeadsElsewhereStaysWhenItsFirstInodeIsForgotten() {
        nodes.giveName(1, A, 5);
        nodes.giveName(1, A, 7);
        nodes.countLookup(5);
        nodes.countLookup(7);
        nodes.forget(5, 1);
        assertEquals(List.of(), nodes.takeChanged(List.of(), false).names());
        nodes.giveName(1, B, 7);
        nodes.takeChanged(List.of(new DentryKey(Ino.ROOT, B)), false);
        nodes.forget(7, 1);
        assertEquals(List.of(new NodeTable.GivenName(1, A)), nodes.takeChanged(List.of(), false).names());
    }

    /** A program that makes and removes a file with one name a million times. */
    @Test
    void ofInodesThatCameAndWentNothingStays() {
        GivenNames names = new GivenNames();
        for (long node = 5; node < 1000; node++) {
            names.put(new NodeTable.GivenName(1, A), node);
            assertFalse(names.knows(node - 1));
            assertTrue(names.knows(node));
            names.put(new NodeTable.GivenName(1, A), 0);
            assertFalse(names.knows(node));
        }
        assertEquals(1, names.size());
    }
}
