package io.cffs.daemon.cli;

import io.cffs.daemon.mount.CommitMode;
import io.cffs.fuse.mount.MountFlag;
import io.cffs.fuse.mount.MountOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** What {@code -o} takes: its help, and what each word means. Of two that contradict each other the later wins. */
final class MountChoices {
    @Option(names = "-o", paramLabel = "OPTION", split = ",", description = {
        "commit=close (default), fsync, interval, manual or runs: when changes are committed.",
        "interval=TIME for commit=interval (default: 1s).",
        "ro: refuse writes. allow_other: other users may use it.",
        "noatime: reading moves no access time. noexec: no program is started from it.",
        "suid: set-user-ID programs work. dev: device nodes do. Both for root alone, and for volumes",
        "  that only root changes.",
        "transport=devfuse (default) or libfuse.",
        "io_uring: take requests through io_uring, if the kernel has that switched on."})
    private List<String> words = new ArrayList<>();

    @Option(names = "--read-only", description = "As -o ro.")
    private boolean readOnly;

    /** @param kernel for the directory that {@link #read} was told */
    record Choice(CommitMode mode, Duration interval, MountOptions kernel) {}

    /** @throws Failure for a word that is none of ours */
    Choice read(Path directory) {
        CommitMode mode = CommitMode.CLOSE;
        Duration interval = Duration.ofSeconds(1);
        MountOptions kernel = MountOptions.at(directory);
        for (String word : words) {
            switch (word) {
                case "commit=close" -> mode = CommitMode.CLOSE;
                case "commit=fsync" -> mode = CommitMode.FSYNC;
                case "commit=interval" -> mode = CommitMode.INTERVAL;
                case "commit=manual" -> mode = CommitMode.MANUAL;
                case "commit=runs" -> mode = CommitMode.RUNS;
                case String text when text.startsWith("interval=") ->
                        interval = interval(text.substring("interval=".length()));
                case "ro" -> kernel = kernel.withReadOnly(true);
                case "rw" -> kernel = kernel.withReadOnly(false);
                case "allow_other" -> kernel = kernel.withAllowOther(true).withDefaultPermissions(true);
                case "noatime" -> kernel = kernel.withMountFlag(MountFlag.NOATIME, true);
                case "relatime" -> kernel = kernel.withMountFlag(MountFlag.NOATIME, false);
                case "noexec" -> kernel = kernel.withMountFlag(MountFlag.NOEXEC, true);
                case "exec" -> kernel = kernel.withMountFlag(MountFlag.NOEXEC, false);
                case "nosuid" -> kernel = kernel.withMountFlag(MountFlag.NOSUID, true);
                case "suid" -> kernel = kernel.withMountFlag(MountFlag.NOSUID, false);
                case "nodev" -> kernel = kernel.withMountFlag(MountFlag.NODEV, true);
                case "dev" -> kernel = kernel.withMountFlag(MountFlag.NODEV, false);
                case "transport=devfuse" -> kernel = kernel.withTransport(MountOptions.Transport.DEVFUSE);
                case "transport=libfuse" -> kernel = kernel.withTransport(MountOptions.Transport.LIBFUSE);
                case "io_uring" -> kernel = kernel.withIoUring(true);
                case "defaults", "nodiratime" -> { } // so it is anyway
                default -> throw new Failure(Exit.USAGE,
                        "no such option: -o " + word + "; see 'cffs mount --help'");
            }
        }
        return new Choice(mode, interval, readOnly ? kernel.withReadOnly(true) : kernel);
    }

    private static Duration interval(String text) {
        try {
            return Duration.ofNanos(new TimeSpan().convert(text));
        } catch (TypeConversionException e) {
            throw new Failure(Exit.USAGE, "-o interval: " + e.getMessage());
        }
    }
}
