package io.cffs.daemon.cli;

import io.cffs.daemon.session.AttemptHealth;
import io.cffs.daemon.session.InvocationResult;
import io.cffs.txn.CommitOutcome;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What {@code cffs run} says and returns: a pure function of how the invocation and its last process ended.
 *
 * @param status the exit status
 * @param sentence for standard error; null when there is nothing to say
 * @param outcome one word for machines
 * @param facts more for machines, in order
 */
record RunReport(int status, String sentence, String outcome, Map<String, Object> facts) {
    /**
     * @param last how the function's last process ended; null when none has run
     */
    static RunReport of(InvocationResult result, FunctionProcess.Ending last) {
        RunReport report = switch (result) {
            case InvocationResult.Committed committed -> committed(committed);
            case InvocationResult.Aborted aborted -> aborted(aborted, last);
            case InvocationResult.ConflictsExhausted exhausted -> report(Exit.CONFLICTS,
                    "another function came first in every one of " + exhausted.attempts() + " attempts"
                            + overwritten(exhausted.witness())
                            + "; nothing was changed: run it again, or raise --retries",
                    "conflicts-exhausted");
            case InvocationResult.DeadlineReached reached -> timedOut();
            case InvocationResult.Refused refused -> report(Exit.REFUSED,
                    "the backend refused the commit: " + refused.sentence() + "; nothing was changed", "refused");
            case InvocationResult.EnvironmentFailed failed -> failed(failed);
            case InvocationResult.Unresolved unresolved -> report(Exit.BACKEND_LOST,
                    "the backend was lost during the commit of transaction " + unresolved.txn()
                            + ", which may or may not have taken effect (" + unresolved.sentence()
                            + "): give --invocation-id to make running again safe", "unknown");
        };
        report.facts().put("attempts", result.attempts());
        if (last != null) {
            report.facts().put("functionStatus", last.status());
        }
        return report;
    }

    private static RunReport committed(InvocationResult.Committed committed) {
        RunReport report = report(Exit.OK, committed.byEarlierDelivery()
                ? "this invocation id had committed before, at " + committed.at().value() + "; it was not applied again"
                : null, "committed");
        report.facts().put("commitTs", committed.at().value());
        report.facts().put("byEarlierDelivery", committed.byEarlierDelivery());
        return report;
    }

    private static RunReport aborted(InvocationResult.Aborted aborted, FunctionProcess.Ending last) {
        return switch (last.stop()) {
            case FunctionProcess.Stop.BySignal stop ->
                    report(Exit.SIGNALLED + stop.signal().number(), null, "aborted-by-signal");
            case FunctionProcess.Stop.ByTimeout timeout -> timedOut();
            case null -> aborted.health() == AttemptHealth.ENVIRONMENT_FAILED
                    ? report(Exit.BACKEND_LOST, "the backend was lost while the function ran, which ended with status "
                            + last.status() + "; nothing was changed", "backend-lost")
                    : report(last.status(), null, "aborted");
        };
    }

    private static RunReport failed(InvocationResult.EnvironmentFailed failed) {
        return failed.attempts() == 0
                ? report(Exit.UNAVAILABLE, failed.sentence(), "unavailable")
                : report(Exit.BACKEND_LOST, failed.sentence() + "; nothing was changed", "backend-lost");
    }

    private static RunReport timedOut() {
        return report(Exit.TIMED_OUT, "the time limit has passed; nothing was changed: raise --timeout", "timed-out");
    }

    private static String overwritten(CommitOutcome.Witness witness) {
        if (witness == null) {
            return "";
        }
        String what = witness.path() == null ? String.valueOf(witness.key()) : witness.path();
        return ", last by transaction " + witness.other() + " on " + what;
    }

    private static RunReport report(int status, String sentence, String outcome) {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("outcome", outcome);
        facts.put("exit", status);
        if (sentence != null) {
            facts.put("sentence", sentence);
        }
        return new RunReport(status, sentence, outcome, facts);
    }
}
