package io.cffs.backend.commit;

import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Transactions that were refused for a passing reason, such as a full disk or quota. Whoever was told that nothing of a
 * transaction has taken effect must be right for good, so a delivery of it that is still under way, or held back, gets
 * the same answer when there is room again. Kept by the process alone: what was under way to it dies with it. Belongs
 * to the sequencing thread.
 */
final class TurnedAway {
    /** A delivery is under way for seconds; at 2,000 refusals a second this reaches back five of them. */
    private static final int TRANSACTIONS_MAX = 10_000;
    /** @param attempt the last one that it is the answer to */
    private record Told(int attempt, CommitOutcome answer) {}

    private final Map<TxnId, Told> answers = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TxnId, Told> eldest) {
            return size() > TRANSACTIONS_MAX;
        }
    };

    /** Remembers the answer when it is a refusal, for all attempts, and gives it back. */
    CommitOutcome note(TxnId txn, CommitOutcome answer) {
        return note(txn, Integer.MAX_VALUE, answer);
    }

    /**
     * Remembers the answer when it is a refusal, and gives it back.
     *
     * @param attempt the last one that was refused: who meets a quota may try again
     */
    CommitOutcome note(TxnId txn, int attempt, CommitOutcome answer) {
        if (answer instanceof CommitOutcome.Refused) {
            answers.merge(txn, new Told(attempt, answer),
                    (told, next) -> told.attempt() > next.attempt() ? told : next);
        }
        return answer;
    }

    /** Null when this attempt was not turned away. */
    CommitOutcome answerTo(TxnId txn, int attempt) {
        Told told = answers.get(txn);
        return told == null || attempt > told.attempt() ? null : told.answer();
    }
}
