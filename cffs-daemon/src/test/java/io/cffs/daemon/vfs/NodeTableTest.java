package io.cffs.daemon.vfs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Name;
import java.util.List;
import org.junit.jupiter.api.Test;

class NodeTableTest {
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
        nodes.giveAttributes(5);
        nodes.giveAttributes(1);
        assertEquals(List.of(1L, 5L), nodes.takeHoldings().attributes().stream().sorted().toList());
        assertEquals(List.of(), nodes.takeHoldings().attributes());
    }

    @Test
    void aForgottenNodesAttributesNeedNoNotice() {
        nodes.countLookup(5);
        nodes.giveAttributes(5);
        nodes.forget(5, 1);
        assertEquals(List.of(), nodes.takeHoldings().attributes());
        assertEquals(0, nodes.size());
    }

    @Test
    void theFirstOpenOfAnAttemptDropsPagesAndLaterOnesKeepThem() {
        assertFalse(nodes.open(5, 1, false, false));
        assertTrue(nodes.open(5, 1, true, true));
        assertFalse(nodes.open(5, 2, false, false));
        assertTrue(nodes.open(5, 2, false, false));
    }

    @Test
    void whatIsOpenKeepsItsPagesNotice() {
        nodes.countLookup(5);
        nodes.giveAttributes(5);
        nodes.open(5, 1, true, false);
        assertEquals(new NodeTable.Holdings(List.of(), List.of(5L), List.of()), nodes.takeHoldings());
        assertEquals(List.of(5L), nodes.openForWriting());
        nodes.release(5, true, false);
        assertEquals(List.of(), nodes.openForWriting());
        assertEquals(List.of(), nodes.takeHoldings().pages());
        assertEquals(1, nodes.lookupsOf(5));
    }

    @Test
    void namesAreKeptOnlyWhereTheKernelCannotExpireThemAtOnce() {
        nodes.giveName(1, Name.of("a"));
        assertEquals(List.of(), nodes.takeHoldings().names());
        nodes.keepNames();
        nodes.giveName(1, Name.of("a"));
        nodes.giveName(1, Name.of("a"));
        assertEquals(List.of(new NodeTable.GivenName(1, Name.of("a"))), nodes.takeHoldings().names());
        assertEquals(List.of(), nodes.takeHoldings().names());
    }
}
