package io.cffs.daemon.host;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The numbers that processes may have which were started after a certain one. Looking through all processes takes
 * milliseconds on a busy host. The kernel numbers processes upwards and tells the newest number, so usually only the
 * few numbers since that one have to be looked at.
 */
public final class ProcessNumbers {
    /** More numbers than this are dearer to try one by one than to list. */
    private static final long TRIED_ONE_BY_ONE_MAX = 256;

    private final Path proc;

    /** @param proc usually {@code /proc} */
    public ProcessNumbers(Path proc) {
        this.proc = proc;
    }

    /** Among them numbers of threads, of processes that are gone and, if they had to be listed, of older ones. */
    public List<Long> since(long first) {
        long newest = newest();
        List<Long> pids = new ArrayList<>();
        if (newest >= first && newest - first <= TRIED_ONE_BY_ONE_MAX) {
            for (long pid = first + 1; pid <= newest; pid++) {
                pids.add(pid);
            }
            return pids;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(proc, "[0-9]*")) {
            entries.forEach(entry -> pids.add(Long.parseLong(entry.getFileName().toString())));
        } catch (IOException e) {
            return List.of(); // no /proc: nothing can be known
        }
        return pids;
    }

    /** The number that the kernel gave last; 0 when it does not say. */
    private long newest() {
        try {
            String[] fields = Files.readString(proc.resolve("loadavg")).trim().split(" ");
            return Long.parseLong(fields[fields.length - 1]);
        } catch (IOException | NumberFormatException e) {
            return 0;
        }
    }
}
