package io.cffs.fuse.mount;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** File calls on a mount come from processes of their own: a process can deadlock on its own mount. */
final class Shell {
    private static final int SECONDS_MAX = 60;

    record Ended(int status, String output) {}

    private Shell() {}

    /** Runs a script of sh in a directory; both its outputs are collected. */
    static Ended run(Path directory, String script) throws IOException {
        return run(directory, List.of("/bin/sh", "-c", script));
    }

    static Ended run(Path directory, List<String> command) throws IOException {
        // Not the builder's own directory: the JDK would look at it from this process.
        List<String> there = concat(List.of("/usr/bin/env", "-C", directory.toString()), command);
        ProcessBuilder builder = new ProcessBuilder(there).redirectErrorStream(true);
        builder.environment().put("LC_ALL", "C");
        Process process = builder.start();
        CompletableFuture<String> output = new CompletableFuture<>();
        Thread.ofVirtual().start(() -> {
            try {
                output.complete(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            } catch (IOException cut) {
                output.complete("(output lost)");
            }
        });
        try {
            String said = output.get(SECONDS_MAX, TimeUnit.SECONDS);
            if (!process.waitFor(SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new AssertionError("still running: " + command);
            }
            return new Ended(process.exitValue(), said);
        } catch (TimeoutException hung) {
            process.destroyForcibly();
            throw new AssertionError("no end after " + SECONDS_MAX + " s: " + command, hung);
        } catch (ExecutionException | InterruptedException failed) {
            throw new AssertionError(failed);
        }
    }

    private static List<String> concat(List<String> first, List<String> second) {
        return java.util.stream.Stream.concat(first.stream(), second.stream()).toList();
    }

    /** The same, and the script must end well. */
    static String ok(Path directory, String script) throws IOException {
        Ended ended = run(directory, script);
        if (ended.status() != 0) {
            throw new AssertionError("status " + ended.status() + " of: " + script + "\n" + ended.output());
        }
        return ended.output();
    }

    /** Whether anything is mounted there, in this process's name space. */
    static boolean isMounted(Path mountPoint) throws IOException {
        return Files.readString(Path.of("/proc/self/mountinfo")).contains(" " + mountPoint + " ");
    }
}
