package io.cffs.daemon.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;

class SessionStateTest {
    @Test
    void goesRoundAndEnds() {
        SessionState state = SessionState.IDLE;
        state = state.become(SessionState.OPEN).become(SessionState.COMMITTING).become(SessionState.UNRESOLVED);
        assertEquals(SessionState.CLOSED, state.become(SessionState.IDLE).become(SessionState.CLOSED));
    }

    @Test
    void neverBeginsWhileAnOutcomeIsUnknown() {
        assertFalse(SessionState.UNRESOLVED.mayBecome(SessionState.OPEN));
        assertFalse(SessionState.COMMITTING.mayBecome(SessionState.CLOSED));
        assertThrows(AssertionError.class, () -> SessionState.CLOSED.become(SessionState.OPEN));
    }
}
