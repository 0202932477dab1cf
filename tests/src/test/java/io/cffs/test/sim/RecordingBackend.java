package io.cffs.test.sim;

import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.test.history.AttemptRecord;
import io.cffs.test.history.History;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.port.BackendPort;
import java.util.concurrent.CompletableFuture;
import java.util.function.UnaryOperator;

/** Writes down what one daemon asks for and is told. The futures of the backend behind it are complete. */
final class RecordingBackend extends BackendLayer {
    private final History history;
    private final String client;
    private final UnaryOperator<CommitRequest> changed;
    private AttemptRecord current;

    RecordingBackend(BackendPort backend, History history, String client) {
        this(backend, history, client, UnaryOperator.identity());
    }

    /** @param changed what is sent instead of a request */
    RecordingBackend(BackendPort backend, History history, String client, UnaryOperator<CommitRequest> changed) {
        super(backend);
        this.history = history;
        this.client = client;
        this.changed = changed;
    }

    /** The record of the attempt that was begun last. */
    AttemptRecord current() {
        return current;
    }

    @Override
    public CompletableFuture<Begun> begin(BeginRequest request) {
        long sentAt = history.nextEvent();
        return backend.begin(request).thenApply(begun -> {
            if (begun.alreadyCommitted() == null) {
                current = new AttemptRecord(client, request.txn(), request.attempt(), request.invocationId(), sentAt,
                        begun.snapshot());
                history.add(current);
            }
            return begun;
        });
    }

    @Override
    public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
        AttemptRecord record = current;
        record.commitSent();
        return backend.commit(changed.apply(request)).thenApply(outcome -> {
            record.outcome(outcome, history.nextEvent());
            return outcome;
        });
    }

    @Override
    public CompletableFuture<LedgerAnswer> outcomeOf(VolumeName volume, TxnId txn) {
        AttemptRecord record = current;
        return backend.outcomeOf(volume, txn).thenApply(answer -> {
            CommitOutcome known = answer.outcome() != null
                    ? answer.outcome()
                    : new CommitOutcome.Refused(CommitOutcome.RefusalCause.FENCED, "the ledger says it never will");
            record.outcome(known, history.nextEvent());
            return answer;
        });
    }
}
