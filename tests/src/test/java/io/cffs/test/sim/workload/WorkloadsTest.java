package io.cffs.test.sim.workload;

import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.model.Bytes;
import io.cffs.test.history.FsCall;
import io.cffs.test.history.FsResult;
import io.cffs.test.history.HistoryViolation;
import io.cffs.test.history.ModelRun;
import io.cffs.test.history.TreeModel;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Run one after the other on the model, every workload keeps its invariant; broken trees are noticed. */
class WorkloadsTest {
    private static final int FUNCTIONS = 300;

    @TestFactory
    Stream<DynamicTest> keepsItsInvariantWhenRunSerially() {
        return Workloads.names().stream().map(name -> DynamicTest.dynamicTest(name, () -> runSerially(name)));
    }

    private static void runSerially(String name) {
        Workload workload = Workloads.named(name);
        TreeModel tree = TreeModel.empty();
        SplittableRandom random = new SplittableRandom(name.hashCode());
        Tally tally = new Tally();
        workload.setUp(new ModelRun(tree)::call);
        for (int i = 0; i < FUNCTIONS; i++) {
            Workload.Function function = workload.next(i % 4, random.split());
            ModelRun run = new ModelRun(tree.copy());
            if (function.run(run::call)) {
                tree = run.finish();
                if (function instanceof Workload.Noted noted) {
                    tally.committed().add(noted.note());
                }
            }
        }
        workload.judge(new ModelRun(tree)::call, tally);
    }

    @Test
    void aLostIncrementIsNoticed() {
        Workload workload = Workloads.named("counter");
        Files files = new ModelRun(TreeModel.empty())::call;
        workload.setUp(files);
        files.must(new FsCall.Create("/done/f1"));
        assertThrows(HistoryViolation.class, () -> workload.judge(files, new Tally()));
    }

    @Test
    void aLostRecordIsNoticed() {
        Workload workload = Workloads.named("logs");
        Files files = new ModelRun(TreeModel.empty())::call;
        workload.setUp(files);
        Tally tally = new Tally();
        tally.committed().add("record0");
        assertThrows(HistoryViolation.class, () -> workload.judge(files, tally));
        files.must(new FsCall.Append("/log", Bytes.ofUtf8("record0 xx")));
        assertThrows(HistoryViolation.class, () -> workload.judge(files, tally));
    }

    @Test
    void aBrokenRingIsNoticed() {
        Workload workload = Workloads.named("cycle");
        Files files = new ModelRun(TreeModel.empty())::call;
        workload.setUp(files);
        files.overwrite("/node3", "1");
        assertThrows(HistoryViolation.class, () -> workload.judge(files, new Tally()));
    }

    @Test
    void aLostDirectoryIsNoticed() {
        Workload workload = Workloads.named("moves");
        Files files = new ModelRun(TreeModel.empty())::call;
        workload.setUp(files);
        FsResult removed = files.must(new FsCall.Rmdir("/d1"));
        assertThrows(HistoryViolation.class, () -> workload.judge(files, new Tally()), removed::toString);
    }
}
