package io.cffs.daemon.cli;

import io.cffs.daemon.mount.MountedVolume;
import io.cffs.fuse.mount.MountOptions;
import io.cffs.model.FsException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.LinkedBlockingQueue;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** A mount for people and servers: always there, committing as its option says. */
@Command(
        name = "mount",
        description = {
            "Mount a volume and keep it mounted, in the foreground, until umount or a signal.",
            "There, programs share one transaction at a time; -o commit says when it commits.",
            "Several directories are several mounts, each with a transaction of its own, of one process."
        },
        footer = {
            "",
            "With commit=manual 'echo > DIR/.cffs/commit' commits and 'echo > DIR/.cffs/abort' undoes.",
            "With commit=runs nothing is there before 'echo > DIR/.cffs/begin' and after the end of that run.",
            "",
            "Examples:",
            "  cffs mount /mnt/data",
            "  cffs mount --volume shop -o commit=interval,interval=5s /mnt/shop"
        })
final class MountCommand implements Callable<Integer> {
    private final Surroundings around;
    private final VolumeMounts mounts;

    @Mixin
    private StoreOptions store;

    @Mixin
    private MountChoices choices;

    @Parameters(paramLabel = "DIR", arity = "1..*", description = "Existing directories.")
    private List<Path> directories;

    MountCommand(Surroundings around, VolumeMounts mounts) {
        this.around = around;
        this.mounts = mounts;
    }

    /** Within this a mount that is being ended commits and goes. */
    private static final long ENDING_NANOS_MAX = 60_000_000_000L;
    private static final long POLL_NANOS = 20_000_000L;

    /** Why the wait ended. */
    private enum Wake { SIGNAL, UNMOUNTED, COMMITTED }

    @Override
    public Integer call() throws IOException, InterruptedException {
        store.check();
        MountChoices.Choice choice = choices.read(directories.getFirst());
        Path runtime = new RuntimeDirectory(around).path();
        List<MountNote> notes = new ArrayList<>();
        for (Path directory : directories) {
            MountNote own = MountNote.ofThisProcess(directory.toAbsolutePath().normalize(), around,
                    store.volume.value(), store.source(around));
            requireFree(runtime, own);
            notes.add(own);
        }
        BlockingQueue<Wake> wakes = new LinkedBlockingQueue<>();
        Signals.listen(signal -> {
            if (signal.stops()) {
                wakes.add(Wake.SIGNAL);
            }
        });
        List<MountedVolume> mounted = new ArrayList<>();
        try (VolumeMounts.Parts parts = mounts.new Parts(store, choice.mode(), choice.interval(), notes.size())) {
            try {
                for (MountNote own : notes) {
                    mounted.add(mount(parts, choice.kernel().withMountPoint(own.directory()), wakes));
                    own.write(runtime);
                    around.out().println("mounted " + store.volume + " on " + own.directory());
                    around.out().flush();
                }
                wakes.take();
                return choice.kernel().readOnly() ? Exit.OK : commitLast(mounted, wakes);
            } finally {
                mounted.forEach(MountedVolume::close);
            }
        } finally {
            for (MountNote own : notes) {
                MountNote.remove(runtime, own.directory());
            }
        }
    }

    private static MountedVolume mount(VolumeMounts.Parts parts, MountOptions kernel, BlockingQueue<Wake> wakes) {
        MountedVolume volume = parts.mount(kernel.withGuard(true));
        volume.ended().thenRun(() -> wakes.add(Wake.UNMOUNTED));
        return volume;
    }

    /**
     * What a killed process of ours has left mounted there is cleared away by whoever mounts next. One that umount(8)
     * has taken away is waited for: it still commits.
     */
    private void requireFree(Path runtime, MountNote own) throws IOException, InterruptedException {
        long giveUpNanos = around.ticker().monotonicNanos() + ENDING_NANOS_MAX;
        for (Optional<ProcessHandle> other = otherThan(own, runtime); other.isPresent();
                other = otherThan(own, runtime)) {
            if (isMountedThere(other.get(), own.directory())
                    || around.ticker().monotonicNanos() - giveUpNanos >= 0) {
                throw new Failure(Exit.USAGE, "a volume is mounted on " + own.directory() + " by process "
                        + other.get().pid() + ": 'cffs umount' it first, or name another directory");
            }
            around.pause().nanos(POLL_NANOS);
        }
        if (!MountTable.hasVolumeAt(own.directory())) {
            VolumeMounts.existing(own.directory());
        }
    }

    private static Optional<ProcessHandle> otherThan(MountNote own, Path runtime) {
        return MountNote.of(runtime, own.directory())
                .filter(other -> other.pid() != own.pid())
                .flatMap(MountNote::process);
    }

    /** As the other process sees it, which may be in a mount name space of its own. */
    private static boolean isMountedThere(ProcessHandle process, Path directory) {
        try {
            return MountTable.hasVolumeAt(directory, process);
        } catch (IOException e) {
            return false; // it has just ended
        }
    }

    /**
     * Also after umount(8), before which the kernel has handed over all that was written. A further signal means: do
     * not wait. Closing then aborts what is open.
     */
    private int commitLast(List<MountedVolume> volumes, BlockingQueue<Wake> wakes) throws InterruptedException {
        int[] status = {Exit.OK};
        Thread commit = Thread.ofPlatform().daemon().name("cffs-last-commit").start(() -> {
            for (MountedVolume volume : volumes) {
                try {
                    volume.commitIfChanged();
                } catch (FsException | RuntimeException e) {
                    new Sentences(around).say("what was written last could not be committed and is lost ("
                            + e.getMessage() + "): write it again on a new mount");
                    status[0] = Exit.CONFLICTS;
                }
            }
            wakes.add(Wake.COMMITTED);
        });
        for (;;) {
            switch (wakes.take()) {
                case UNMOUNTED -> { } // of another directory of ours
                case COMMITTED -> {
                    return status[0];
                }
                case SIGNAL -> {
                    return commit.isAlive() ? Exit.SIGNALLED + FunctionSignal.TERM.number() : status[0];
                }
            }
        }
    }
}
