package io.cffs.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What is read without picocli is what picocli reads. */
class PlainRunTest {
    private static final List<String> WORDS = List.of("--store", "/a", "--store=/b", "--backend", "h:1", "--volume",
            "shop", "--volume=No Such", "--mount", "/m", "--cwd=build", "--retries", "7", "--retries=-1", "many",
            "--retries=010", "0x10",
            "--timeout", "30s", "soon", "--read-only", "--read-only=false", "--invocation-id", "i-7", "--hold-output",
            "--json", "--in-process", "--host", "--keep", "n", "--help", "-h", "-x", "--", "--", "--", "ls", "-l", "",
            "@file", "--store=", "\"quoted\"", "--no-json", "a b", "--volumes", "--vol");
    private static final List<Map<String, String>> ENVIRONMENTS = List.of(Map.of(), Map.of(), Map.of(),
            Map.of("CFFS_STORE", "/e"), Map.of("CFFS_VOLUME", "env", "CFFS_BACKEND", "h:2"), Map.of("CFFS_JSON", "1"),
            Map.of("CFFS_VOLUME", "No Such"), Map.of("CFFS_STORE", ""), Map.of("CFFS_TIMEOUT", "5s"));

    @Test
    void whatIsTakenIsWhatPicocliTakes() throws Exception {
        SplittableRandom random = new SplittableRandom(5);
        int taken = 0;
        for (int i = 0; i < 30_000; i++) {
            List<String> line = new ArrayList<>(List.of("run"));
            int count = random.nextInt(8);
            for (int word = 0; word < count; word++) {
                line.add(WORDS.get(random.nextInt(WORDS.size())));
            }
            if (random.nextBoolean()) {
                line.addAll(List.of("--", "ls"));
            }
            String[] arguments = line.toArray(new String[0]);
            Surroundings around = around(ENVIRONMENTS.get(random.nextInt(ENVIRONMENTS.size())));
            RunCommand plain = new RunCommand(around, null);
            if (PlainRun.fill(plain, arguments, around)) {
                taken++;
                CommandLine all = Main.commandLine(arguments, around);
                all.parseArgs(arguments);
                RunCommand parsed = all.getSubcommands().get("run").getCommand();
                assertEquals(fields(parsed), fields(plain), () -> line + " " + around.environment());
            }
        }
        assertTrue(taken > 500, "taken: " + taken);
    }

    @Test
    void usualLinesAreTaken() throws Exception {
        Surroundings around = around(Map.of("CFFS_STORE", "/s"));
        for (String line : List.of("run -- ls -l", "run ls -l", "run --store /s --volume=shop -- sh -c x",
                "run --timeout 30s --retries 50 --json --hold-output --read-only -- a -- b")) {
            assertTrue(PlainRun.fill(new RunCommand(around, null), line.split(" "), around), line);
        }
        for (String line : List.of("run --help", "run", "run --", "run --nosuch -- ls", "mount /m", "run --json=1 ls",
                "run --host ls", "run --volume -x ls")) {
            assertFalse(PlainRun.fill(new RunCommand(around, null), line.split(" "), around), line);
        }
    }

    private static Surroundings around(Map<String, String> environment) {
        return new Surroundings(environment, new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()),
                null, null, null);
    }

    private static Map<String, Object> fields(Object command) throws IllegalAccessException {
        Map<String, Object> values = new TreeMap<>();
        for (Field field : command.getClass().getDeclaredFields()) {
            boolean service = List.of("around", "opener").contains(field.getName());
            if (!service && !Modifier.isStatic(field.getModifiers())) {
                field.setAccessible(true);
                Object value = field.get(command);
                values.put(field.getName(), value instanceof StoreOptions options ? fields(options)
                        : value instanceof Object[] array ? Arrays.asList(array) : String.valueOf(value));
            }
        }
        return values;
    }
}
