package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/** Starts the launcher of this checkout on one store. Safe for use by many threads. */
public final class CffsCommand {
    /** Longest that any one command may take, in seconds, before the test fails. */
    static final long COMMAND_SECONDS_MAX = 180;

    private final Path store;
    private final Path scratch;

    /** @param scratch an existing directory for the store and for what commands print */
    public CffsCommand(Path scratch) {
        this.store = scratch.resolve("store");
        this.scratch = scratch;
    }

    Path store() {
        return store;
    }

    /** What a finished command left: its exit status and both outputs as text. */
    public record Finished(int exit, String out, String err) {
        public Finished expectExit(int expected) {
            assertEquals(expected, exit, () -> "stdout:\n" + out + "\nstderr:\n" + err);
            return this;
        }
    }

    /** {@code cffs run --store STORE options -- sh -c script}, to its end. */
    public Finished runShell(String script, String... options) {
        return finish(startShell(script, options));
    }

    Started startShell(String script, String... options) {
        List<String> arguments = new ArrayList<>(List.of("run", "--store", store.toString()));
        arguments.addAll(Arrays.asList(options));
        arguments.addAll(List.of("--", "sh", "-c", script));
        return start(arguments);
    }

    Finished cffs(String... arguments) {
        return finish(start(Arrays.asList(arguments)));
    }

    /** A command under way. */
    record Started(Process process, Path out, Path err) {}

    Started start(List<String> arguments) {
        try {
            Path out = Files.createTempFile(scratch, "out", ".txt");
            Path err = Files.createTempFile(scratch, "err", ".txt");
            List<String> line = new ArrayList<>(List.of(launcher().toString()));
            line.addAll(arguments);
            Process process = new ProcessBuilder(line)
                    .redirectInput(Path.of("/dev/null").toFile())
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            return new Started(process, out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Finished finish(Started started) {
        try {
            if (!started.process().waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS)) {
                killTree(started.process());
                fail("a command did not end in " + COMMAND_SECONDS_MAX + " s; stderr:\n"
                        + Files.readString(started.err()));
            }
            Finished finished = new Finished(
                    started.process().exitValue(), Files.readString(started.out()), Files.readString(started.err()));
            Files.delete(started.out());
            Files.delete(started.err());
            return finished;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** Runs the bodies side by side and returns their results in order; the first failure is thrown. */
    static <T> List<T> together(List<Callable<T>> bodies) {
        try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<T>> futures = bodies.stream().map(executor::submit).toList();
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } catch (ExecutionException e) {
            throw new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }

    /** {@code cffs fsck} of the store's default volume must find nothing. */
    public void expectClean() {
        cffs("fsck", "--store", store.toString()).expectExit(0);
    }

    /** Ends the store's backend, if one runs, and what it left in the runtime directory. */
    public void stopBackend() {
        backendProcess().ifPresent(CffsCommand::killTree);
    }

    /** The process that serves the store: the one whose command line names it as {@code backend --store STORE}. */
    java.util.Optional<ProcessHandle> backendProcess() {
        return ProcessHandle.allProcesses()
                .filter(handle -> commandLine(handle).contains("\0backend\0--store\0" + store + "\0"))
                .findFirst();
    }

    /** The process itself and everything it started, by SIGKILL. */
    static void killTree(Process process) {
        killTree(process.toHandle());
    }

    static void killTree(ProcessHandle handle) {
        handle.descendants().forEach(ProcessHandle::destroyForcibly);
        handle.destroyForcibly();
        try {
            handle.onExit().get(30, TimeUnit.SECONDS);
        } catch (Exception e) {
            throw new AssertionError("a killed process did not end: " + handle.pid(), e);
        }
    }

    /** Arguments separated by NUL; empty when the process is gone. */
    static String commandLine(ProcessHandle handle) {
        try {
            return Files.readString(Path.of("/proc/" + handle.pid() + "/cmdline"),
                    java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    static Path launcher() {
        for (Path dir = Path.of("").toAbsolutePath(); dir != null; dir = dir.getParent()) {
            Path candidate = dir.resolve("cffs");
            if (Files.isExecutable(candidate) && Files.isRegularFile(candidate)) {
                return candidate;
            }
        }
        throw new AssertionError("no launcher above " + Path.of("").toAbsolutePath());
    }
}
