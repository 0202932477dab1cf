package io.cffs.daemon.fuse;

import io.cffs.fuse.FuseRequest;
import io.cffs.txn.Credentials;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

/**
 * On whose behalf requests come. The kernel tells user and group; the supplementary groups of users without privilege
 * are read from /proc, and kept for a second, because a process seldom changes them. Safe for use by many threads.
 */
final class Callers {
    private static final long KEPT_NANOS = 1_000_000_000L;
    /** Forgetting all of them now and then is simpler than choosing, and costs a read of /proc each. */
    private static final int KEPT_MAX = 4096;

    private static final int[] NO_GROUPS = {};

    private final boolean kernelChecksPermissions;
    private final Path proc;
    private final Ticker ticker;
    private final Credentials root;
    private final Map<Caller, Known> known = new ConcurrentHashMap<>();

    private record Caller(int pid, int uid, int gid) {}

    private record Known(Credentials credentials, long atNanos) {}

    /** @param proc /proc of the process name space that the mount was made in */
    Callers(boolean kernelChecksPermissions, Path proc, Ticker ticker) {
        this.kernelChecksPermissions = kernelChecksPermissions;
        this.proc = proc;
        this.ticker = ticker;
        this.root = new Credentials(0, 0, NO_GROUPS, kernelChecksPermissions);
    }

    Credentials of(FuseRequest in) {
        return of(in.pid(), in.uid(), in.gid());
    }

    Credentials of(int pid, int uid, int gid) {
        if (uid == 0) {
            return gid == 0 ? root : new Credentials(0, gid, NO_GROUPS, kernelChecksPermissions);
        }
        Caller caller = new Caller(pid, uid, gid);
        Known found = known.get(caller);
        long now = ticker.monotonicNanos();
        if (found != null && now - found.atNanos() < KEPT_NANOS) {
            return found.credentials();
        }
        Credentials credentials = new Credentials(uid, gid, groupsOf(pid), kernelChecksPermissions);
        if (known.size() >= KEPT_MAX) {
            known.clear();
        }
        known.put(caller, new Known(credentials, now));
        return credentials;
    }

    /** None when the process is gone or of another name space: then only its own group counts. */
    private int[] groupsOf(int pid) {
        if (pid == 0) {
            return NO_GROUPS;
        }
        try {
            return groupsIn(Files.readString(proc.resolve(pid + "/status"), StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            return NO_GROUPS;
        }
    }

    /** The numbers of the line "Groups:" of /proc/PID/status. */
    static int[] groupsIn(String status) {
        return status.lines()
                .filter(line -> line.startsWith("Groups:"))
                .flatMapToInt(line -> line.substring("Groups:".length()).trim().transform(Callers::numbersIn))
                .toArray();
    }

    private static IntStream numbersIn(String numbers) {
        return Arrays.stream(numbers.split("\\s+"))
                .filter(number -> !number.isEmpty())
                .mapToInt(Integer::parseUnsignedInt);
    }
}
