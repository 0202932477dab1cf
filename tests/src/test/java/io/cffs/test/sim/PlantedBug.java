package io.cffs.test.sim;

import io.cffs.backend.commit.CommitLog;
import io.cffs.backend.store.VersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.ObjectKey;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendPort;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;

/** A mistake that somebody could make, put between the parts as a layer: the checkers have to notice it. */
enum PlantedBug {
    NONE,
    /** Nothing that was read is compared. */
    SKIP_VALIDATION(key -> true),
    /** Absence, listings and emptiness are not compared: phantoms. */
    SKIP_PREDICATES(key -> key instanceof ReadKey.NameAbsent || key instanceof ReadKey.Listing
            || key instanceof ReadKey.Emptiness),
    SKIP_LENGTH_READS(key -> key instanceof ReadKey.LengthExactly || key instanceof ReadKey.LengthAtLeast),
    LOSE_PAGE_CONFLICT(key -> key instanceof ReadKey.Pages),
    /** Which directory holds a directory is not compared: two moves can close a loop. */
    FORGET_PARENT_READ(key -> key instanceof ReadKey.Parent) {
        @Override
        String workload() {
            return "moves";
        }
    },
    FORGET_NAME_READ(key -> key instanceof ReadKey.NamePresent),
    FORGET_LINK_READ(key -> key instanceof ReadKey.Links),
    /** The first commit after the snapshot is taken for a part of it. */
    OFF_BY_ONE {
        @Override
        BackendPort round(BackendPort backend, SplittableRandom random, Map<TxnId, TxnId> aliases) {
            return new OffByOne(backend);
        }
    },
    /** A commit that arrives again takes effect again. */
    IGNORE_LEDGER {
        @Override
        BackendPort round(BackendPort backend, SplittableRandom random, Map<TxnId, TxnId> aliases) {
            return new IgnoredLedger(backend, random, aliases);
        }
    },
    /** What the ledger says it will never take it takes later all the same. */
    LEDGER_NOT_FINAL {
        @Override
        BackendPort round(BackendPort backend, SplittableRandom random, Map<TxnId, TxnId> aliases) {
            return new BackendLayer(backend) {
                @Override
                public CompletableFuture<LedgerAnswer> outcomeOf(VolumeName volume, TxnId txn) {
                    return CompletableFuture.completedFuture(new LedgerAnswer(null));
                }
            };
        }
    },
    /** An attempt may begin at a snapshot that is behind what was acknowledged. */
    STALE_BEGIN {
        @Override
        BackendPort round(BackendPort backend, SplittableRandom random, Map<TxnId, TxnId> aliases) {
            return new StaleBegin(backend, random);
        }
    },
    /** The answer to begin forgets one thing that has changed, so a cache keeps it. */
    FORGET_A_CHANGE {
        @Override
        BackendPort round(BackendPort backend, SplittableRandom random, Map<TxnId, TxnId> aliases) {
            return new ForgottenChange(backend, random);
        }
    },
    /** Reads are answered from the newest state, not from the snapshot. */
    READ_THE_NEWEST {
        @Override
        BackendPort round(BackendPort backend, SplittableRandom random, Map<TxnId, TxnId> aliases) {
            return new NewestReads(backend);
        }
    },
    /** Only a part of a commit takes effect. */
    TORN_COMMIT {
        @Override
        BackendPort round(BackendPort backend, SplittableRandom random, Map<TxnId, TxnId> aliases) {
            return new BackendLayer(backend) {
                @Override
                public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
                    int kept = random.nextInt(10) == 0 ? request.writes().size() / 2 : request.writes().size();
                    return backend.commit(new CommitRequest(request.volume(), request.txn(), request.attempt(),
                            request.invocationId(), request.snapshot(), request.leaseId(), request.reads(),
                            request.writes().subList(0, kept)));
                }
            };
        }
    },
    /** Whoever asked is told before the log has it. */
    ACK_BEFORE_LOG {
        @Override
        CommitLog round(CommitLog log) {
            return new PlantedLog.Late(log);
        }
    },
    /** The log is cut before the state that replaces it is durable. */
    CUT_TOO_FAR {
        @Override
        CommitLog round(CommitLog log) {
            return new PlantedLog.CutTooFar(log);
        }
    },
    /** Recovery does not see the last record of the log. */
    SHORT_REPLAY {
        @Override
        CommitLog round(CommitLog log) {
            return new PlantedLog.ShortReplay(log);
        }
    },
    /** Trimming removes what open snapshots read. */
    TRIM_TOO_FAR {
        @Override
        VersionedStore round(VersionedStore store) {
            return new PlantedStore.TrimTooFar(store);
        }
    },
    /** What a commit refers to is taken for what an earlier process has left. */
    SWEEP_TOO_MUCH {
        @Override
        VersionedStore round(VersionedStore store) {
            return new PlantedStore.NothingReferenced(store);
        }
    },
    /** What is cut off, or punched, stays. */
    LOSE_HOLES {
        @Override
        VersionedStore round(VersionedStore store) {
            return new PlantedStore.NoHoles(store);
        }
    },
    /** Now and then somebody who begins is not told so. */
    FORGET_WHO_WAITS {
        @Override
        BackendPort round(BackendPort backend, SplittableRandom random, Map<TxnId, TxnId> aliases) {
            return new BackendLayer(backend) {
                @Override
                public CompletableFuture<Begun> begin(BeginRequest request) {
                    CompletableFuture<Begun> begun = backend.begin(request);
                    return random.nextInt(20) == 0 ? new CompletableFuture<>() : begun;
                }
            };
        }
    },
    APPLY_OUT_OF_ORDER {
        @Override
        VersionedStore round(VersionedStore store) {
            return new PlantedStore.OutOfOrder(store);
        }
    },
    /** Outcomes are remembered by the process alone. */
    LEDGER_NOT_STORED {
        @Override
        VersionedStore round(VersionedStore store) {
            return new PlantedStore.NoLedger(store);
        }
    };

    /** Null: none. */
    private final Predicate<ReadKey> forgotten;

    PlantedBug() {
        this(null);
    }

    PlantedBug(Predicate<ReadKey> forgotten) {
        this.forgotten = forgotten;
    }

    /**
     * The backend with the mistake round it.
     *
     * @param aliases where a layer that sends a commit under another id writes down the true one
     */
    BackendPort round(BackendPort backend, SplittableRandom random, Map<TxnId, TxnId> aliases) {
        return forgotten == null ? backend : new ForgottenReads(backend, forgotten);
    }

    /** What functions do where it shows; null for anything. */
    String workload() {
        return null;
    }

    /** The log with the mistake round it. */
    CommitLog round(CommitLog log) {
        return log;
    }

    /** The store with the mistake round it. */
    VersionedStore round(VersionedStore store) {
        return store;
    }

    /** Some of what was read is not compared. */
    private static final class ForgottenReads extends BackendLayer {
        private final Predicate<ReadKey> forgotten;

        ForgottenReads(BackendPort backend, Predicate<ReadKey> forgotten) {
            super(backend);
            this.forgotten = forgotten;
        }

        @Override
        public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
            List<ReadKey> reads = request.reads().stream().filter(forgotten.negate()).toList();
            return backend.commit(new CommitRequest(request.volume(), request.txn(), request.attempt(),
                    request.invocationId(), request.snapshot(), request.leaseId(), reads, request.writes()));
        }
    }

    private static final class OffByOne extends BackendLayer {
        private CommitTs newest = CommitTs.ZERO;

        OffByOne(BackendPort backend) {
            super(backend);
        }

        @Override
        public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
            CommitTs snapshot = newest.isAfter(request.snapshot()) ? request.snapshot().next() : request.snapshot();
            return backend.commit(new CommitRequest(request.volume(), request.txn(), request.attempt(),
                    request.invocationId(), snapshot, request.leaseId(), request.reads(), request.writes()))
                    .thenApply(outcome -> {
                        if (outcome instanceof CommitOutcome.Committed committed && committed.at().isAfter(newest)) {
                            newest = committed.at();
                        }
                        return outcome;
                    });
        }
    }

    private static final class IgnoredLedger extends BackendLayer {
        private final SplittableRandom random;
        private final Map<TxnId, TxnId> aliases;

        IgnoredLedger(BackendPort backend, SplittableRandom random, Map<TxnId, TxnId> aliases) {
            super(backend);
            this.random = random;
            this.aliases = aliases;
        }

        @Override
        public CompletableFuture<CommitOutcome> commit(CommitRequest request) {
            TxnId alias = new TxnId(random.nextLong(), random.nextLong());
            aliases.put(alias, request.txn());
            return backend.commit(new CommitRequest(request.volume(), alias, request.attempt(), null,
                    request.snapshot(), request.leaseId(), request.reads(), request.writes()));
        }
    }

    private static final class StaleBegin extends BackendLayer {
        private final SplittableRandom random;

        StaleBegin(BackendPort backend, SplittableRandom random) {
            super(backend);
            this.random = random;
        }

        @Override
        public CompletableFuture<Begun> begin(BeginRequest request) {
            return backend.begin(request).thenApply(begun -> {
                boolean stale = begun.snapshot().value() > 1 && random.nextInt(10) == 0;
                return !stale ? begun : new Begun(new CommitTs(begun.snapshot().value() - 1), begun.leaseId(),
                        begun.leaseMillis(), null, begun.alreadyCommitted());
            });
        }
    }

    private static final class ForgottenChange extends BackendLayer {
        private final SplittableRandom random;

        ForgottenChange(BackendPort backend, SplittableRandom random) {
            super(backend);
            this.random = random;
        }

        @Override
        public CompletableFuture<Begun> begin(BeginRequest request) {
            return backend.begin(request).thenApply(begun -> {
                if (begun.changes() == null || begun.changes().isEmpty()) {
                    return begun;
                }
                List<ObjectKey> some = new java.util.ArrayList<>(begun.changes());
                some.remove(random.nextInt(some.size()));
                return new Begun(begun.snapshot(), begun.leaseId(), begun.leaseMillis(), some,
                        begun.alreadyCommitted());
            });
        }
    }

    private static final class NewestReads extends BackendLayer {
        private CommitTs newest = CommitTs.ZERO;

        NewestReads(BackendPort backend) {
            super(backend);
        }

        @Override
        public CompletableFuture<Begun> begin(BeginRequest request) {
            return backend.begin(request).thenApply(begun -> {
                newest = begun.snapshot();
                return begun;
            });
        }

        @Override
        public CompletableFuture<List<Fetched>> fetch(VolumeName volume, CommitTs snapshot, List<FetchItem> items) {
            return backend.fetch(volume, newest.isAfter(snapshot) ? newest : snapshot, items);
        }
    }
}
