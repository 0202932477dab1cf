package io.cffs.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.TypeConversionException;

/** What the command says to people who make mistakes, before anything is opened. */
class RunCommandTest {
    private record Said(int status, String out, String err) {}

    private static Said cffs(Map<String, String> environment, String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        Map<String, String> all = new TreeMap<>(Map.of("HOME", "/nowhere", "PATH", "/usr/bin:/bin"));
        all.putAll(environment);
        Surroundings around = new Surroundings(
                all, new PrintWriter(out, true), new PrintWriter(err, true), null, null, nanos -> { });
        return new Said(Main.run(arguments, around), out.toString(), err.toString());
    }

    private static void refused(int status, String inSentence, String... arguments) {
        refused(Map.of(), status, inSentence, arguments);
    }

    private static void refused(Map<String, String> environment, int status, String inSentence, String... arguments) {
        Said said = cffs(environment, arguments);
        assertEquals(status, said.status(), said.err());
        assertEquals(1, said.err().lines().count(), said.err());
        assertTrue(said.err().startsWith("cffs: "), said.err());
        assertTrue(said.err().contains(inSentence), said.err());
        assertFalse(said.err().contains("Exception"), said.err());
        assertEquals("", said.out());
    }

    @Test
    void mistakesEndInOneSentence() {
        refused(64, "no command is given");
        refused(64, "nosuch", "nosuch");
        refused(64, "COMMAND", "run");
        refused(64, "COMMAND", "run", "--");
        refused(64, "--nosuch", "run", "--nosuch", "--", "true");
        refused(64, "is empty", "run", "--", "");
        refused(64, "--retries", "run", "--retries", "-1", "--", "true");
        refused(64, "--retries", "run", "--retries", "many", "--", "true");
        refused(64, "is no time span", "run", "--timeout", "soon", "--", "true");
        refused(64, "is no time span", "run", "--timeout", "0", "--", "true");
        refused(64, "a volume name is", "run", "--volume", "No Such", "--", "true");
        refused(64, "--invocation-id", "run", "--invocation-id", "x".repeat(300), "--", "true");
        refused(64, "give one", "run", "--store", "/a", "--backend", "h:1", "--", "true");
        refused(64, "give one", "run", "--in-process", "--backend", "h:1", "--", "true");
        refused(Map.of("CFFS_BACKEND", "h:1"), 64, "give one", "run", "--store", "/a", "--", "true");
        refused(Map.of("CFFS_VOLUME", "No Such"), 64, "a volume name is", "run", "--", "true");
        refused(127, "nosuchprogram: no such command", "run", "--", "nosuchprogram");
        refused(127, "/no/such/program does not exist", "run", "--", "/no/such/program");
        refused(126, "/etc/passwd is not a program", "run", "--", "/etc/passwd");
        refused(126, "/tmp is not a program", "run", "--", "/tmp");
    }

    @Test
    void helpHasAnExampleForEveryCommand() {
        var commands = Main.commandLine(new String[] {"completion"}, new Surroundings(
                Map.of(), new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), null, null, null))
                .getSubcommands();
        assertTrue(commands.containsKey("run"));
        commands.forEach((name, command) -> {
            Said said = cffs(Map.of(), name, "--help");
            assertEquals(0, said.status(), name);
            assertTrue(said.out().contains("Example"), name + ": " + said.out());
        });
    }

    @Test
    void timeSpans() {
        assertEquals(500_000_000L, new TimeSpan().convert("500ms"));
        assertEquals(30_000_000_000L, new TimeSpan().convert("30"));
        assertEquals(120_000_000_000L, new TimeSpan().convert("2m"));
        assertEquals(3_600_000_000_000L, new TimeSpan().convert("1h"));
        assertThrows(TypeConversionException.class, () -> new TimeSpan().convert("999999999h"));
        assertThrows(TypeConversionException.class, () -> new TimeSpan().convert("1d"));
    }

    @Test
    void aProgramThatMayBeInTheVolumeIsLeftToTheFunction() {
        Path root = Path.of("/nowhere");
        Programs.require("./build.sh", "/usr/bin", root);
        Programs.require("/nowhere/bin/x", "/usr/bin", root);
        Programs.require("nosuchprogram", "/nowhere/bin:/usr/bin", root);
        Programs.require("nosuchprogram", "/usr/bin:", root);
    }

    @Test
    void variablesAreNamedLikeOptions() {
        assertEquals("CFFS_INVOCATION_ID", OptionDefaults.variableOf("--invocation-id"));
        assertEquals("CFFS_STORE", OptionDefaults.variableOf("--store"));
    }
}
