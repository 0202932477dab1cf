package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A host daemon on a store and a control directory of its own. Safe for use by many threads. */
final class HostDaemon {
    static final String WARM = "--warm=true";
    private static final long START_SECONDS_MAX = 120;

    private final CffsCommand cffs;
    private final Path control;
    private final List<String> options;
    private CffsCommand.Started daemon;

    /** Starts it, cold unless an option says otherwise. @param scratch an existing directory */
    HostDaemon(Path scratch, String... options) throws Exception {
        this.cffs = new CffsCommand(scratch);
        this.control = scratch.resolve("control");
        this.options = Arrays.asList(options);
        start();
    }

    private void start() throws Exception {
        List<String> words = new ArrayList<>(List.of(
                "host", "--store", cffs.store().toString(), "--control", control.toString(), "--drain", "1s",
                "--warm=" + options.contains(WARM)));
        options.stream().filter(option -> !option.equals(WARM)).forEach(words::add);
        daemon = cffs.start(words);
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS_MAX);
        while (!isServing()) {
            assertTrue(System.nanoTime() < deadlineNanos && !daemon.process().waitFor(20, TimeUnit.MILLISECONDS),
                    () -> "no host daemon: " + said());
        }
    }

    private boolean isServing() {
        return said().contains("serving ");
    }

    private String said() {
        try {
            return Files.readString(daemon.out()) + Files.readString(daemon.err());
        } catch (IOException e) {
            return e.toString();
        }
    }

    /** For the store behind it, without it. */
    CffsCommand store() {
        return cffs;
    }

    Path control() {
        return control;
    }

    CffsCommand.Finished runShell(String script, String... more) {
        return cffs.finish(startShell(script, more));
    }

    CffsCommand.Started startShell(String script, String... more) {
        List<String> words = new ArrayList<>(List.of("run", "--host=" + control));
        words.addAll(Arrays.asList(more));
        words.addAll(List.of("--", "sh", "-c", script));
        return cffs.start(words);
    }

    CffsCommand.Finished finish(CffsCommand.Started started) {
        return cffs.finish(started);
    }

    /** A number in its status; -1 when it does not serve. */
    long figure(String name) {
        try {
            Matcher found = Pattern.compile("\"" + name + "\":(\\d+)")
                    .matcher(Files.readString(control.resolve("status")));
            return found.find() ? Long.parseLong(found.group(1)) : -1;
        } catch (IOException e) {
            return -1;
        }
    }

    void awaitFigure(String name, long wanted) throws InterruptedException {
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (figure(name) != wanted) {
            assertTrue(System.nanoTime() < deadlineNanos && !daemon.process().waitFor(20, TimeUnit.MILLISECONDS),
                    () -> name + " is " + figure(name) + ", not " + wanted + "; " + said());
        }
    }

    /** Whether its status says that it runs functions for practice. */
    boolean isWarming() throws IOException {
        return Files.readString(control.resolve("status")).contains("\"warming\":true");
    }

    /** The Java process itself. */
    ProcessHandle process() {
        return daemon.process().toHandle();
    }

    /** By SIGKILL; then another one takes its place. */
    void killAndRestart() throws Exception {
        CffsCommand.killTree(daemon.process());
        start();
    }

    /** Ends it as an administrator does. */
    void stop() throws Exception {
        daemon.process().destroy();
        if (!daemon.process().waitFor(60, TimeUnit.SECONDS)) {
            CffsCommand.killTree(daemon.process());
        }
        cffs.stopBackend();
    }
}
