package io.cffs.backend.store;

import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;

/**
 * The directory of a store:
 *
 * <pre>
 *   FORMAT                  "cffs-store N": what layout this is
 *   LOCK                    held while a process has the store open
 *   backend.*               where processes find the backend that serves the store; not of the store itself
 *   volumes/NAME/IDENTITY   a random uuid: which volume this is, whatever it is called
 *   volumes/NAME/log/       the commit log
 *   volumes/NAME/state/     RocksDB
 *   volumes/NAME/blocks/    staged objects
 *   volumes/NAME/laid/      what is about to become one: processes of this host leave it there
 * </pre>
 *
 * Opening creates what is missing and refuses a newer format, a directory that holds something else, and a store that
 * another process has open, each with one sentence.
 */
public final class StoreDirectory implements AutoCloseable {
    /** The layout that this program writes and reads. */
    public static final int FORMAT = 4;
    private static final String FORMAT_FILE = "FORMAT";
    private static final String PREFIX = "cffs-store ";
    /** Whoever starts a backend leaves its socket, its lock and its log here before there is a store. */
    private static final String NEIGHBOURS = "backend.";

    private final Path path;
    private final FileChannel lockChannel;

    private StoreDirectory(Path path, FileChannel lockChannel) {
        this.path = path;
        this.lockChannel = lockChannel;
    }

    /**
     * Opens or creates a store and takes its lock.
     *
     * @throws BackendException {@code REFUSED}: another process has it open; {@code STORE_FAILED}: it is no store of
     *     ours
     *     or of a newer format, or cannot be read; {@code NO_SPACE}
     */
    public static StoreDirectory open(Path path) {
        try {
            Path created = createDirectories(path);
            FileChannel channel = lock(created);
            try {
                checkFormat(created);
                Files.createDirectories(created.resolve("volumes"));
                return new StoreDirectory(created, channel);
            } catch (IOException | RuntimeException failed) {
                channel.close();
                throw failed;
            }
        } catch (IOException failed) {
            throw failed("the store in " + path + " cannot be opened: " + failed.getMessage(), failed);
        }
    }

    private static Path createDirectories(Path path) throws IOException {
        // A link to a directory is one; createDirectories would refuse it.
        return Files.isDirectory(path) ? path : Files.createDirectories(path);
    }

    private static FileChannel lock(Path path) throws IOException {
        requireStoreOrEmpty(path);
        FileChannel channel = FileChannel.open(
                path.resolve("LOCK"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock lock;
        try {
            lock = channel.tryLock();
        } catch (OverlappingFileLockException inThisProcess) {
            lock = null;
        }
        if (lock == null) {
            channel.close();
            throw new BackendException(BackendException.Cause.REFUSED,
                    "the store in " + path + " is in use by another process", null);
        }
        return channel;
    }

    /**
     * Refuses a directory that holds something else, before anything is put there.
     *
     * @throws BackendException {@code STORE_FAILED}
     */
    public static void requireStoreOrEmpty(Path path) throws IOException {
        boolean foreign = Files.isDirectory(path) && !Files.exists(path.resolve("LOCK")) && !isStoreOrEmpty(path)
                // Another process may have made the store between the first look and the second.
                && !Files.exists(path.resolve("LOCK"));
        if (foreign) {
            throw failed("the directory " + path + " holds something else than a CFFS store; name an empty one", null);
        }
    }

    private static boolean isStoreOrEmpty(Path path) throws IOException {
        if (Files.exists(path.resolve(FORMAT_FILE))) {
            return true;
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.allMatch(entry -> entry.getFileName().toString().startsWith(NEIGHBOURS));
        }
    }

    private static void checkFormat(Path path) throws IOException {
        Path file = path.resolve(FORMAT_FILE);
        String text;
        try {
            text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
        } catch (NoSuchFileException fresh) {
            writeFormat(path, file);
            return;
        }
        if (!text.matches(PREFIX + "[1-9][0-9]{0,8}")) {
            throw failed("the store in " + path + " has a damaged FORMAT file; it should say \"" + PREFIX + FORMAT
                    + "\"",
                    null);
        }
        int format = Integer.parseInt(text.substring(PREFIX.length()));
        if (format < FORMAT) {
            throw failed("the store in " + path + " has format " + format + ", and this program knows only format "
                    + FORMAT + "; use the program that made it", null);
        }
        if (format > FORMAT) {
            throw failed("the store in " + path + " has format " + format + ", and this program knows formats up to "
                    + FORMAT + "; use a newer one", null);
        }
    }

    private static void writeFormat(Path path, Path file) throws IOException {
        if (Files.exists(path.resolve("volumes"))) {
            throw failed("the store in " + path + " has lost its FORMAT file; it should say \"" + PREFIX + FORMAT
                    + "\"",
                    null);
        }
        Path temporary = path.resolve(FORMAT_FILE + ".tmp");
        Files.writeString(temporary, PREFIX + FORMAT + "\n");
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        sync(path);
    }

    /** Makes the names in a directory durable. */
    public static void sync(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    public Path path() {
        return path;
    }

    public Path volume(io.cffs.model.VolumeName name) {
        return path.resolve("volumes").resolve(name.value());
    }

    /** Gives the lock back. */
    @Override
    public void close() {
        try {
            lockChannel.close();
        } catch (IOException failed) {
            throw failed("the lock of the store in " + path + " cannot be given back", failed);
        }
    }

    private static BackendException failed(String sentence, IOException cause) {
        return new BackendException(BackendException.Cause.STORE_FAILED, sentence, cause);
    }
}
