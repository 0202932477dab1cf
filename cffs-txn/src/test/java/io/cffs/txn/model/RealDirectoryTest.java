package io.cffs.txn.model;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.cffs.txn.model.ModelStep.Kind;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/**
 * The model against the file system of the machine: the same random calls, as three users, give the same results. So
 * the opinion that {@link ModelTest} compares with is not only ours. Needs uid 0 and python3; skipped elsewhere.
 */
class RealDirectoryTest {
    /** What a real directory can be asked for by path, without the helps of a handle. */
    private static final Set<Kind> KINDS = EnumSet.range(Kind.CREATE, Kind.TMPFILE);
    private static final int STEPS = 60;

    @Test
    void theModelDoesWhatTheKernelDoes() throws IOException {
        assumeTrue(canRun(), "needs uid 0 and python3");
        long only = Long.getLong("cffs.seed", -1);
        long count = Long.getLong("cffs.seeds", 200);
        try (Real real = new Real(script())) {
            for (long seed = only >= 0 ? only : 0; seed < (only >= 0 ? only + 1 : count); seed++) {
                List<ModelStep> steps = stepsOf(seed);
                if (difference(real, steps) != null) {
                    report(real, seed, steps);
                }
            }
        }
    }

    private static List<ModelStep> stepsOf(long seed) {
        StepGenerator generator = new StepGenerator(new SplittableRandom(seed));
        List<ModelStep> steps = new ArrayList<>();
        while (steps.size() < STEPS) {
            generator.steps(STEPS / 3).stream().filter(step -> KINDS.contains(step.kind())).forEach(steps::add);
            ModelRunner sofar = new ModelRunner(new FsModel());
            steps.forEach(sofar::run);
            generator.aimAt(Trees.of(sofar.model).keySet());
        }
        return steps;
    }

    private static void report(Real real, long seed, List<ModelStep> steps) {
        List<ModelStep> few = Shrinker.shrink(steps, some -> difference(real, some) != null);
        StringBuilder text = new StringBuilder(difference(real, few));
        few.forEach(step -> text.append("\n    ").append(step).append(','));
        fail(text + "\nreplay with -Dtest=RealDirectoryTest -Dcffs.seed=" + seed);
    }

    /** Null when all results are the same. */
    private static String difference(Real real, List<ModelStep> steps) {
        ModelRunner model = new ModelRunner(new FsModel());
        List<String> expected = real.run(steps);
        for (int i = 0; i < steps.size(); i++) {
            if (expected.get(i).equals("no call")) {
                continue;
            }
            String seen = model.run(steps.get(i));
            if (!seen.equals(expected.get(i))) {
                return "the kernel says " + expected.get(i) + ", the model " + seen + " to " + steps.get(i);
            }
        }
        return null;
    }

    private static boolean canRun() throws IOException {
        boolean privileged = Files.getOwner(Path.of("/proc/self")).getName().equals("root");
        boolean python = false;
        for (String directory : System.getenv("PATH").split(File.pathSeparator)) {
            python |= Files.isExecutable(Path.of(directory, "python3"));
        }
        return privileged && python;
    }

    private static String script() throws IOException {
        try (InputStream in = RealDirectoryTest.class.getResourceAsStream("real_directory.py")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    /** The process that makes the calls: users are a matter of processes. */
    private static final class Real implements AutoCloseable {
        private final Process process;
        private final Writer steps;
        private final BufferedReader results;

        Real(String script) throws IOException {
            process = new ProcessBuilder("python3", "-c", script)
                    .redirectError(ProcessBuilder.Redirect.INHERIT).start();
            steps = process.outputWriter(StandardCharsets.UTF_8);
            results = process.inputReader(StandardCharsets.UTF_8);
        }

        List<String> run(List<ModelStep> some) {
            try {
                for (ModelStep step : some) {
                    steps.write(String.join("\t", step.kind().name(), step.path(), step.other(),
                            "" + step.number(), "" + step.length(), "" + step.user()) + "\n");
                }
                steps.write("\n");
                steps.flush();
                List<String> lines = new ArrayList<>();
                for (int i = 0; i <= some.size(); i++) {
                    lines.add(results.readLine());
                }
                return lines;
            } catch (IOException e) {
                throw new AssertionError("the process that makes the calls has ended", e);
            }
        }

        @Override
        public void close() throws IOException {
            steps.close();
            // It removes its directory and ends when it sees the end of its input, which closes its output.
            while (results.readLine() != null) { }
            results.close();
        }
    }
}
