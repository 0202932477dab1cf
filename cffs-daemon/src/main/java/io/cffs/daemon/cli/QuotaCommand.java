package io.cffs.daemon.cli;

import io.cffs.daemon.quota.QuotaAdmin;
import io.cffs.daemon.quota.QuotaRefused;
import io.cffs.model.Quota;
import io.cffs.txn.port.BackendPort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import java.util.function.LongFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Limits what directories and volumes may hold. */
@Command(
        name = "quota",
        description = {"Limit how many bytes and inodes a directory tree, or the whole volume, may hold.",
            "A write or a creation beyond a limit answers EDQUOT; df inside of the tree shows the limit.",
            "What a directory holds already is counted while the volume is in use."},
        footer = {"", "Examples:", "  cffs quota set /projects/a --bytes 10G --inodes 100000",
            "  cffs quota set / --bytes 1T", "  cffs quota show --json", "  cffs quota remove /projects/a"})
final class QuotaCommand implements Callable<Integer> {
    private static final long PROGRESS_AFTER_NANOS = 2_000_000_000L;

    /** What to do. */
    enum Action { set, show, remove }

    private final Surroundings around;
    private final Backends backends;

    @Spec
    private CommandSpec spec;

    @Mixin
    private StoreOptions store;

    @Parameters(index = "0", paramLabel = "set|show|remove", description = "What to do.")
    private Action action;

    @Parameters(index = "1", arity = "0..1", paramLabel = "PATH",
            description = "Directory, from the root of the volume; / is the volume itself. show without it shows all.")
    private String path;

    @Option(names = "--bytes", paramLabel = "AMOUNT", converter = Amount.class,
            description = "Bytes that files may take together, as du counts: 500M, 10G, or none.")
    private Long bytes;

    @Option(names = "--inodes", paramLabel = "NUMBER", converter = Amount.class,
            description = "How many files, directories and other inodes there may be, or none.")
    private Long inodes;

    @Option(names = "--json", description = "Print each quota as one line of JSON.")
    private boolean json;

    QuotaCommand(Surroundings around, Backends backends) {
        this.around = around;
        this.backends = backends;
    }

    @Override
    public Integer call() {
        store.check();
        requireArguments();
        requireStore();
        try (BackendPort backend = backends.open(store)) {
            act(new QuotaAdmin(backend, store.volume, around.entropy()));
        } catch (QuotaRefused refused) {
            throw new Failure(Exit.USAGE, refused.getMessage(), refused);
        }
        around.out().flush();
        return Exit.OK;
    }

    private void requireArguments() {
        boolean limits = bytes != null || inodes != null;
        if (action != Action.show && path == null) {
            throw new ParameterException(spec.commandLine(), "no PATH is given");
        }
        if (action == Action.set && !limits) {
            throw new ParameterException(spec.commandLine(), "neither --bytes nor --inodes is given");
        }
        if (action != Action.set && limits) {
            throw new ParameterException(spec.commandLine(), "--bytes and --inodes belong to set");
        }
    }

    /** Who looks for a quota does not want a new store. */
    private void requireStore() {
        if (store.backend == null && action != Action.set) {
            Path directory = store.directory(around);
            if (!Files.exists(directory.resolve("FORMAT"))) {
                throw new Failure(Exit.USAGE, "there is no store in " + directory
                        + ": name its directory with --store, or its server with --backend");
            }
        }
    }

    private void act(QuotaAdmin admin) throws QuotaRefused {
        Progress progress = new Progress();
        switch (action) {
            case set -> {
                QuotaAdmin.Placed placed = admin.set(path, bytes, inodes, progress);
                progress.clear();
                print(List.of(placed));
            }
            case show -> print(path == null ? admin.showAll() : List.of(admin.show(path)));
            case remove -> {
                admin.remove(path, progress);
                progress.clear();
            }
        }
    }

    private void print(List<QuotaAdmin.Placed> quotas) {
        if (json) {
            quotas.forEach(placed -> around.out().println(Json.line(facts(placed))));
            return;
        }
        int widest = quotas.stream().mapToInt(placed -> placed.path().length()).max().orElse(0);
        for (QuotaAdmin.Placed placed : quotas) {
            Quota quota = placed.quota();
            around.out().printf("%-" + Math.max(4, widest) + "s  %s bytes, %s inodes%s%n", placed.path(),
                    share(quota.bytesUsed(), quota.bytesMax(), Amount::bytes),
                    share(quota.inodesUsed(), quota.inodesMax(), Long::toString), phase(quota));
        }
    }

    private static String share(long used, long most, LongFunction<String> text) {
        return text.apply(used) + (most == Quota.UNLIMITED ? "" : " of " + text.apply(most));
    }

    private static String phase(Quota quota) {
        return switch (quota.phase()) {
            case COMPLETE -> "";
            case COUNTING -> " (not all is counted: set it again to go on)";
            case REMOVING -> " (being removed: remove it again to go on)";
        };
    }

    private Map<String, Object> facts(QuotaAdmin.Placed placed) {
        Quota quota = placed.quota();
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("volume", store.volume.value());
        facts.put("path", placed.path());
        facts.put("inode", placed.tree().value());
        facts.put("bytesUsed", quota.bytesUsed());
        facts.put("bytesMax", quota.bytesMax() == Quota.UNLIMITED ? null : quota.bytesMax());
        facts.put("inodesUsed", quota.inodesUsed());
        facts.put("inodesMax", quota.inodesMax() == Quota.UNLIMITED ? null : quota.inodesMax());
        facts.put("phase", quota.phase().name().toLowerCase(Locale.ROOT));
        return facts;
    }

    /** One line that is overwritten, for people who wait. */
    private final class Progress implements LongConsumer {
        private final long startNanos = around.ticker().monotonicNanos();
        private boolean shown;

        @Override
        public void accept(long counted) {
            boolean late = around.ticker().monotonicNanos() - startNanos > PROGRESS_AFTER_NANOS;
            if (late && Terminals.isTerminal(2)) {
                around.err().printf("\rcffs: %d inodes ", counted);
                around.err().flush();
                shown = true;
            }
        }

        void clear() {
            if (shown) {
                around.err().print("\r\033[K");
                around.err().flush();
            }
        }
    }
}
