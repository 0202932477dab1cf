package io.cffs.test.sim;

import io.cffs.daemon.session.SessionLimits;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.port.BackendPort;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** A mistake round the session of a long-lived mount: the model of its programs has to notice it. */
enum MountBug {
    NONE,
    /** What has no name is gone with the commit that took it. */
    ORPHANS_NOT_KEPT {
        @Override
        SessionLimits limits() {
            SessionLimits right = super.limits();
            return new SessionLimits(right.requestNanosMax(), right.quiesceNanosMax(), right.waitersMax(),
                    right.queuesWhileIdle(), false);
        }
    },
    /** An open file counts in the transaction that opened it, and in no later one. */
    HANDLES_FORGOTTEN,
    /** What was closed is not told to the transaction. */
    CLOSED_UNTOLD,
    /** Half of the changes of a commit are sent. */
    TORN_COMMIT {
        @Override
        BackendPort round(BackendPort backend) {
            return new BackendLayer(backend) {
                @Override
                public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
                    List<Mutation> some = request.writes().subList(0, (request.writes().size() + 1) / 2);
                    return backend.commit(new CommitRequest(request.volume(), request.txn(), request.attempt(),
                            request.invocationId(), request.snapshot(), request.leaseId(), request.reads(), some));
                }
            };
        }
    },
    /** A commit is not acknowledged, and is taken for one that did not happen. */
    OUTCOME_MADE_UP {
        @Override
        BackendPort round(BackendPort backend) {
            return new BackendLayer(backend) {
                @Override
                public CompletableFuture<LedgerAnswer> outcomeOf(VolumeName volume, TxnId txn) {
                    return CompletableFuture.completedFuture(new LedgerAnswer(null));
                }
            };
        }
    };

    SessionLimits limits() {
        return SessionLimits.forMount();
    }

    /** The backend as the session sees it. */
    BackendPort round(BackendPort backend) {
        return backend;
    }
}
