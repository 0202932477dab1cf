package io.cffs.daemon.cli;

import io.cffs.fuse.mount.Unmount;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Ends a mount that {@code cffs mount} has made. */
@Command(
        name = "umount",
        description = {
            "End a mount. What has been written is committed first.",
            "With --force it is aborted instead, and the mount goes even if programs use it."
        },
        footer = {"", "Example:", "  cffs umount /mnt/data"})
final class UmountCommand implements Callable<Integer> {
    private static final long POLL_NANOS = 20_000_000L;
    private static final long FORCE_NANOS = 5_000_000_000L;

    private final Surroundings around;

    @Option(names = "--force", description = "Abort what is open and do not wait.")
    private boolean force;

    @Option(names = "--timeout", paramLabel = "TIME", converter = TimeSpan.class,
            description = "Give up waiting after this long (default: 60s).")
    private long timeoutNanos = 60_000_000_000L;

    @Parameters(paramLabel = "DIR", description = "Where it is mounted.")
    private Path directory;

    UmountCommand(Surroundings around) {
        this.around = around;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path at = directory.toAbsolutePath().normalize();
        Path runtime = new RuntimeDirectory(around).path();
        Optional<ProcessHandle> process = MountNote.of(runtime, at).flatMap(MountNote::process);
        boolean mounted = MountTable.hasVolumeAt(at);
        if (process.isEmpty() && !mounted) {
            throw new Failure(Exit.USAGE, "no volume is mounted on " + at + ": 'cffs status' lists the mounts");
        }
        if (process.isPresent()) {
            end(process.get(), at);
        }
        if (MountTable.hasVolumeAt(at)) {
            // Its process is gone and has left it behind, or was of another user.
            Unmount.lazily(at);
        }
        MountNote.remove(runtime, at);
        return Exit.OK;
    }

    private void end(ProcessHandle process, Path at) throws InterruptedException {
        process.destroy();
        if (force) {
            // The second one means: do not wait for anything.
            around.pause().nanos(10 * POLL_NANOS);
            process.destroy();
            if (!ended(process, FORCE_NANOS)) {
                process.children().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
                ended(process, FORCE_NANOS);
            }
        } else if (!ended(process, timeoutNanos)) {
            throw new Failure(Exit.UNAVAILABLE, "the mount on " + at + " has not ended within "
                    + TimeUnit.NANOSECONDS.toSeconds(timeoutNanos) + " s: wait longer with --timeout, or use --force");
        }
    }

    private boolean ended(ProcessHandle process, long withinNanos) throws InterruptedException {
        long giveUpNanos = around.ticker().monotonicNanos() + withinNanos;
        while (process.isAlive() && !MountNote.isZombie(process)) {
            if (around.ticker().monotonicNanos() - giveUpNanos >= 0) {
                return false;
            }
            around.pause().nanos(POLL_NANOS);
        }
        return true;
    }
}
