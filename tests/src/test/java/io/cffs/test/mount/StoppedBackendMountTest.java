package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.test.mount.CffsCommand.Started;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A backend that is stopped (SIGSTOP): connections stay open and nothing is answered. No wait is without a bound. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoppedBackendMountTest extends StoreTest {
    /** A request may wait for half a minute; a commit for twice that, and then for its outcome. */
    private static final int ANSWER_SECONDS_MAX = 60;
    private static final int KILLED_SECONDS_MAX = 10;

    private Path root;
    private Started mount;

    @BeforeEach
    void mountWithFilesThatNobodyHasRead() throws Exception {
        cffs.runShell("for i in 1 2 3 4; do echo $i > f$i; done").expectExit(0);
        root = Files.createDirectory(scratch.resolve("mnt"));
        mount = cffs.start(List.of(
                "mount", "--store", cffs.store().toString(), "-o", "commit=fsync", root.toString()));
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (!Files.readString(mount.out()).contains("mounted ")) {
            assertTrue(System.nanoTime() - deadlineNanos < 0, "not mounted");
            mount.process().waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    @AfterEach
    void unmount() throws Exception {
        signalBackend("CONT");
        cffs.cffs("umount", "--force", root.toString());
    }

    private void signalBackend(String signal) throws Exception {
        long pid = cffs.backendProcess().orElseThrow().pid();
        assertEquals(0, new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor());
    }

    /** File calls are made by another process than this one, which could wait for itself. */
    private Process shell(String script) throws IOException {
        return new ProcessBuilder("sh", "-c", "cd \"$1\" && " + script, "sh", root.toString())
                .redirectErrorStream(true).start();
    }

    private String output(String script) throws Exception {
        Process process = shell(script);
        assertTrue(process.waitFor(ANSWER_SECONDS_MAX, TimeUnit.SECONDS), script);
        return new String(process.getInputStream().readAllBytes());
    }

    private static void assertKillable(Process process) throws InterruptedException {
        process.waitFor(300, TimeUnit.MILLISECONDS);
        process.destroyForcibly();
        assertTrue(process.waitFor(KILLED_SECONDS_MAX, TimeUnit.SECONDS), "it cannot be killed");
    }

    @Test
    void everyWaitEndsAndTheMountIsWellAfterwards() throws Exception {
        assertEquals("1\n", output("cat f1"));
        signalBackend("STOP");
        assertKillable(shell("exec cat f2"));
        assertKillable(shell("exec ls -l"));
        Process patient = shell("cat f3");
        Process writer = shell("echo x > f1 && exec sync f1");
        assertKillable(writer);
        assertTrue(patient.waitFor(ANSWER_SECONDS_MAX, TimeUnit.SECONDS), "a read waits for ever");
        assertNotEquals(0, patient.exitValue());
        signalBackend("CONT");
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!output("cat f4").equals("4\n")) {
            assertTrue(System.nanoTime() - deadlineNanos < 0, "the mount is not well again");
        }
        assertEquals("", output("echo new > f4 && sync f4"));
        assertEquals("new\n", cffs.runShell("cat f4").expectExit(0).out());
        String log = Files.readString(mount.err());
        assertTrue(log.contains("cffs status"), "the log names the remedy: " + log);
    }
}
