package io.cffs.backend.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Stream;

/** A directory of the local file system. */
public final class DiskDirectory implements DurableDirectory {
    private final Path path;

    private DiskDirectory(Path path) {
        this.path = path;
    }

    /** Opens the directory, creating it and its parents when they are missing. */
    public static DiskDirectory at(Path path) throws IOException {
        Files.createDirectories(path);
        return new DiskDirectory(path);
    }

    @Override
    public DurableFile create(String name) throws IOException {
        return new DiskFile(FileChannel.open(path.resolve(name), StandardOpenOption.CREATE_NEW,
                StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public DurableFile open(String name) throws IOException {
        return new DiskFile(FileChannel.open(path.resolve(name), StandardOpenOption.READ, StandardOpenOption.WRITE));
    }

    @Override
    public DurableWriter openDurable(String name) throws IOException {
        return DiskWriter.open(path.resolve(name));
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(path.resolve(name));
    }

    @Override
    public List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(path)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    @Override
    public void rename(String from, String to) throws IOException {
        Files.move(path.resolve(from), path.resolve(to), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void adopt(Path file, String name) throws IOException {
        Files.move(file, path.resolve(name), StandardCopyOption.ATOMIC_MOVE);
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(path.resolve(name));
    }

    @Override
    public void sync() throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    @Override
    public long usableBytes() throws IOException {
        return Files.getFileStore(path).getUsableSpace();
    }

    @Override
    public String describe() {
        return path.toString();
    }

    private record DiskFile(FileChannel channel) implements DurableFile {
        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            DiskWriter.writeAll(channel, offset, source);
        }

        @Override
        public int read(long offset, ByteBuffer target) throws IOException {
            int total = 0;
            while (target.hasRemaining()) {
                int count = channel.read(target, offset + total);
                if (count < 0) {
                    break;
                }
                total += count;
            }
            return total;
        }

        // fdatasync: it writes the length too when the length has changed.
        @Override
        public void sync() throws IOException {
            channel.force(false);
        }

        @Override
        public long length() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long lengthBytes) throws IOException {
            channel.truncate(lengthBytes);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
