package io.cffs.daemon.cli;

import io.cffs.daemon.session.Invocation;
import io.cffs.daemon.session.InvocationResult;
import io.cffs.daemon.session.RetryPolicy;
import io.cffs.model.CommitTs;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitRequest;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.TypeConversionException;

/** Runs a program as one transaction. */
@Command(
        name = "run",
        description = {
            "Run a program as one transaction over a volume.",
            "Status 0 commits, any other leaves no trace; when another function came first it runs again."
        },
        footer = {
            "",
            "The program's own exit status is returned. Besides: 64 wrong usage, 69 not available,",
            "73 commit refused, 74 backend lost at commit, 75 conflicts exhausted, 124 time limit,",
            "128+n ended by signal n.",
            "",
            "Examples:",
            "  cffs run -- sh -c 'date >> log.txt; cat log.txt'",
            "  cffs run --store /srv/cffs --volume shop --retries 50 --timeout 30s -- python3 order.py",
            "  cffs run --host --keep order -- ./order 17"
        })
final class RunCommand implements Callable<Integer> {
    private final Surroundings around;
    private final FunctionHost.Opener opener;

    @Mixin
    private StoreOptions store = new StoreOptions();

    @Option(names = "--mount", paramLabel = "DIR", description = "Mount there, for the function only.")
    private Path mount;

    @Option(names = "--cwd", paramLabel = "DIR",
            description = "Directory the function starts in, seen from the volume's root (default: the root).")
    private Path directory;

    @Option(names = "--retries", paramLabel = "N", description = "Runs after the first one (default: 19).")
    private int retries = RetryPolicy.standard().attemptsMax() - 1;

    @Option(names = "--timeout", paramLabel = "TIME", converter = TimeSpan.class,
            description = "Abort after this long, all attempts together: 500ms, 30s, 5m (default: none).")
    private Long timeoutNanos;

    @Option(names = "--read-only", description = "Refuse writes; such a function never meets a conflict.")
    private boolean readOnly;

    @Option(names = "--invocation-id", paramLabel = "ID",
            description = "Takes effect at most once under this name, however often it is run.")
    private String invocationId;

    @Option(names = "--hold-output",
            description = "Print what the function printed only once it has committed.")
    private boolean holdOutput;

    @Option(names = "--json", description = "Say the outcome as one line of JSON on standard error.")
    private boolean json;

    @Option(names = "--host", arity = "0..1", fallbackValue = "1", paramLabel = "DIR",
            description = "Run it through the host daemon ('cffs host') of this control directory, without a JVM of its"
                    + " own (default: /run/cffs/host).")
    private String host;

    @Option(names = "--keep", paramLabel = "NAME",
            description = "With --host: the mount stays, warm, for the next run under this name.")
    private String keep;

    @Parameters(arity = "1..*", paramLabel = "COMMAND", description = "The program and its arguments, after --.")
    private List<String> command = new ArrayList<>();

    RunCommand(Surroundings around, FunctionHost.Opener opener) {
        this.around = around;
        this.opener = opener;
    }

    /** Takes an option as picocli would; false when it is not one of those, or its value needs a second look. */
    boolean take(String option, String value) {
        try {
            switch (option) {
                case "--store" -> store.store = Path.of(value);
                case "--backend" -> store.backend = value;
                case "--volume" -> store.volume = new VolumeName(value);
                case "--mount" -> mount = Path.of(value);
                case "--cwd" -> directory = Path.of(value);
                case "--retries" -> retries = decimal(value);
                case "--timeout" -> timeoutNanos = new TimeSpan().convert(value);
                case "--invocation-id" -> invocationId = value;
                default -> {
                    return false;
                }
            }
            return true;
        } catch (IllegalArgumentException | TypeConversionException wrong) {
            return false;
        }
    }

    private static int decimal(String value) {
        if (value.charAt(0) == '0' || value.length() > 5) {
            throw new NumberFormatException("octal or large: " + value);
        }
        return Integer.parseInt(value);
    }

    /** As {@link #take}, for one without a value. */
    boolean takeFlag(String option) {
        switch (option) {
            case "--read-only" -> readOnly = true;
            case "--hold-output" -> holdOutput = true;
            case "--json" -> json = true;
            case "--in-process" -> store.inProcess = true;
            default -> {
                return false;
            }
        }
        return true;
    }

    /** The last thing to take. @return true */
    boolean takeCommand(List<String> words) {
        command = words;
        return true;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        check();
        long startNanos = around.ticker().monotonicNanos();
        long deadlineNanos = timeoutNanos == null ? Long.MAX_VALUE : startNanos + timeoutNanos;
        long deadlineMillis = timeoutNanos == null ? 0 : (around.ticker().wallNanos() + timeoutNanos) / 1_000_000;
        RetryPolicy policy = RetryPolicy.standard().withAttemptsMax(retries + 1);
        FunctionProcess process = new FunctionProcess(around.ticker(), !Terminals.isTerminal(0),
                around.variable(FunctionEnvironment.KEPT_CAPABILITIES) != null);
        Signals.listen(process::deliver);
        boolean alone = FunctionGuard.isAlone(around);
        FunctionGuard guard = alone ? FunctionGuard.start() : null;
        try (FunctionHost volume = opener.open(store, mount, readOnly);
                HeldOutput held = holdOutput ? new HeldOutput() : null) {
            Path start = directory == null ? volume.root() : volume.root().resolve(directory);
            FunctionBody body = new FunctionBody(command, volume.root(), start, process,
                    FunctionInput.ofThisProcess(policy.attemptsMax()), held, new Leftovers(Path.of("/proc"), alone),
                    deadlineNanos, deadlineMillis);
            InvocationResult result = volume.invoke(FunctionName.of(command),
                    new Invocation(invocationId, readOnly, CommitTs.ZERO, deadlineNanos), body, policy);
            return tell(RunReport.of(result, body.last()), held);
        } finally {
            if (guard != null) {
                guard.close();
            }
        }
    }

    private void check() {
        store.check();
        if (host != null && !host.equals("0") && !host.equals("false")) {
            throw new Failure(Exit.USAGE, "--host" + (keep == null ? "" : " --keep " + keep)
                    + " is the launcher's to do: start this program by the script 'cffs'");
        }
        if (retries < 0 || retries > 10_000) {
            throw new Failure(Exit.USAGE, "--retries is 0 to 10000, not " + retries);
        }
        if (invocationId != null
                && (invocationId.isEmpty() || invocationId.length() > CommitRequest.INVOCATION_ID_MAX)) {
            throw new Failure(Exit.USAGE, "--invocation-id has 1 to "
                    + CommitRequest.INVOCATION_ID_MAX + " characters");
        }
        Programs.require(command.getFirst(), around.variable("PATH"), mount == null ? Path.of("/nowhere") : mount);
    }

    private int tell(RunReport report, HeldOutput held) throws IOException {
        if (held != null) {
            held.show(report.status() == Exit.OK, new FileOutputStream(FileDescriptor.out),
                    new FileOutputStream(FileDescriptor.err));
        }
        if (json) {
            around.err().println(Json.line(report.facts()));
        } else if (report.sentence() != null) {
            new Sentences(around).say(report.sentence());
        }
        around.err().flush();
        return report.status();
    }
}
