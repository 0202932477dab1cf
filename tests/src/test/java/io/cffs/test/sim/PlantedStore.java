package io.cffs.test.sim;

import io.cffs.backend.store.CommitHeader;
import io.cffs.backend.store.Progress;
import io.cffs.backend.store.VersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.Effect;
import io.cffs.txn.port.DirectoryPage;
import java.util.List;
import java.util.SplittableRandom;

/** Mistakes round a store. */
final class PlantedStore {
    private static final FaultPlan NO_FAULTS = new FaultPlan(new SplittableRandom(0));

    private PlantedStore() {}

    /** Removes versions that open snapshots read. */
    static final class TrimTooFar extends FaultyStore {
        TrimTooFar(VersionedStore store) {
            super(store, NO_FAULTS);
        }

        @Override
        public boolean trim(CommitTs horizon, int commitsMax) {
            return super.trim(super.progress().applied(), commitsMax);
        }

        /** Denies how far it has trimmed. */
        @Override
        public Progress progress() {
            Progress real = super.progress();
            return new Progress(real.position(), real.applied(), CommitTs.ZERO, real.inoCeiling(),
                    real.inodeCount(), real.fileBytes());
        }

        private CommitTs readable(CommitTs at) {
            CommitTs horizon = super.progress().horizon();
            return horizon.isAfter(at) ? horizon : at;
        }

        @Override
        public Version get(ObjectKey key, CommitTs at) {
            return super.get(key, readable(at));
        }

        @Override
        public DirectoryPage list(Ino directory, Name after, int limit, CommitTs at) {
            return super.list(directory, after, limit, readable(at));
        }
    }

    /** Applies every other commit after its successor. */
    static final class OutOfOrder extends FaultyStore {
        private Runnable waiting;

        OutOfOrder(VersionedStore store) {
            super(store, NO_FAULTS);
        }

        @Override
        public void apply(long position, CommitHeader header, Applied applied) {
            if (waiting == null && header.at().value() % 2 == 0) {
                waiting = () -> super.apply(position, header, applied);
                return;
            }
            super.apply(position, header, applied);
            if (waiting != null) {
                Runnable late = waiting;
                waiting = null;
                late.run();
            }
        }
    }

    /** Takes nothing away from files. */
    static final class NoHoles extends FaultyStore {
        NoHoles(VersionedStore store) {
            super(store, NO_FAULTS);
        }

        @Override
        public void apply(long position, CommitHeader header, Applied applied) {
            List<Effect> kept = applied.effects().stream()
                    .filter(effect -> !(effect instanceof Effect.DeleteBlocks)).toList();
            super.apply(position, header, new Applied(
                    kept, applied.footprint(), applied.inodeCountDelta(), applied.fileBytesDelta()));
        }
    }

    /** Denies that anything refers to what was staged. */
    static final class NothingReferenced extends FaultyStore {
        NothingReferenced(VersionedStore store) {
            super(store, NO_FAULTS);
        }

        @Override
        public boolean isReferenced(StagedId id) {
            return false;
        }
    }

    /** Knows no outcomes: what the process has forgotten takes effect again. */
    static final class NoLedger extends FaultyStore {
        NoLedger(VersionedStore store) {
            super(store, NO_FAULTS);
        }

        @Override
        public LedgerLine outcomeOf(TxnId txn) {
            return null;
        }

        @Override
        public LedgerLine outcomeOfInvocation(String invocationId) {
            return null;
        }
    }
}
