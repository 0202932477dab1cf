package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** Conflicts are retried, never lost: one counter file, read and rewritten by many functions at the same time. */
class SharedCounterMountTest extends StoreTest {
    private static final int PROCESSES = 16;
    private static final int INCREMENTS_EACH = 25;

    @Test
    void everyIncrementCounts() {
        cffs.runShell("echo 0 > count").expectExit(0);
        List<Callable<Integer>> processes = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            processes.add(() -> {
                for (int n = 0; n < INCREMENTS_EACH; n++) {
                    cffs.runShell("read n < count; echo $((n + 1)) > count").expectExit(0);
                }
                return INCREMENTS_EACH;
            });
        }
        CffsCommand.together(processes);
        assertEquals("" + PROCESSES * INCREMENTS_EACH, cffs.runShell("cat count").expectExit(0).out().strip());
        cffs.expectClean();
    }
}
