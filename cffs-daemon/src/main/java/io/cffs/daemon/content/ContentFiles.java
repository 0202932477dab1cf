package io.cffs.daemon.content;

import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory of file contents, shared by all processes of one tenant on one host. Safe for use by many threads and
 * processes: a content appears under its name by one rename, complete and checked, and is never written again.
 *
 * <p>Contents are not synced to the disk, so after a crash of the host they may be anything: those of another run of
 * the kernel are thrown away, never repaired. A content may be removed at any time; who has it open keeps it.
 */
public final class ContentFiles {
    private static final Logger LOG = LoggerFactory.getLogger(ContentFiles.class);
    private static final String PART = "part-";
    /** A part that nobody has written to for so long belongs to a process that is gone. */
    private static final long PART_MILLIS_MAX = TimeUnit.MINUTES.toMillis(10);
    /** No content is larger than this share of the bound: one file must not drive out all others. */
    private static final int SHARE_OF_ONE = 2;

    private final Path directory;
    private final long capacityBytes;
    private final Ticker ticker;
    private final String owner;
    private final AtomicLong parts = new AtomicLong();

    private ContentFiles(Path directory, long capacityBytes, Ticker ticker, String owner) {
        this.directory = directory;
        this.capacityBytes = capacityBytes;
        this.ticker = ticker;
        this.owner = owner;
    }

    /**
     * Opens, or makes, the directory. Contents of another run of the kernel are removed.
     *
     * @param capacityBytes bound on all contents together
     * @param bootId names the run of the kernel: {@code /proc/sys/kernel/random/boot_id}
     * @param owner names this process among all that use the directory
     * @throws IOException when there can be no such directory
     */
    public static ContentFiles open(Path root, long capacityBytes, String bootId, String owner, Ticker ticker)
            throws IOException {
        Path directory = root.resolve(bootId);
        if (!Files.isDirectory(directory)) {
            // Others of this user's tenant only: what is in here is what functions read.
            Files.createDirectories(directory, PosixFilePermissions.asFileAttribute(
                    PosixFilePermissions.fromString("rwx------")));
        }
        try (DirectoryStream<Path> runs = Files.newDirectoryStream(root)) {
            for (Path run : runs) {
                if (!run.equals(directory)) {
                    removeRun(run);
                }
            }
        }
        return new ContentFiles(directory, capacityBytes, ticker, owner);
    }

    private static void removeRun(Path run) throws IOException {
        try (Stream<Path> files = Files.walk(run)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (NoSuchFileException another) {
            LOG.debug("another process removes old contents as well", another);
        }
    }

    /** Whether a content of this size is kept at all. */
    public boolean takes(long sizeBytes) {
        return sizeBytes > 0 && sizeBytes <= capacityBytes / SHARE_OF_ONE;
    }

    /** The file that holds this content, or null. It counts as used now. */
    public Path find(ContentKey key) {
        Path file = directory.resolve(key.fileName());
        try {
            if (Files.size(file) != key.sizeBytes()) {
                Files.deleteIfExists(file);
                return null;
            }
            Files.setLastModifiedTime(file, FileTime.from(ticker.wallNanos(), TimeUnit.NANOSECONDS));
            return file;
        } catch (IOException absent) {
            return null;
        }
    }

    /** A content to be filled. Nothing is on the disk before its first bytes come. */
    public ContentBuild build(ContentKey key) {
        return new ContentBuild(this, key, directory.resolve(PART + owner + "-" + parts.incrementAndGet()));
    }

    /** A complete and checked part becomes a content. */
    void publish(ContentKey key, Path part) throws IOException {
        Files.setPosixFilePermissions(part, PosixFilePermissions.fromString("r--------"));
        Files.move(part, directory.resolve(key.fileName()), StandardCopyOption.ATOMIC_MOVE);
        keepWithinBound();
    }

    /** Whether the disk has room for it and as much again. */
    boolean hasRoom(long sizeBytes) {
        try {
            return Files.getFileStore(directory).getUsableSpace() / 2 > sizeBytes;
        } catch (IOException unknown) {
            return false;
        }
    }

    private record Kept(Path file, long usedMillis, long sizeBytes) {}

    /** Removes contents, the least recently used first, until the rest is within the bound. */
    private void keepWithinBound() throws IOException {
        List<Kept> kept = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                look(file, kept);
            }
        }
        kept.sort(Comparator.comparingLong(Kept::usedMillis));
        long total = kept.stream().mapToLong(Kept::sizeBytes).sum();
        for (Kept each : kept) {
            if (total <= capacityBytes) {
                return;
            }
            Files.deleteIfExists(each.file());
            total -= each.sizeBytes();
        }
    }

    private void look(Path file, List<Kept> kept) throws IOException {
        try {
            long usedMillis = Files.getLastModifiedTime(file).toMillis();
            boolean part = file.getFileName().toString().startsWith(PART);
            long nowMillis = TimeUnit.NANOSECONDS.toMillis(ticker.wallNanos());
            if (part && nowMillis - usedMillis > PART_MILLIS_MAX) {
                Files.deleteIfExists(file);
            } else if (!part) {
                kept.add(new Kept(file, usedMillis, Files.size(file)));
            }
        } catch (NoSuchFileException removed) {
            LOG.debug("another process removed a content meanwhile", removed);
        }
    }
}
