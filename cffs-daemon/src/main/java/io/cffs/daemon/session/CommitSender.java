package io.cffs.daemon.session;

import static io.cffs.daemon.session.BackendAnswers.answered;

import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for a commit whose attempt may have read, from the kernel's caches, whatever earlier attempts were answered.
 * Those reads are many and seldom matter, so they are sent as one at first: that nothing at all was committed since
 * the snapshot. Only when something was are they sent, or so much as listed. By the thread that drives the session.
 */
final class CommitSender {
    private static final Logger LOG = LoggerFactory.getLogger(CommitSender.class);
    /** So few are sent themselves at once. */
    private static final int FEW = 200;
    /** Where others commit in between, so many commits send all their reads at once before this is tried again. */
    private static final int SENT_WHOLE = 8;

    private final BackendPort backend;
    private int sendWhole;

    CommitSender(BackendPort backend) {
        this.backend = backend;
    }

    /**
     * Asks for the commit of a quiet attempt, when it may be committed and has anything to commit.
     *
     * @return Unknown after an error of ours too: the ledger says whether the request had been sent
     * @throws BackendException when nothing was committed
     */
    CommitOutcome decide(Attempt current, VolumeName volume, Staging staging, KernelCaches kernel) {
        try {
            return decideSoundly(current, volume, staging, kernel);
        } catch (BackendException known) {
            throw known;
        } catch (RuntimeException | AssertionError bug) {
            LOG.atError().setMessage("a commit failed with an internal error").setCause(bug).log();
            return new CommitOutcome.Unknown("the commit failed with an internal error: " + bug);
        }
    }

    private CommitOutcome decideSoundly(
            Attempt current, VolumeName volume, Staging staging, KernelCaches kernel) {
        switch (current.health()) {
            case SOUND -> { }
            case GIVEN_UP -> throw new BackendException(BackendException.Cause.REFUSED,
                    "the function has given its transaction up; nothing was committed", null);
            case SNAPSHOT_EXPIRED -> {
                return new CommitOutcome.SnapshotExpired(current.ticket().snapshot());
            }
            case ENVIRONMENT_FAILED -> throw new BackendException(BackendException.Cause.REFUSED,
                    "a file operation of the transaction failed, so it is not committed: "
                            + current.failureSentence(), null);
        }
        if (current.transaction().isReadOnly()) {
            // Strictly serializable without a word: all its reads are the state after its snapshot.
            return new CommitOutcome.Committed(current.ticket().snapshot(), false);
        }
        CommitOutcome outcome = send(current.request(volume, staging), kernel);
        if (outcome instanceof CommitOutcome.Committed) {
            current.leaseEnded();
        }
        return outcome;
    }

    /** @param kernel knows what programs may have read without a request */
    private CommitOutcome send(CommitRequest request, KernelCaches kernel) {
        if (kernel.assumedMost() > FEW && sendWhole == 0) {
            CommitOutcome outcome = answered(backend.commit(request.alsoReading(List.of(new ReadKey.AnyChange()))));
            boolean byThatAlone = outcome instanceof CommitOutcome.Conflicted conflicted
                    && conflicted.witness().key() instanceof ReadKey.AnyChange;
            if (!byThatAlone) {
                return outcome;
            }
            sendWhole = SENT_WHOLE;
        }
        sendWhole = Math.max(0, sendWhole - 1);
        return answered(backend.commit(request.alsoReading(kernel.assumed())));
    }
}
