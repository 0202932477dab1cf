package io.cffs.txn.model;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.cffs.model.Bytes;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.FileBytesSource;
import io.cffs.txn.Mutation;
import io.cffs.txn.Transaction;
import io.cffs.txn.WriteLimits;
import io.cffs.txn.apply.MapState;
import io.cffs.txn.apply.MutationRefused;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The same random steps on a transaction and on plain maps: every result and, after every step, the whole tree as a
 * commit would leave it must be the same. The snapshot misses at random, so every operation is interrupted somewhere;
 * what an interrupted operation leaves behind must be nothing.
 *
 * <p>{@code -Dcffs.seed=N} replays one seed, {@code -Dcffs.seeds=N} runs more of them.
 */
class ModelTest {
    private static final int TRANSACTIONS = 4;
    private static final int STEPS_EACH = 15;

    @Test
    void transactionsDoWhatPlainMapsDo() {
        long only = Long.getLong("cffs.seed", -1);
        long count = Long.getLong("cffs.seeds", 500);
        for (long seed = only >= 0 ? only : 0; seed < (only >= 0 ? only + 1 : count); seed++) {
            List<ModelStep> steps = stepsOf(seed);
            String difference = differenceOf(steps, seed);
            if (difference != null) {
                report(seed, steps);
            }
        }
    }

    private static List<ModelStep> stepsOf(long seed) {
        StepGenerator generator = new StepGenerator(new SplittableRandom(seed));
        List<ModelStep> steps = new ArrayList<>();
        ModelRunner sofar = new ModelRunner(new FsModel());
        for (int i = 0; i < TRANSACTIONS; i++) {
            List<ModelStep> some = generator.transaction(STEPS_EACH);
            some.stream().filter(step -> !step.endsTransaction()).forEach(sofar::run);
            generator.aimAt(Trees.of(sofar.model).keySet());
            steps.addAll(some);
        }
        return steps;
    }

    private static void report(long seed, List<ModelStep> steps) {
        List<ModelStep> few = Shrinker.shrink(steps, some -> differenceOf(some, seed) != null);
        StringBuilder text = new StringBuilder(differenceOf(few, seed));
        few.forEach(step -> text.append("\n    ").append(step).append(','));
        fail(text + "\nreplay with -Dtest=ModelTest -Dcffs.seed=" + seed);
    }

    /** Null when all is the same. */
    static String differenceOf(List<ModelStep> steps, long seed) {
        try {
            new ModelTest.Run(seed).all(steps);
            return null;
        } catch (AssertionError | RuntimeException e) {
            return e.toString() + " at " + e.getStackTrace()[0];
        }
    }

    /** Stores what a transaction wrote; the bytes travel in the request. */
    static FileBytesSource inline(Transaction transaction) {
        return run -> {
            ByteBuffer bytes = ByteBuffer.allocate((int) run.lengthBytes());
            transaction.readDirty(run, 0, bytes);
            return List.of(new Mutation.FileBytes.Inline(Bytes.owning(bytes.array())));
        };
    }

    static CommitRequest requestOf(Transaction transaction) throws FsException {
        CommitRequest request = transaction.toCommitRequest(
                VolumeName.DEFAULT, new TxnId(1, 1), 1, null, 1, inline(transaction));
        long changes = transaction.room().changes();
        assertTrue(WriteLimits.changesOf(request.writes()) <= changes, () -> changes + " counted: " + request.writes());
        return request;
    }

    /** An empty volume whose root everybody may write to, as the model's. */
    static MapState openVolume() {
        MapState state = new MapState();
        try {
            state.commit(List.of(new Mutation.SetIdentity(Ino.ROOT, 0777, 0, 0)));
        } catch (MutationRefused e) {
            throw new AssertionError(e);
        }
        return state;
    }

    /** Several transactions, one after another, on one store. */
    private static final class Run {
        private final MapState state = openVolume();
        /** What is open stays open from one transaction to the next, as on a mount that commits by itself. */
        private final boolean longLived;
        private final SplittableRandom chance;
        private FsModel committed = new FsModel();
        private long nextIno = 2;
        private TransactionRunner transaction;
        private ModelRunner attempt;

        Run(long seed) {
            this.chance = new SplittableRandom(seed ^ 0x5eed);
            this.longLived = chance.nextBoolean();
        }

        void all(List<ModelStep> steps) {
            begin();
            for (ModelStep step : steps) {
                if (step.kind() == ModelStep.Kind.COMMIT && longLived) {
                    commitAndGoOn();
                } else if (step.endsTransaction()) {
                    end(step.kind() == ModelStep.Kind.COMMIT);
                    begin();
                } else {
                    one(step);
                }
            }
            end(true);
        }

        private void begin() {
            attempt = new ModelRunner(committed.copy());
            StateSnapshot snapshot = new StateSnapshot(state.objects, chance.split());
            transaction = new TransactionRunner(snapshot, nextIno, this::nothingHappened);
        }

        private void commitAndGoOn() {
            try {
                transaction.keepOrphans();
                state.commit(requestOf(transaction.transaction).writes());
            } catch (FsException | MutationRefused e) {
                throw new AssertionError(e.toString(), e);
            }
            state.check();
            committed = attempt.model.copy();
            assertEquals(Trees.of(committed), Trees.of(state.objects), "after the end of a transaction");
            transaction.goOn(new StateSnapshot(state.objects, chance.split()));
            for (String slot : transaction.slots()) {
                one(new ModelStep(ModelStep.Kind.HSTAT, slot, "", 0, 0, 0));
                one(new ModelStep(ModelStep.Kind.HREAD, slot, "", 0, 1 << 20, 0));
            }
        }

        private void end(boolean commit) {
            try {
                if (commit) {
                    state.commit(requestOf(transaction.transaction).writes());
                    committed = attempt.model;
                }
            } catch (FsException | MutationRefused e) {
                throw new AssertionError(e.toString(), e);
            }
            state.check();
            assertEquals(Trees.of(committed), Trees.of(state.objects), "after the end of a transaction");
            transaction.transaction.discard();
            assertEquals(0, transaction.frames.inUse(), "frames that nobody freed");
            nextIno = transaction.nextIno();
        }

        private void one(ModelStep step) {
            String seen = transaction.run(step);
            assertEquals(attempt.run(step), seen, () -> "the result of " + step);
            sameAfterCommit("after " + step);
        }

        private void nothingHappened() {
            if (chance.nextInt(8) == 0) {
                sameAfterCommit("after a miss");
            }
        }

        private void sameAfterCommit(String when) {
            MapState copy = new MapState();
            copy.objects.putAll(state.objects);
            try {
                copy.commit(requestOf(transaction.transaction).writes());
            } catch (FsException | MutationRefused e) {
                throw new AssertionError(when + ": " + e, e);
            }
            copy.check();
            assertEquals(Trees.of(attempt.model), Trees.of(copy.objects), when);
        }
    }
}
