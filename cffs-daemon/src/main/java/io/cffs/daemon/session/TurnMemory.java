package io.cffs.daemon.session;

import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendPort.BeginRequest;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What transactions of a mount have lost against others lately. Where all change one file, a run that does not wait for
 * its turn is lost nearly always, so a number of transactions after such a loss wait from their first attempt on. Then
 * one begins without, to find out whether anybody is still there: each loss that follows doubles the number, each
 * commit halves it.
 *
 * <p>Places alone would not do: who waits for the turns of others at a place that it no longer uses waits for nothing,
 * and nobody would ever tell it so.
 *
 * <p>Safe for use by several threads.
 */
public final class TurnMemory {
    private static final int TRANSACTIONS_MIN = 16;
    private static final int TRANSACTIONS_MAX = 1024;

    // All guarded by "this".
    private final Set<ReadKey> lostAt = new LinkedHashSet<>();
    private int transactions = TRANSACTIONS_MIN;
    /** Transactions that still ask for their turn. */
    private int left;
    private boolean asked;

    /** The witnesses to begin the first attempt of a transaction with; empty: do not wait. */
    public synchronized List<ReadKey> first() {
        asked = left > 0;
        if (!asked) {
            lostAt.clear();
            return List.of();
        }
        left--;
        return List.copyOf(lostAt);
    }

    /** The witnesses to begin a further attempt of a transaction with. */
    public synchronized List<ReadKey> again() {
        return List.copyOf(lostAt);
    }

    /** An attempt was lost. @param witness null when it is not known */
    public synchronized void lost(ReadKey witness) {
        if (witness == null) {
            return;
        }
        if (!asked && lostAt.isEmpty()) {
            transactions = Math.min(TRANSACTIONS_MAX, 2 * transactions);
        }
        if (lostAt.size() < BeginRequest.WITNESSES_MAX) {
            lostAt.add(witness);
        }
        left = transactions;
    }

    /** A transaction has committed. */
    public synchronized void won() {
        if (!asked && lostAt.isEmpty()) {
            transactions = Math.max(TRANSACTIONS_MIN, transactions / 2);
        }
    }

    /** Whoever lost does not try again. */
    public synchronized void forget() {
        lostAt.clear();
        left = 0;
    }
}
