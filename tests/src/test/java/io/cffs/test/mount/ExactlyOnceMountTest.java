package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

/** A committed invocation id never takes effect twice; a failed invocation never happened. */
class ExactlyOnceMountTest extends StoreTest {
    @Test
    void secondDeliveryOfAnInvocationChangesNothing() {
        cffs.runShell("echo once >> log", "--invocation-id", "order-17").expectExit(0);
        cffs.runShell("echo twice >> log", "--invocation-id", "order-17").expectExit(0);
        cffs.runShell("echo other >> log", "--invocation-id", "order-18").expectExit(0);
        assertEquals("once\nother\n", cffs.runShell("cat log").expectExit(0).out());
    }

    @Test
    void secondDeliveryAfterTheBackendWasKilledChangesNothing() {
        cffs.runShell("echo once >> log", "--invocation-id", "order-17").expectExit(0);
        cffs.stopBackend();
        cffs.runShell("echo twice >> log", "--invocation-id", "order-17").expectExit(0);
        assertEquals("once\n", cffs.runShell("cat log").expectExit(0).out());
    }

    @Test
    void eightDeliveriesAtTheSameTimeTakeEffectOnce() {
        List<Callable<Void>> deliveries = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            deliveries.add(() -> {
                cffs.runShell("echo effect >> log", "--invocation-id", "order-19").expectExit(0);
                return null;
            });
        }
        CffsCommand.together(deliveries);
        assertEquals("effect\n", cffs.runShell("cat log").expectExit(0).out());
    }

    @Test
    void failedFunctionLeavesNoTraceAndKeepsItsStatus() {
        cffs.runShell("echo kept > a").expectExit(0);
        cffs.runShell("echo lost > a; mkdir d; echo lost > d/b; rm a; exit 3").expectExit(3);
        assertEquals("a\nkept\n", cffs.runShell("ls; cat a").expectExit(0).out());
        cffs.expectClean();
    }

    @Test
    void timedOutFunctionLeavesNoTrace() {
        cffs.runShell("echo lost > a; sleep 60", "--timeout", "2s");
        assertEquals("", cffs.runShell("ls").expectExit(0).out());
    }

    @Test
    void readOnlyFunctionIsRefusedItsWrites() {
        cffs.runShell("echo kept > a").expectExit(0);
        cffs.runShell("echo x > b 2> /dev/null && exit 9; cat a", "--read-only").expectExit(0);
        assertEquals("a\n", cffs.runShell("ls").expectExit(0).out());
    }
}
