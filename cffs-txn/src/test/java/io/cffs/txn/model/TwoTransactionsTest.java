package io.cffs.txn.model;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import io.cffs.model.FsException;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.apply.Applied;
import io.cffs.txn.apply.MapState;
import io.cffs.txn.apply.MutationRefused;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * Two transactions on one snapshot; the first commits. When validation lets the second commit as well, everything that
 * it saw, and the tree that both leave, must be as if it had run after the first had ended. This is what a footprint
 * that is too small breaks.
 *
 * <p>{@code -Dcffs.seed=N} replays one seed, {@code -Dcffs.seeds=N} runs more of them.
 */
class TwoTransactionsTest {
    private static final int STEPS_BEFORE = 25;
    private static final int STEPS_EACH = 5;

    private int committed;
    private int conflicted;

    @Test
    void whoeverPassesValidationHasRunAfterTheOther() {
        long only = Long.getLong("cffs.seed", -1);
        long count = Long.getLong("cffs.seeds", 2000);
        for (long seed = only >= 0 ? only : 0; seed < (only >= 0 ? only + 1 : count); seed++) {
            List<ModelStep> steps = stepsOf(seed);
            if (differenceOf(steps) != null) {
                report(seed, steps);
            }
        }
        if (only < 0) {
            assertTrue(committed > count / 10, "second commits: " + committed);
            assertTrue(conflicted > count / 10, "conflicts: " + conflicted);
        }
    }

    /** What was there before, the first transaction, the second; each with its end. */
    private static List<ModelStep> stepsOf(long seed) {
        StepGenerator generator = new StepGenerator(new SplittableRandom(seed));
        List<ModelStep> steps = new ArrayList<>(generator.steps(STEPS_BEFORE));
        steps.add(new ModelStep(ModelStep.Kind.COMMIT, "before", "", 0, 0, 0));
        ModelRunner before = new ModelRunner(new FsModel());
        steps.stream().filter(step -> !step.endsTransaction()).forEach(before::run);
        generator.aimAt(Trees.of(before.model).keySet());
        steps.addAll(generator.steps(STEPS_EACH));
        steps.add(new ModelStep(ModelStep.Kind.COMMIT, "first", "", 0, 0, 0));
        steps.addAll(generator.steps(STEPS_EACH));
        // What a file takes is told as of the snapshot, and is no read.
        steps.removeIf(step -> step.kind() == ModelStep.Kind.MEASURE);
        return steps;
    }

    private void report(long seed, List<ModelStep> steps) {
        List<ModelStep> few = Shrinker.shrink(steps, some -> differenceOf(some) != null);
        StringBuilder text = new StringBuilder(differenceOf(few));
        few.forEach(step -> text.append("\n    ").append(step).append(','));
        fail(text + "\nreplay with -Dtest=TwoTransactionsTest -Dcffs.seed=" + seed);
    }

    private String differenceOf(List<ModelStep> steps) {
        List<List<ModelStep>> parts = new ArrayList<>(List.of(new ArrayList<>()));
        for (ModelStep step : steps) {
            if (step.endsTransaction()) {
                parts.add(new ArrayList<>());
            } else {
                parts.getLast().add(step);
            }
        }
        if (parts.size() != 3) {
            return null;
        }
        try {
            count(compare(parts.get(0), parts.get(1), parts.get(2)));
            return null;
        } catch (AssertionError e) {
            return e.toString();
        }
    }

    private void count(Fate fate) {
        committed += fate == Fate.COMMITTED ? 1 : 0;
        conflicted += fate == Fate.CONFLICTED ? 1 : 0;
    }

    /** What became of the second transaction. */
    enum Fate { COMMITTED, CONFLICTED, READ_ONLY }

    /** Throws AssertionError when the second committed although it saw or left something else than after the first. */
    static Fate compare(List<ModelStep> before, List<ModelStep> first, List<ModelStep> second) {
        try {
            return tryCompare(before, first, second);
        } catch (FsException | MutationRefused e) {
            throw new AssertionError(e.toString(), e);
        }
    }

    private static Fate tryCompare(List<ModelStep> before, List<ModelStep> first, List<ModelStep> second)
            throws FsException, MutationRefused {
        MapState state = ModelTest.openVolume();
        FsModel model = new FsModel();
        Finished start = run(before, state, 2);
        state.commit(start.request().writes());
        ModelRunner beforeModel = new ModelRunner(model);
        before.forEach(beforeModel::run);

        Finished one = run(first, state, 1000);
        Finished two = run(second, state, 2000);
        Applied applied = state.commit(one.request().writes());
        if (two.request().writes().isEmpty()) {
            return Fate.READ_ONLY;
        }
        if (two.request().reads().stream().anyMatch(applied.footprint()::collidesWith)) {
            return Fate.CONFLICTED;
        }
        state.commit(two.request().writes());
        state.check();

        ModelRunner firstModel = new ModelRunner(model);
        assertEquals(one.results(), first.stream().map(firstModel::run).toList(), "what the first saw");
        ModelRunner secondModel = new ModelRunner(model);
        assertEquals(second.stream().map(secondModel::run).toList(), two.results(), "what the second saw");
        assertEquals(Trees.of(model), Trees.of(state.objects), "what both leave");
        return Fate.COMMITTED;
    }

    private record Finished(List<String> results, CommitRequest request) {}

    private static Finished run(List<ModelStep> steps, MapState state, long firstIno) throws FsException {
        TransactionRunner runner = new TransactionRunner(new StateSnapshot(state.objects), firstIno, () -> { });
        List<String> results = steps.stream().map(runner::run).toList();
        CommitRequest request = ModelTest.requestOf(runner.transaction);
        runner.transaction.discard();
        return new Finished(results, request);
    }
}
