package io.cffs.daemon.session;

import io.cffs.daemon.session.Attempts.Ask;
import io.cffs.daemon.session.Attempts.Opening;
import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.BeginRequest;
import io.cffs.txn.port.Entropy;
import io.cffs.txn.port.Ticker;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Runs one invocation: begin, body, commit, and again when another invocation came first. It decides and waits, and
 * does nothing else; everything that acts is behind {@link Attempts} and {@link InvocationBody}.
 *
 * <p>What holds: the body runs at most {@link RetryPolicy#attemptsMax} times; it never runs again while an earlier
 * attempt may still commit; a conflict hands its witness to the next attempts. A transaction keeps its id over its
 * attempts, until the ledger has been asked for it: from then on the backend refuses that id, so a new one follows.
 *
 * <p>One instance serves any number of invocations, one after the other.
 */
public final class InvocationLoop {
    /**
     * A function that was refused for a quota has not seen what others used: run again it does, and gets EDQUOT where
     * it writes. One that meets the refusal again writes what it cannot know to be too much.
     */
    static final int QUOTA_RERUNS_MAX = 2;

    private final Attempts attempts;
    private final RetryPolicy policy;
    private final Ticker ticker;
    private final Entropy entropy;
    private final Pause pause;
    private final TurnMemory turns;

    /** @param turns of the mount */
    public InvocationLoop(Attempts attempts, RetryPolicy policy, Ticker ticker, Entropy entropy, Pause pause,
            TurnMemory turns) {
        this.attempts = attempts;
        this.turns = turns;
        this.policy = policy;
        this.ticker = ticker;
        this.entropy = entropy;
        this.pause = pause;
    }

    /** @throws InterruptedException when the waiting thread was interrupted; an open attempt has been aborted then */
    public InvocationResult run(Invocation invocation, InvocationBody body) throws InterruptedException {
        Course course = new Course(invocation, newTxn());
        for (;;) {
            InvocationResult ended = attempt(course, body);
            if (ended != null) {
                return ended;
            }
            if (course.number >= policy.attemptsMax()) {
                return new InvocationResult.ConflictsExhausted(course.lastWitness, course.number);
            }
            long wait = policy.waitNanosAfter(course.number, entropy);
            if (isPast(invocation.deadlineNanos(), wait)) {
                return new InvocationResult.DeadlineReached(course.number);
            }
            pause.nanos(wait);
        }
    }

    /** One attempt; null means: run again. */
    private InvocationResult attempt(Course course, InvocationBody body) throws InterruptedException {
        AttemptTicket ticket;
        try {
            switch (attempts.begin(course.ask(policy.priorityFromAttempt(), turns))) {
                case Opening.AlreadyCommitted done -> {
                    return new InvocationResult.Committed(done.at(), true, course.number);
                }
                case Opening.Opened opened -> ticket = opened.ticket();
            }
        } catch (BackendException e) {
            return new InvocationResult.EnvironmentFailed(e.getMessage(), course.number);
        }
        course.number++;
        return switch (verdictOf(body, ticket)) {
            case ABORT -> aborted(course, ticket);
            case COMMIT -> attempts.health(ticket) == AttemptHealth.GIVEN_UP
                    ? aborted(course, ticket)
                    : committed(course, ticket);
        };
    }

    private InvocationBody.Verdict verdictOf(InvocationBody body, AttemptTicket ticket) throws InterruptedException {
        boolean returned = false;
        try {
            InvocationBody.Verdict verdict = body.run(ticket);
            returned = true;
            return verdict;
        } finally {
            if (!returned) {
                attempts.abort(ticket);
            }
        }
    }

    private InvocationResult aborted(Course course, AttemptTicket ticket) {
        AttemptHealth health = attempts.abort(ticket);
        if (health == AttemptHealth.SNAPSHOT_EXPIRED) {
            // The function failed because its files answered ESTALE, not because it wanted to.
            course.lastWitness = null;
            return null;
        }
        return new InvocationResult.Aborted(health, course.number);
    }

    private InvocationResult committed(Course course, AttemptTicket ticket) throws InterruptedException {
        CommitOutcome outcome;
        try {
            outcome = attempts.commit(ticket);
        } catch (BackendException e) {
            return new InvocationResult.EnvironmentFailed(e.getMessage(), course.number);
        }
        return switch (outcome) {
            case CommitOutcome.Committed c -> {
                turns.won();
                yield new InvocationResult.Committed(c.at(), c.byEarlierDelivery(), course.number);
            }
            case CommitOutcome.Conflicted c -> {
                course.remember(c.witness());
                turns.lost(c.witness().key());
                yield null;
            }
            case CommitOutcome.SnapshotExpired s -> {
                course.lastWitness = null;
                yield null;
            }
            case CommitOutcome.Refused r -> {
                boolean again = r.cause() == CommitOutcome.RefusalCause.QUOTA
                        && ++course.quotaRefusals <= QUOTA_RERUNS_MAX && course.number < policy.attemptsMax();
                yield again ? null : new InvocationResult.Refused(r.cause(), r.sentence(), course.number);
            }
            case CommitOutcome.Unknown u -> settled(course, ticket);
        };
    }

    /** Asks the ledger until it answers or the bound is reached. Never runs again before it is known. */
    private InvocationResult settled(Course course, AttemptTicket ticket) throws InterruptedException {
        long giveUpNanos = ticker.monotonicNanos() + policy.ledgerWaitNanosMax();
        for (int failures = 1; ; failures++) {
            String sentence;
            try {
                CommitTs at = attempts.askLedger(ticket);
                if (at != null) {
                    return new InvocationResult.Committed(at, false, course.number);
                }
                course.txn = newTxn();
                return null;
            } catch (BackendException e) {
                sentence = e.getMessage();
            }
            long wait = policy.waitNanosAfter(failures, entropy) + 1;
            if (isPast(giveUpNanos, wait)) {
                return new InvocationResult.Unresolved(ticket.txn(), sentence, course.number);
            }
            pause.nanos(wait);
        }
    }

    private boolean isPast(long deadlineNanos, long waitNanos) {
        return deadlineNanos != Long.MAX_VALUE && ticker.monotonicNanos() + waitNanos - deadlineNanos >= 0;
    }

    private TxnId newTxn() {
        return new TxnId(entropy.nextLong(), entropy.nextLong());
    }

    /** What one invocation has gone through so far. Used by the thread that runs the invocation. */
    private static final class Course {
        final Invocation invocation;
        TxnId txn;
        /** Attempts begun. */
        int number;
        int quotaRefusals;
        CommitOutcome.Witness lastWitness;
        private final Set<ReadKey> witnesses = new LinkedHashSet<>();

        Course(Invocation invocation, TxnId txn) {
            this.invocation = invocation;
            this.txn = txn;
        }

        void remember(CommitOutcome.Witness witness) {
            lastWitness = witness;
            if (witness.key() != null && witnesses.size() < BeginRequest.WITNESSES_MAX) {
                witnesses.add(witness.key());
            }
        }

        Ask ask(int priorityFromAttempt, TurnMemory turns) {
            List<ReadKey> lostAt = number == 0 ? turns.first() : List.of();
            boolean priority = number + 1 >= priorityFromAttempt;
            return new Ask(txn, number + 1, invocation, priority ? List.copyOf(witnesses) : lostAt);
        }
    }
}
