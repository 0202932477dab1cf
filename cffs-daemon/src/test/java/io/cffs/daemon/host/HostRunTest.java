package io.cffs.daemon.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.session.AttemptTicket;
import io.cffs.daemon.session.InvocationBody.Verdict;
import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.txn.port.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** The client's side is played by the test; the clock stands, so that only a deadline in the past is reached. */
class HostRunTest {
    private static final AttemptTicket FIRST = new AttemptTicket(new TxnId(0, 7), 1, new CommitTs(5));
    private static final AttemptTicket SECOND = new AttemptTicket(new TxnId(0, 7), 2, new CommitTs(6));

    private final Ticker ticker = new Ticker() {
        private long now;

        @Override
        public long wallNanos() {
            return 0;
        }

        @Override
        public synchronized long monotonicNanos() {
            now += HostRun.STOP_GRACE_NANOS; // each look at the clock is later than any bound
            return now;
        }
    };
    private final HostRun run = new HostRun("a", 0, 0, 1, ticker);
    private final List<Boolean> signals = new CopyOnWriteArrayList<>();
    private final List<Boolean> sweeps = new ArrayList<>();

    private void prepare(long deadlineNanos) {
        assertTrue(run.begin());
        run.prepare(deadlineNanos, 9, signals::add, (ticket, gone) -> sweeps.add(gone));
    }

    @Test
    void aReaderIsAnsweredWhenThereIsAStep() throws InterruptedException {
        assertEquals("", run.readOr(text -> { }));
        prepare(Long.MAX_VALUE);
        List<String> read = new ArrayList<>();
        assertNull(run.readOr(text -> {
            read.add(text);
            run.ended(0);
        }));
        assertEquals(Verdict.COMMIT, run.run(FIRST));
        assertEquals(List.of("run 1 00000000000000000000000000000007 5 9\n"), read);
        assertEquals(List.of(false), sweeps);
        assertNull(run.readOr(read::add));
        run.finish(new HostAnswers.Answer(75, "two\n lines"));
        assertEquals("exit 75 two lines\n", read.getLast());
        assertEquals("exit 75 two lines\n", run.readOr(text -> { }));
        assertEquals(HostRun.State.ENDED, run.state());
    }

    @Test
    void commandsOutOfTurnAreRefused() {
        assertFalse(run.ended(0));
        assertTrue(run.begin());
        assertFalse(run.begin());
        assertFalse(run.ended(0));
    }

    @Test
    void aReaderThatGivesUpIsForgotten() {
        prepare(Long.MAX_VALUE);
        HostRun.Waiter waiter = text -> {
            throw new AssertionError("it was interrupted");
        };
        assertNull(run.readOr(waiter));
        assertTrue(run.forget(waiter));
        assertFalse(run.forget(waiter));
        run.finish(new HostAnswers.Answer(0, ""));
    }

    @Test
    void aFailureAborts() throws InterruptedException {
        prepare(Long.MAX_VALUE);
        run.readOr(text -> run.ended(3));
        assertEquals(Verdict.ABORT, run.run(FIRST));
        assertEquals(new HostEnding(3, 0, false), run.last());
    }

    @Test
    void aStoppedFunctionIsNotRunAgain() throws InterruptedException {
        prepare(Long.MAX_VALUE);
        run.readOr(text -> {
            run.stopping(15);
            run.ended(0);
        });
        assertEquals(Verdict.ABORT, run.run(FIRST));
        assertEquals(new HostEnding(0, 15, false), run.last());
        assertEquals(Verdict.ABORT, run.run(SECOND));
        assertEquals(1, sweeps.size());
    }

    @Test
    void aSignalBetweenTwoAttemptsStops() throws InterruptedException {
        prepare(Long.MAX_VALUE);
        run.readOr(text -> run.ended(0));
        assertEquals(Verdict.COMMIT, run.run(FIRST));
        run.stopping(2);
        assertEquals(Verdict.ABORT, run.run(SECOND));
        assertEquals(2, run.last().signal());
    }

    @Test
    void whoseTimeIsOverIsAskedThenEndedThenGivenUp() throws InterruptedException {
        prepare(1);
        assertEquals(Verdict.ABORT, run.run(FIRST));
        assertEquals(List.of(false, true), signals);
        assertEquals(new HostEnding(137, 0, true), run.last());
        assertTrue(run.isGone());
        assertEquals(List.of(true), sweeps);
    }

    @Test
    void aClientThatHasGoneAborts() throws InterruptedException {
        prepare(Long.MAX_VALUE);
        run.readOr(text -> run.gone());
        assertEquals(Verdict.ABORT, run.run(FIRST));
        assertEquals(List.of(true), sweeps);
        assertEquals(Verdict.ABORT, run.run(SECOND));
    }
}
