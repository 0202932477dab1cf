package io.cffs.daemon.quota;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.Quota;
import io.cffs.model.StoredObject;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.BackendPort.BeginRequest;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.Entropy;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** Transactions of a few objects on a backend, one after the other: each has its own snapshot. For one thread. */
final class SmallCommits {
    private final BackendPort backend;
    private final VolumeName volume;
    private final Entropy entropy;

    SmallCommits(BackendPort backend, VolumeName volume, Entropy entropy) {
        this.backend = backend;
        this.volume = volume;
        this.entropy = entropy;
    }

    /** One attempt. Close it. */
    final class Attempt implements AutoCloseable {
        private final TxnId txn = new TxnId(entropy.nextLong(), entropy.nextLong());
        private final Begun begun;
        private boolean ended;

        private Attempt() {
            this.begun = answer(backend.begin(
                    new BeginRequest(volume, txn, 1, null, CommitTs.ZERO, null, List.of(), false)));
        }

        CommitTs snapshot() {
            return begun.snapshot();
        }

        private StoredObject object(ObjectKey key) {
            for (Fetched fetched : answer(backend.fetch(volume, snapshot(), List.of(new FetchItem(key, null))))) {
                if (fetched instanceof Fetched.Found found && found.key().equals(key)) {
                    return found.object();
                }
            }
            return null;
        }

        /** Null when there is none. */
        Inode inode(Ino ino) {
            return object(new ObjectKey.InodeKey(ino)) instanceof StoredObject.InodeObject found
                    ? found.inode() : null;
        }

        /** Null when there is none. */
        Quota quota(Ino tree) {
            return object(new ObjectKey.QuotaKey(tree)) instanceof StoredObject.QuotaObject found
                    ? found.quota() : null;
        }

        /** Null when there is none. */
        Ino child(Ino directory, Name name) {
            return object(new ObjectKey.DentryKey(directory, name)) instanceof StoredObject.DentryObject found
                    ? found.ino() : null;
        }

        DirectoryPage list(Ino directory, Name after, int limit) {
            return answer(backend.list(volume, snapshot(), directory, after, limit));
        }

        /**
         * Ends the attempt.
         *
         * @return false when what was read has changed meanwhile, so that nothing has happened
         * @throws BackendException REFUSED when the backend will never accept this
         */
        boolean commit(List<ReadKey> reads, List<Mutation> writes) {
            CommitOutcome outcome = answer(backend.commit(new CommitRequest(
                    volume, txn, 1, null, snapshot(), begun.leaseId(), reads, writes)));
            return switch (outcome) {
                case CommitOutcome.Committed committed -> ended = true;
                case CommitOutcome.Conflicted conflicted -> false;
                case CommitOutcome.SnapshotExpired expired -> false;
                case CommitOutcome.Refused refused ->
                        throw new BackendException(BackendException.Cause.REFUSED, refused.sentence(), null);
                case CommitOutcome.Unknown unknown -> answer(backend.outcomeOf(volume, txn)).outcome() != null;
            };
        }

        @Override
        public void close() {
            if (!ended) {
                answer(backend.end(volume, begun.leaseId()));
            }
        }
    }

    Attempt begin() {
        return new Attempt();
    }

    static <T> T answer(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof BackendException known ? known : e;
        }
    }
}
