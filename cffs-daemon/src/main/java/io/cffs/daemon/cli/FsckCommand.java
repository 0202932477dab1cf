package io.cffs.daemon.cli;

import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.CheckPort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Checks a volume that may be in use. */
@Command(
        name = "fsck",
        description = {"Check a volume at one snapshot while it is in use. Changes nothing.",
            "Exit status, as fsck(8): 0 clean, 4 errors found, 8 the check could not be made,",
            "16 wrong arguments, 32 cancelled."},
        footer = {"", "Examples:", "  cffs fsck --store /srv/cffs",
            "  cffs fsck --level meta --json | tail -1 | jq .findings"},
        exitCodeOnInvalidInput = FsckCommand.WRONG_ARGUMENTS,
        exitCodeOnExecutionException = FsckCommand.NOT_MADE)
final class FsckCommand implements Callable<Integer> {
    static final int CLEAN = 0;
    static final int ERRORS_LEFT = 4;
    static final int NOT_MADE = 8;
    static final int WRONG_ARGUMENTS = 16;
    static final int CANCELLED = 32;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(5);
    private static final Duration PAUSE_MAX = Duration.ofMillis(500);
    private static final long PROGRESS_AFTER_NANOS = Duration.ofSeconds(2).toNanos();

    /** How much is read. */
    enum Level { meta, data }

    private final Surroundings around;
    private final Backends backends;

    @Mixin
    private StoreOptions store;

    @Option(names = "--level", paramLabel = "LEVEL",
            description = "meta: everything but the bytes of files; data: those"
            + " too, against their checksums (default: data).")
    private Level level = Level.data;

    @Option(names = "--json", description = "Print each finding and a summary as one line of JSON.")
    private boolean json;

    private volatile boolean cancelled;

    FsckCommand(Surroundings around, Backends backends) {
        this.around = around;
        this.backends = backends;
    }

    @Override
    public Integer call() throws InterruptedException {
        store.check();
        requireStore();
        Signals.listen(signal -> cancelled = true);
        try (BackendPort backend = backends.open(store)) {
            if (!(backend instanceof CheckPort checks)) {
                throw new Failure(NOT_MADE, "the backend of " + store.source(around) + " cannot check volumes");
            }
            return check(checks);
        }
    }

    /** A check must not make the store that it looks for. */
    private void requireStore() {
        if (store.backend == null) {
            Path directory = store.directory(around);
            if (!Files.exists(directory.resolve("FORMAT"))) {
                throw new Failure(NOT_MADE, "there is no store in " + directory
                        + ": name its directory with --store, or its server with --backend");
            }
        }
    }

    private int check(CheckPort checks) throws InterruptedException {
        FsckReport report = new FsckReport(around, json);
        long id = answer(checks.startCheck(store.volume, level == Level.data));
        long started = around.ticker().monotonicNanos();
        Duration pause = FIRST_PAUSE;
        boolean told = false;
        int shown = 0;
        while (true) {
            CheckPort.Report now = answer(checks.checkReport(store.volume, id, shown));
            now.findings().forEach(report::finding);
            shown += now.findings().size();
            if (now.state() != CheckPort.State.RUNNING && now.findings().isEmpty()) {
                report.summary(now, store.source(around), store.volume);
                return statusOf(now);
            }
            if (cancelled && !told) {
                told = true;
                answer(checks.cancelCheck(store.volume, id));
            }
            if (now.state() == CheckPort.State.RUNNING) {
                report.progress(now, around.ticker().monotonicNanos() - started > PROGRESS_AFTER_NANOS);
                around.pause().nanos(pause.toNanos());
                pause = pause.multipliedBy(2).compareTo(PAUSE_MAX) > 0 ? PAUSE_MAX : pause.multipliedBy(2);
            }
        }
    }

    private int statusOf(CheckPort.Report end) {
        return switch (end.state()) {
            case COMPLETE -> end.findingCount() == 0 ? CLEAN : ERRORS_LEFT;
            case CANCELLED -> CANCELLED;
            case FAILED, RUNNING -> throw new Failure(NOT_MADE, end.failure());
        };
    }

    private static <T> T answer(CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof BackendException known ? known : e;
        }
    }
}
