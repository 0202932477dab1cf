package io.cffs.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.cli.FunctionProcess.Ending;
import io.cffs.daemon.cli.FunctionProcess.Stop;
import io.cffs.daemon.session.AttemptHealth;
import io.cffs.daemon.session.InvocationResult;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.ReadKey;
import org.junit.jupiter.api.Test;

class RunReportTest {
    private static final Ending DONE = new Ending(0, null);

    private static int status(InvocationResult result, Ending last) {
        return RunReport.of(result, last).status();
    }

    @Test
    void everyEndingHasItsStatus() {
        assertEquals(0, status(new InvocationResult.Committed(new CommitTs(7), false, 1), DONE));
        assertEquals(0, status(new InvocationResult.Committed(new CommitTs(7), true, 0), null));
        assertEquals(3, status(new InvocationResult.Aborted(AttemptHealth.SOUND, 1), new Ending(3, null)));
        assertEquals(137, status(new InvocationResult.Aborted(AttemptHealth.SOUND, 1), new Ending(137, null)));
        assertEquals(74, status(
                new InvocationResult.Aborted(AttemptHealth.ENVIRONMENT_FAILED, 1), new Ending(1, null)));
        assertEquals(143, status(new InvocationResult.Aborted(AttemptHealth.SOUND, 1),
                new Ending(0, new Stop.BySignal(FunctionSignal.TERM))));
        assertEquals(130, status(new InvocationResult.Aborted(AttemptHealth.SOUND, 1),
                new Ending(1, new Stop.BySignal(FunctionSignal.INT))));
        assertEquals(124, status(
                new InvocationResult.Aborted(AttemptHealth.SOUND, 1), new Ending(0, new Stop.ByTimeout())));
        assertEquals(124, status(new InvocationResult.DeadlineReached(2), DONE));
        assertEquals(75, status(new InvocationResult.ConflictsExhausted(null, 20), DONE));
        assertEquals(73, status(new InvocationResult.Refused(RefusalCause.QUOTA, "no room", 1), DONE));
        assertEquals(69, status(new InvocationResult.EnvironmentFailed("gone", 0), null));
        assertEquals(74, status(new InvocationResult.EnvironmentFailed("gone", 1), DONE));
        assertEquals(74, status(new InvocationResult.Unresolved(new TxnId(1, 2), "gone", 1), DONE));
    }

    @Test
    void aFunctionThatEndedByItselfSpeaksForItself() {
        assertNull(RunReport.of(new InvocationResult.Committed(new CommitTs(7), false, 1), DONE).sentence());
        assertNull(RunReport.of(new InvocationResult.Aborted(AttemptHealth.SOUND, 1), new Ending(3, null)).sentence());
    }

    @Test
    void aConflictNamesTheFileAndTheOther() {
        CommitOutcome.Witness witness = new CommitOutcome.Witness(
                new ReadKey.LengthExactly(new Ino(5)), new TxnId(1, 2), new CommitTs(9), "/accounts/7");
        String sentence = RunReport.of(new InvocationResult.ConflictsExhausted(witness, 20), DONE).sentence();
        assertTrue(sentence.contains("/accounts/7"), sentence);
        assertTrue(sentence.contains(new TxnId(1, 2).toString()), sentence);
        assertTrue(sentence.contains("--retries"), sentence);
    }

    @Test
    void machinesGetTheFacts() {
        var facts = RunReport.of(new InvocationResult.Committed(new CommitTs(7), false, 3), DONE).facts();
        assertEquals("committed", facts.get("outcome"));
        assertEquals(7L, facts.get("commitTs"));
        assertEquals(3, facts.get("attempts"));
        assertEquals("{\"outcome\":\"committed\",\"exit\":0,\"commitTs\":7,\"byEarlierDelivery\":false,\"attempts\":3,"
                + "\"functionStatus\":0}", Json.line(facts));
    }
}
