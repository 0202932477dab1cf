package io.cffs.daemon.cli;

import io.cffs.daemon.host.HostAnswers;
import io.cffs.daemon.host.HostEnding;
import io.cffs.daemon.host.HostRefusal;
import io.cffs.daemon.session.InvocationResult;
import io.cffs.txn.port.BackendException;

/** The statuses and sentences of {@code cffs run}, for clients of a host daemon. */
final class HostOutcomes implements HostAnswers {
    @Override
    public Answer ended(InvocationResult result, HostEnding last, boolean json) {
        RunReport report = RunReport.of(result, last == null ? null : ending(last));
        return json ? new Answer(report.status(), Json.line(report.facts())) : answer(report.status(),
                report.sentence());
    }

    private static FunctionProcess.Ending ending(HostEnding last) {
        return new FunctionProcess.Ending(last.status(), last.timedOut()
                ? new FunctionProcess.Stop.ByTimeout()
                : stop(last.signal()));
    }

    private static FunctionProcess.Stop stop(int number) {
        for (FunctionSignal signal : FunctionSignal.values()) {
            if (signal.number() == number && signal.stops()) {
                return new FunctionProcess.Stop.BySignal(signal);
            }
        }
        return null;
    }

    @Override
    public Answer refused(HostRefusal refusal) {
        return answer(switch (refusal.reason()) {
            case USAGE -> Exit.USAGE;
            case UNAVAILABLE -> Exit.UNAVAILABLE;
        }, refusal.getMessage());
    }

    @Override
    public Answer failed(Exception failure) {
        return failure instanceof BackendException lost
                ? answer(Sentences.statusOf(lost.kind()), lost.getMessage())
                : answer(Exit.SOFTWARE, "a fault of cffs itself, " + failure
                        + "; the host daemon's log may say more with CFFS_DEBUG=1");
    }

    @Override
    public Answer settled(boolean committed) {
        return committed
                ? new Answer(Exit.OK, "")
                : answer(Exit.BACKEND_LOST, "the host daemon was lost before the function had committed;"
                        + " nothing was changed: run it again");
    }

    private static Answer answer(int status, String sentence) {
        return new Answer(status, sentence == null ? "" : "cffs: " + sentence);
    }
}
