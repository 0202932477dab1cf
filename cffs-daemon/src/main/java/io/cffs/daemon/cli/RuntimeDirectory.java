package io.cffs.daemon.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Where processes of one user leave what others of the same user must find while the host runs: sockets whose store has
 * too long a path, notes about mounts, mount points. The launcher chooses by the same rule.
 */
final class RuntimeDirectory {
    private static final int NAME_BYTES = 8;

    private final Surroundings around;

    RuntimeDirectory(Surroundings around) {
        this.around = around;
    }

    /**
     * The directory, made if absent. It belongs to this user: another user could otherwise put a socket of his own in
     * the place of ours.
     */
    Path path() {
        for (Path candidate : candidates()) {
            try {
                Files.createDirectories(candidate,
                        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwxr-xr-x")));
                if (Files.getAttribute(candidate, "unix:uid").equals(ownUid()) && Files.isWritable(candidate)) {
                    return candidate;
                }
            } catch (IOException e) {
                continue; // the next one
            }
        }
        throw new Failure(Exit.UNAVAILABLE, "none of " + candidates() + " can be written: set XDG_RUNTIME_DIR or TMPDIR"
                + " to a directory of your own");
    }

    private List<Path> candidates() {
        List<Path> candidates = new ArrayList<>();
        String runtime = around.variable("XDG_RUNTIME_DIR");
        if (runtime != null) {
            candidates.add(Path.of(runtime, "cffs"));
        }
        candidates.add(Path.of("/run/cffs"));
        String temporary = around.variable("TMPDIR");
        candidates.add(Path.of(temporary == null ? "/tmp" : temporary, "cffs-" + ownUid()));
        return candidates;
    }

    private static Object ownUid() {
        try {
            return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
        } catch (IOException e) {
            throw new Failure(Exit.UNAVAILABLE, "/proc is not mounted: mount it", e);
        }
    }

    /** A short file name that stands for a path. */
    static String nameFor(Path path) {
        try {
            byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(name);
            return HexFormat.of().formatHex(digest, 0, NAME_BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
