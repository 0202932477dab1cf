package io.cffs.backend.commit;

import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Transactions that were refused for a passing reason, such as a full disk. Whoever was told that nothing of a
 * transaction has taken effect must be right for good, so a delivery of it that is still under way, or held back, gets
 * the same answer when there is room again. Kept by the process alone: what was under way to it dies with it. Belongs
 * to the sequencing thread.
 */
final class TurnedAway {
    /** A delivery is under way for seconds; at 2,000 refusals a second this reaches back five of them. */
    private static final int TRANSACTIONS_MAX = 10_000;

    private final Map<TxnId, CommitOutcome> answers = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<TxnId, CommitOutcome> eldest) {
            return size() > TRANSACTIONS_MAX;
        }
    };

    /** Remembers the answer when it is a refusal, and gives it back. */
    CommitOutcome note(TxnId txn, CommitOutcome answer) {
        if (answer instanceof CommitOutcome.Refused) {
            answers.put(txn, answer);
        }
        return answer;
    }

    /** Null when the transaction was not turned away. */
    CommitOutcome answerTo(TxnId txn) {
        return answers.get(txn);
    }
}
