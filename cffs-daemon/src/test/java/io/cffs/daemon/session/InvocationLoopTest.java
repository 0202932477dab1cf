package io.cffs.daemon.session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.session.InvocationBody.Verdict;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.Entropy;
import io.cffs.txn.port.Ticker;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class InvocationLoopTest {
    private static final ReadKey KEY = new ReadKey.LengthExactly(new Ino(7));
    private static final ReadKey OTHER_KEY = new ReadKey.Identity(new Ino(8));
    private static final CommitOutcome UNKNOWN = new CommitOutcome.Unknown("the connection was lost");

    private final FakeAttempts attempts = new FakeAttempts();
    private final FakeClock clock = new FakeClock();
    private final List<Integer> bodyRuns = new ArrayList<>();

    @Test
    void commitsAtTheFirstAttempt() throws Exception {
        attempts.outcomes.add(committed(5));
        assertEquals(new InvocationResult.Committed(new CommitTs(5), false, 1), run(Verdict.COMMIT));
        assertEquals(List.of("begin 1", "commit 1"), attempts.calls);
    }

    @Test
    void runsAgainAfterAConflictWithTheSameIdAndItsWitnesses() throws Exception {
        attempts.outcomes.add(conflicted(KEY));
        attempts.outcomes.add(conflicted(OTHER_KEY));
        attempts.outcomes.add(committed(9));
        assertEquals(new InvocationResult.Committed(new CommitTs(9), false, 3), run(Verdict.COMMIT));
        assertEquals(List.of(1, 2, 3), bodyRuns);
        assertEquals(List.of(List.of(), List.of(KEY), List.of(KEY, OTHER_KEY)), attempts.witnesses);
        assertEquals(1, attempts.txns.stream().distinct().count());
    }

    @Test
    void givesUpAfterTheLastAttempt() throws Exception {
        for (int i = 0; i < 4; i++) {
            attempts.outcomes.add(conflicted(KEY));
        }
        InvocationResult result = run(Verdict.COMMIT);
        assertEquals(KEY, assertInstanceOf(InvocationResult.ConflictsExhausted.class, result).witness().key());
        assertEquals(4, result.attempts());
        assertEquals(4, bodyRuns.size());
    }

    @Test
    void anExpiredSnapshotRunsAgain() throws Exception {
        attempts.outcomes.add(new CommitOutcome.SnapshotExpired(new CommitTs(3)));
        attempts.outcomes.add(committed(4));
        assertEquals(new InvocationResult.Committed(new CommitTs(4), false, 2), run(Verdict.COMMIT));
    }

    @Test
    void aBodyThatFailsLeavesNoTrace() throws Exception {
        assertEquals(new InvocationResult.Aborted(AttemptHealth.SOUND, 1), run(Verdict.ABORT));
        assertEquals(List.of("begin 1", "abort 1"), attempts.calls);
    }

    @Test
    void aBodyThatFailedOnAnExpiredSnapshotRunsAgain() throws Exception {
        attempts.healths.add(AttemptHealth.SNAPSHOT_EXPIRED);
        attempts.healths.add(AttemptHealth.SOUND);
        assertEquals(new InvocationResult.Aborted(AttemptHealth.SOUND, 2), run(Verdict.ABORT));
        assertEquals(2, bodyRuns.size());
    }

    @Test
    void aFunctionThatGaveUpIsNotCommittedHoweverItEnds() throws Exception {
        attempts.healthBeforeCommit = AttemptHealth.GIVEN_UP;
        attempts.healths.add(AttemptHealth.GIVEN_UP);
        assertEquals(new InvocationResult.Aborted(AttemptHealth.GIVEN_UP, 1), run(Verdict.COMMIT));
        assertEquals(List.of("begin 1", "abort 1"), attempts.calls);
    }

    @Test
    void anUnknownOutcomeThatTheLedgerKnowsIsACommit() throws Exception {
        attempts.outcomes.add(UNKNOWN);
        attempts.ledger.add(new CommitTs(6));
        assertEquals(new InvocationResult.Committed(new CommitTs(6), false, 1), run(Verdict.COMMIT));
        assertEquals(1, bodyRuns.size());
    }

    @Test
    void anUnknownOutcomeIsNeverRunAgainBeforeTheLedgerHasAnswered() throws Exception {
        attempts.outcomes.add(UNKNOWN);
        attempts.outcomes.add(committed(8));
        attempts.ledger.add(unreachable());
        attempts.ledger.add(unreachable());
        attempts.ledger.add("not committed");
        assertEquals(new InvocationResult.Committed(new CommitTs(8), false, 2), run(Verdict.COMMIT));
        assertEquals(List.of("begin 1", "commit 1", "ledger 1", "ledger 1", "ledger 1", "begin 2", "commit 2"),
                attempts.calls);
        assertNotEquals(attempts.txns.get(0), attempts.txns.get(1), "the ledger refuses the first id from now on");
    }

    @Test
    void anUnknownOutcomeThatStaysUnknownSaysSo() throws Exception {
        attempts.outcomes.add(UNKNOWN);
        attempts.ledgerAlways = unreachable();
        InvocationResult result = run(Verdict.COMMIT);
        assertEquals(attempts.txns.get(0), assertInstanceOf(InvocationResult.Unresolved.class, result).txn());
        assertEquals(1, bodyRuns.size());
    }

    @Test
    void aDeliveryThatHasCommittedBeforeRunsNothing() throws Exception {
        attempts.alreadyCommitted = new CommitTs(2);
        assertEquals(new InvocationResult.Committed(new CommitTs(2), true, 0), run(Verdict.COMMIT));
        assertTrue(bodyRuns.isEmpty());
    }

    @Test
    void aRefusalIsFinal() throws Exception {
        attempts.outcomes.add(new CommitOutcome.Refused(CommitOutcome.RefusalCause.TOO_LARGE, "too much"));
        assertInstanceOf(InvocationResult.Refused.class, run(Verdict.COMMIT));
        assertEquals(1, bodyRuns.size());
    }

    @Test
    void aQuotaThatOthersUsedUpIsSeenByTheNextAttempt() throws Exception {
        attempts.outcomes.add(new CommitOutcome.Refused(CommitOutcome.RefusalCause.QUOTA, "the quota is exceeded"));
        attempts.outcomes.add(committed(4));
        assertEquals(new InvocationResult.Committed(new CommitTs(4), false, 2), run(Verdict.COMMIT));
    }

    @Test
    void aQuotaThatIsExceededAgainAndAgainIsToldAsItIs() throws Exception {
        for (int i = 0; i <= InvocationLoop.QUOTA_RERUNS_MAX; i++) {
            attempts.outcomes.add(new CommitOutcome.Refused(CommitOutcome.RefusalCause.QUOTA, "exceeded"));
        }
        assertEquals(new InvocationResult.Refused(CommitOutcome.RefusalCause.QUOTA, "exceeded",
                InvocationLoop.QUOTA_RERUNS_MAX + 1), run(Verdict.COMMIT));
    }

    @Test
    void aLostBackendIsNoConflict() throws Exception {
        attempts.beginFails = unreachable();
        assertInstanceOf(InvocationResult.EnvironmentFailed.class, run(Verdict.COMMIT));
        attempts.beginFails = null;
        attempts.commitFails = unreachable();
        assertInstanceOf(InvocationResult.EnvironmentFailed.class, run(Verdict.COMMIT));
        assertEquals(1, bodyRuns.size());
    }

    @Test
    void noAttemptStartsAfterTheDeadline() throws Exception {
        attempts.outcomes.add(conflicted(KEY));
        Invocation invocation = new Invocation("order-17", false, CommitTs.ZERO, clock.nowNanos + 1);
        InvocationResult result = loop().run(invocation, ticket -> {
            clock.nowNanos += 10;
            return Verdict.COMMIT;
        });
        assertEquals(new InvocationResult.DeadlineReached(1), result);
    }

    @Test
    void aBodyThatThrowsIsAborted() {
        assertThrows(InterruptedException.class, () -> loop().run(Invocation.anonymous(), ticket -> {
            throw new InterruptedException();
        }));
        assertEquals(List.of("begin 1", "abort 1"), attempts.calls);
    }

    @Test
    void waitsGrowAndStayBounded() {
        RetryPolicy policy = RetryPolicy.standard();
        Entropy most = () -> -1L;
        Entropy highest = new Entropy() {
            @Override
            public long nextLong() {
                return 0;
            }

            @Override
            public long nextBelow(long bound) {
                return bound - 1;
            }
        };
        assertEquals(2_000_000L, policy.waitNanosAfter(1, highest));
        assertEquals(8_000_000L, policy.waitNanosAfter(3, highest));
        assertEquals(128_000_000L, policy.waitNanosAfter(1_000, highest));
        assertTrue(policy.waitNanosAfter(50, most) <= 128_000_000L);
    }

    private InvocationResult run(Verdict verdict) throws InterruptedException {
        return loop().run(Invocation.anonymous(), ticket -> {
            bodyRuns.add(ticket.number());
            return verdict;
        });
    }

    private InvocationLoop loop() {
        SplittableRandom dice = new SplittableRandom(42);
        RetryPolicy policy = RetryPolicy.standard().withAttemptsMax(4);
        return new InvocationLoop(attempts, policy, clock, dice::nextLong, nanos -> clock.nowNanos += nanos,
                new TurnMemory());
    }

    private static CommitOutcome committed(long ts) {
        return new CommitOutcome.Committed(new CommitTs(ts), false);
    }

    private static CommitOutcome conflicted(ReadKey key) {
        return new CommitOutcome.Conflicted(new CommitOutcome.Witness(key, new TxnId(1, 1), new CommitTs(1), null));
    }

    private static BackendException unreachable() {
        return new BackendException(BackendException.Cause.UNREACHABLE, "no backend answers", null);
    }

    private static final class FakeClock implements Ticker {
        long nowNanos = 1_000;

        @Override
        public long wallNanos() {
            return nowNanos;
        }

        @Override
        public long monotonicNanos() {
            return nowNanos;
        }
    }

    private static final class FakeAttempts implements Attempts {
        final List<String> calls = new ArrayList<>();
        final List<List<ReadKey>> witnesses = new ArrayList<>();
        final List<TxnId> txns = new ArrayList<>();
        final Deque<CommitOutcome> outcomes = new ArrayDeque<>();
        final Deque<Object> ledger = new ArrayDeque<>();
        final Deque<AttemptHealth> healths = new ArrayDeque<>();
        AttemptHealth healthBeforeCommit = AttemptHealth.SOUND;
        CommitTs alreadyCommitted;
        BackendException beginFails;
        BackendException commitFails;
        BackendException ledgerAlways;

        @Override
        public Opening begin(Ask ask) {
            calls.add("begin " + ask.number());
            if (beginFails != null) {
                throw beginFails;
            }
            if (alreadyCommitted != null) {
                return new Opening.AlreadyCommitted(alreadyCommitted);
            }
            witnesses.add(ask.witnesses());
            txns.add(ask.txn());
            return new Opening.Opened(new AttemptTicket(ask.txn(), ask.number(), CommitTs.ZERO));
        }

        @Override
        public CommitOutcome commit(AttemptTicket ticket) {
            calls.add("commit " + ticket.number());
            if (commitFails != null) {
                throw commitFails;
            }
            return outcomes.remove();
        }

        @Override
        public AttemptHealth health(AttemptTicket ticket) {
            return healthBeforeCommit;
        }

        @Override
        public AttemptHealth abort(AttemptTicket ticket) {
            calls.add("abort " + ticket.number());
            return healths.isEmpty() ? AttemptHealth.SOUND : healths.remove();
        }

        @Override
        public CommitTs askLedger(AttemptTicket ticket) {
            calls.add("ledger " + ticket.number());
            if (ledgerAlways != null) {
                throw ledgerAlways;
            }
            Object answer = ledger.remove();
            if (answer instanceof BackendException failure) {
                throw failure;
            }
            return answer instanceof CommitTs at ? at : null;
        }
    }
}
