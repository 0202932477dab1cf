package io.cffs.test.differential;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.test.mount.CffsCommand;
import io.cffs.test.mount.StoreTest;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A mount answers as a local directory does, within a transaction and after its commit. */
class DifferentialMountTest extends StoreTest {
    private static final long FIRST_SEED = Long.getLong("cffs.seed", 1);
    private static final int INVOCATIONS = Integer.getInteger("cffs.differential.invocations", 4);
    private static final int STEPS = Integer.getInteger("cffs.differential.steps", 150);

    private Path local;

    @BeforeEach
    void openStore() throws IOException {
        local = Files.createDirectory(scratch.resolve("local"));
        // Some operations are other users'.
        Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    /** Each invocation goes on where the one before has committed. */
    @Test
    void randomOperationsAnswerAsInALocalDirectory() {
        for (long seed = FIRST_SEED; seed < FIRST_SEED + INVOCATIONS; seed++) {
            compare("random " + seed + " " + STEPS, "from -Dcffs.seed=" + FIRST_SEED
                    + " -Dcffs.differential.steps=" + STEPS + ", at seed " + seed);
        }
        cffs.expectClean();
    }

    @Test
    void cornerCasesAnswerAsInALocalDirectory() {
        compare("replay " + resource("corner-cases.json"), "corner-cases.json");
        cffs.expectClean();
    }

    /** A comparison that finds nothing proves nothing. */
    @Test
    void aDifferenceIsFoundAndShrunk() throws Exception {
        Path other = Files.createDirectory(scratch.resolve("other"));
        Path operations = Files.writeString(scratch.resolve("operations.json"),
                "[[\"mkdir\", \"a\"], [\"create\", \"b\"], [\"stat\", \"../only-here\"]]");
        Files.createFile(scratch.resolve("local/only-here"));
        Process process = new ProcessBuilder("python3", resource("differ.py"), "replay", operations.toString(),
                local.toString(), other.toString()).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertNotEquals(0, process.waitFor());
        assertTrue(said.contains("ENOENT on the right"), said);
        assertTrue(said.contains("shrunk: [[\"stat\", \"../only-here\"]]"), said);
    }

    private void compare(String what, String replay) {
        CffsCommand.Finished finished = cffs.runShell(
                "python3 " + resource("differ.py") + " " + what + " " + local + " \"$PWD\"");
        assertEquals(0, finished.exit(), () -> replay + ":\n" + finished.out() + finished.err());
    }

    private static String resource(String name) {
        try {
            return Path.of(DifferentialMountTest.class.getResource(name).toURI()).toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
