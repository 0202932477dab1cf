package io.cffs.backend.store;

import io.cffs.backend.disk.DurableDirectory;
import io.cffs.backend.disk.DurableFile;
import io.cffs.backend.disk.FullDisk;
import io.cffs.model.Bytes;
import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * Bulk objects as files of one directory. A file is written under a temporary name, synced, renamed, and the directory
 * synced, so a name that is there is whole. Temporary files of a crash go when the store is opened.
 */
public final class FileBlockStore implements BlockStore {
    private static final String SUFFIX = ".obj";
    private static final String TEMPORARY = ".tmp";
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rwx------");

    private final DurableDirectory directory;
    private final Path door; // null for none
    private final AtomicLong temporaries = new AtomicLong();
    private final AtomicLong renames = new AtomicLong();
    private final ReentrantLock syncing = new ReentrantLock();
    private long renamesSynced; // @GuardedBy("syncing"): they are durable

    private FileBlockStore(DurableDirectory directory, Path door) {
        this.directory = directory;
        this.door = door;
    }

    /** A store without a door. */
    public static FileBlockStore open(DurableDirectory directory) {
        return open(directory, null);
    }

    /**
     * @param door made if it is absent, for this user alone, and emptied; null for none. On the disk of {@code
     *     directory}
     */
    public static FileBlockStore open(DurableDirectory directory, Path door) {
        try {
            if (door != null) {
                makeEmpty(door);
            }
            for (String name : directory.names()) {
                if (name.endsWith(TEMPORARY)) {
                    directory.delete(name);
                }
            }
            return new FileBlockStore(directory, door);
        } catch (IOException failed) {
            throw failed("cannot open the blocks in " + directory.describe(), failed);
        }
    }

    private static void makeEmpty(Path door) throws IOException {
        if (!Files.isDirectory(door, LinkOption.NOFOLLOW_LINKS)) {
            Files.createDirectory(door, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        }
        Files.setPosixFilePermissions(door, OWNER_ONLY);
        try (DirectoryStream<Path> left = Files.newDirectoryStream(door)) {
            for (Path file : left) {
                Files.deleteIfExists(file);
            }
        }
    }

    static void requireLegal(String name) {
        if (!name.matches("[a-z0-9-]{1,128}")) {
            throw new IllegalArgumentException("an object's name is 1 to 128 of a-z, 0-9 and '-': " + name);
        }
    }

    @Override
    public boolean putIfAbsent(String name, List<ByteBuffer> parts) {
        requireLegal(name);
        String temporary = temporaries.incrementAndGet() + TEMPORARY;
        try {
            if (directory.exists(name + SUFFIX)) {
                return false;
            }
            try {
                try (DurableFile file = directory.create(temporary)) {
                    long at = 0;
                    for (ByteBuffer part : parts) {
                        int length = part.remaining();
                        file.write(at, part);
                        at += length;
                    }
                    file.sync();
                }
                // Two puts of one name at once have the same content by contract, so the later rename changes nothing.
                directory.rename(temporary, name + SUFFIX);
                syncNames();
            } catch (IOException failed) {
                directory.delete(temporary);
                throw failed;
            }
            return true;
        } catch (FileAlreadyExistsException taken) {
            throw failed("the temporary name " + temporary + " is taken in " + directory.describe(), taken);
        } catch (IOException failed) {
            throw FullDisk.isWhy(failed)
                    ? new BackendException(BackendException.Cause.NO_SPACE,
                            "no space left for blocks in " + directory.describe(), failed)
                    : failed("cannot write a block in " + directory.describe(), failed);
        }
    }

    @Override
    public Path door() {
        return door;
    }

    @Override
    public boolean adopt(String file, String name, Inspection inspection) {
        requireLegal(name);
        if (door == null) {
            return BlockStore.super.adopt(file, name, inspection);
        }
        Path laid = door.resolve(file);
        try {
            if (directory.exists(name + SUFFIX)) {
                Files.deleteIfExists(laid);
                return true;
            }
            // Whoever may write to the door may do worse than wait with a fifo; a mistake is what this is for.
            if (!Files.isRegularFile(laid, LinkOption.NOFOLLOW_LINKS)) {
                throw new NoSuchFileException(file);
            }
            try (FileChannel channel = FileChannel.open(
                    laid, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS)) {
                if (!inspection.accepts(channel)) {
                    return false;
                }
                channel.force(false);
            }
            directory.adopt(laid, name + SUFFIX);
            syncNames();
            return true;
        } catch (NoSuchFileException none) {
            throw new BackendException(BackendException.Cause.REFUSED, "no file " + file + " lies in " + door, none);
        } catch (IOException failed) {
            throw FullDisk.isWhy(failed)
                    ? new BackendException(BackendException.Cause.NO_SPACE,
                            "no space left for blocks in " + door, failed)
                    : failed("cannot take a block over from " + door, failed);
        }
    }

    /** Those who wait for a sync of the directory share the next one. */
    private void syncNames() throws IOException {
        long mine = renames.incrementAndGet();
        syncing.lock();
        try {
            if (renamesSynced < mine) {
                long upTo = renames.get();
                directory.sync();
                renamesSynced = upTo;
            }
        } finally {
            syncing.unlock();
        }
    }

    @Override
    public Bytes get(String name, long offset, int length) {
        requireLegal(name);
        try (DurableFile file = directory.open(name + SUFFIX)) {
            int count = (int) Math.max(0, Math.min(length, file.length() - offset));
            ByteBuffer content = ByteBuffer.allocate(count);
            int read = file.read(offset, content);
            return read == count ? Bytes.owning(content.array()) : Bytes.copyOf(content.flip());
        } catch (NoSuchFileException none) {
            return null;
        } catch (IOException failed) {
            throw failed("cannot read the block " + name + " in " + directory.describe(), failed);
        }
    }

    @Override
    public long length(String name) {
        requireLegal(name);
        try (DurableFile file = directory.open(name + SUFFIX)) {
            return file.length();
        } catch (NoSuchFileException none) {
            return -1;
        } catch (IOException failed) {
            throw failed("cannot read the block " + name + " in " + directory.describe(), failed);
        }
    }

    @Override
    public void delete(String name) {
        requireLegal(name);
        try {
            directory.delete(name + SUFFIX);
        } catch (IOException failed) {
            throw failed("cannot delete the block " + name + " in " + directory.describe(), failed);
        }
    }

    @Override
    public void list(Consumer<String> reader) {
        try {
            for (String name : directory.names()) {
                if (name.endsWith(SUFFIX)) {
                    reader.accept(name.substring(0, name.length() - SUFFIX.length()));
                }
            }
        } catch (IOException failed) {
            throw failed("cannot list the blocks in " + directory.describe(), failed);
        }
    }

    @Override
    public void close() {
        // No descriptor stays open between calls.
    }

    private static BackendException failed(String sentence, IOException cause) {
        return new BackendException(BackendException.Cause.STORE_FAILED, sentence + ": " + cause.getMessage(), cause);
    }
}
