package io.cffs.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.cache.RealTicker;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class FunctionProcessTest {
    private static final Ticker CLOCK = new RealTicker();

    @TempDir
    Path directory;

    private final FunctionProcess process = new FunctionProcess(CLOCK, true, false);

    private FunctionProcess.Ending run(String script) throws Exception {
        return run(script, Long.MAX_VALUE, started -> { });
    }

    private FunctionProcess.Ending run(String script, long deadlineNanos, FunctionProcess.Started started)
            throws Exception {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", script).directory(directory.toFile());
        return process.run(builder, deadlineNanos, started);
    }

    /** Delivers once the function has said, by making a file, that it is ready for it. */
    private FunctionProcess.Started whenReady(FunctionSignal signal) {
        return started -> Thread.ofVirtual().start(() -> {
            awaitReady(started);
            process.deliver(signal);
        });
    }

    private void awaitReady(Process started) {
        try {
            while (!Files.exists(directory.resolve("ready"))) {
                started.waitFor(10, TimeUnit.MILLISECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theStatusIsTheProgramsOwn() throws Exception {
        assertEquals(new FunctionProcess.Ending(0, null), run("exit 0"));
        assertEquals(new FunctionProcess.Ending(41, null), run("exit 41"));
        assertEquals(new FunctionProcess.Ending(128 + 9, null), run("kill -9 $$"));
    }

    @Test
    void aSignalIsHandedOnAndStops() throws Exception {
        FunctionProcess.Ending ending = run("trap 'exit 7' TERM; touch ready; while :; do sleep 0.02; done",
                Long.MAX_VALUE, whenReady(FunctionSignal.TERM));
        assertEquals(7, ending.status());
        assertEquals(new FunctionProcess.Stop.BySignal(FunctionSignal.TERM), ending.stop());
    }

    @Test
    void aSignalReachesTheWholeGroup() throws Exception {
        FunctionProcess.Ending ending = run(
                "(trap 'touch heard; exit' TERM; touch ready; while :; do sleep 0.02; done) &"
                        + " trap 'wait; exit 3' TERM; wait",
                Long.MAX_VALUE, whenReady(FunctionSignal.TERM));
        assertEquals(3, ending.status());
        assertTrue(Files.exists(directory.resolve("heard")));
    }

    @Test
    void aSignalThatDoesNotStopIsHandedOnOnly() throws Exception {
        FunctionProcess.Ending ending = run("trap 'exit 0' USR1; touch ready; while :; do sleep 0.02; done",
                Long.MAX_VALUE, whenReady(FunctionSignal.USR1));
        assertEquals(0, ending.status());
        assertNull(ending.stop());
    }

    @Test
    void theTimeLimitEndsItFirstGentlyThenNot() throws Exception {
        // Both are asked to end when they have said what they do then, even if that takes longer than they have.
        FunctionProcess.Ending gentle = run("trap 'exit 5' TERM; touch ready; while :; do sleep 0.02; done",
                System.nanoTime() + 300_000_000L, this::awaitReady);
        assertEquals(5, gentle.status());
        assertInstanceOf(FunctionProcess.Stop.ByTimeout.class, gentle.stop());
        Files.delete(directory.resolve("ready"));
        FunctionProcess.Ending stubborn = run("trap '' TERM; touch ready; while :; do sleep 0.02; done",
                System.nanoTime() + 300_000_000L, this::awaitReady);
        assertEquals(128 + 9, stubborn.status());
        assertInstanceOf(FunctionProcess.Stop.ByTimeout.class, stubborn.stop());
    }

    @Test
    void oneInstanceRunsOneProgramAfterTheOther() throws Exception {
        for (int status = 0; status < 3; status++) {
            assertEquals(status, run("exit " + status).status());
        }
    }

    @Test
    void whatIsLeftBehindEndsWithTheFunction() throws Exception {
        String mark = "CFFS_TXN_ID=" + "a".repeat(32);
        long[] pid = new long[1];
        // The second one hides in a session of its own and is known by its environment only.
        run("sleep 300 & CFFS_TXN_ID=" + "a".repeat(32) + " setsid sleep 301 & touch ready; exit 0", Long.MAX_VALUE,
                started -> pid[0] = started.pid());
        Leftovers leftovers = new Leftovers(Path.of("/proc"), false);
        long deadlineNanos = System.nanoTime() + 20_000_000_000L;
        while (leftovers.find(pid[0], mark).size() < 2 && System.nanoTime() < deadlineNanos) {
            Thread.onSpinWait();
        }
        assertEquals(2, leftovers.find(pid[0], mark).size());
        leftovers.end(pid[0], mark);
        assertEquals(0, leftovers.find(pid[0], mark).size());
    }

    @Test
    void leftoversOfOthersAreLeftAlone() throws IOException, InterruptedException {
        Process other = new ProcessBuilder("sleep", "60").start();
        try {
            new Leftovers(Path.of("/proc"), false).end(other.pid() - 1, "CFFS_TXN_ID=" + "b".repeat(32));
            assertTrue(other.isAlive());
        } finally {
            other.destroyForcibly().waitFor();
        }
    }
}
