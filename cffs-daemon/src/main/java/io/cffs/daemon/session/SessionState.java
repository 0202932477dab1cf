package io.cffs.daemon.session;

import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * The life of a session.
 *
 * <pre>
 *            begin            commit
 *   IDLE ----------> OPEN -------------> COMMITTING
 *    ^  ^             |                   |  |  |
 *    |  +-- abort ----+                   |  |  +--- no answer ---> UNRESOLVED
 *    +----- committed, conflicted, refused --+  |                     |     |
 *    |                 OPEN <---- not sent -----+                     |     |
 *    +------------------------- the ledger has answered --------------+     |
 *   CLOSED <---- close, from IDLE, OPEN and UNRESOLVED ---------------------+
 * </pre>
 */
public enum SessionState {
    /** No attempt. Requests from the kernel are answered with STALE. */
    IDLE,
    /** An attempt is open: requests are admitted. */
    OPEN,
    /** Requests wait at the gate until the outcome is known. */
    COMMITTING,
    /** The commit was sent and not answered: nothing runs before the ledger has been asked. */
    UNRESOLVED,
    /** The end. */
    CLOSED;

    private static final Map<SessionState, Set<SessionState>> NEXT = Map.of(
            IDLE, EnumSet.of(OPEN, CLOSED),
            OPEN, EnumSet.of(COMMITTING, IDLE, CLOSED),
            COMMITTING, EnumSet.of(IDLE, OPEN, UNRESOLVED),
            UNRESOLVED, EnumSet.of(IDLE, CLOSED),
            CLOSED, EnumSet.noneOf(SessionState.class));

    public boolean mayBecome(SessionState next) {
        return NEXT.get(this).contains(next);
    }

    /** The state after this edge. An edge that is not drawn above is a bug of the caller: AssertionError. */
    SessionState become(SessionState next) {
        if (!mayBecome(next)) {
            throw new AssertionError("no edge from " + this + " to " + next);
        }
        return next;
    }
}
