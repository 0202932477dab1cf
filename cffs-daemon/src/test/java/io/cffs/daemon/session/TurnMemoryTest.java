package io.cffs.daemon.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Ino;
import io.cffs.txn.ReadKey;
import java.util.List;
import org.junit.jupiter.api.Test;

class TurnMemoryTest {
    private static final ReadKey COUNTER = new ReadKey.LengthExactly(new Ino(7));

    private final TurnMemory turns = new TurnMemory();

    /** How many transactions in a row wait for their turn; all win. */
    private int asking() {
        int asking = 0;
        while (!turns.first().isEmpty()) {
            turns.won();
            asking++;
        }
        return asking;
    }

    private void loseOnce() {
        turns.lost(COUNTER);
        assertEquals(List.of(COUNTER), turns.again());
        turns.won();
    }

    @Test
    void whoHasNotLostDoesNotWait() {
        assertTrue(turns.first().isEmpty());
        turns.won();
        assertTrue(turns.first().isEmpty());
    }

    @Test
    void afterALossSomeTransactionsWaitFromTheirFirstAttemptOn() {
        turns.first();
        loseOnce();
        assertEquals(32, asking());
        turns.won();
        assertTrue(turns.first().isEmpty(), "nobody else was there");
    }

    @Test
    void eachLossThatFollowsDoublesTheirNumberUpToABound() {
        turns.first();
        loseOnce();
        assertEquals(32, asking());
        loseOnce();
        assertEquals(64, asking());
        for (int i = 0; i < 10; i++) {
            loseOnce();
            asking();
        }
        loseOnce();
        assertEquals(1024, asking());
    }

    @Test
    void whereNobodyElseIsAnyMoreItGoesBack() {
        for (int i = 0; i < 5; i++) {
            turns.first();
            loseOnce();
            asking();
        }
        for (int i = 0; i < 10; i++) {
            turns.won();
            turns.first();
        }
        loseOnce();
        assertEquals(32, asking());
    }

    @Test
    void whoGivesUpForgets() {
        turns.first();
        turns.lost(COUNTER);
        turns.forget();
        assertTrue(turns.first().isEmpty());
        assertTrue(turns.again().isEmpty());
    }
}
