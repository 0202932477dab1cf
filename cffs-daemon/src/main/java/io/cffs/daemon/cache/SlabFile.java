package io.cffs.daemon.cache;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A slab file: its heads are mapped, its data is written by system calls, which report a full disk instead of faulting,
 * and read by them or through {@link SlabMapping}. A file that is not sound (another layout, too
 * short, not ours alone, not a file) is thrown away and made anew; those who still have it mapped keep using it until
 * they end. A new file gets its name only when it is whole, and only if no other process was faster.
 */
final class SlabFile implements SlabBytes, AutoCloseable {
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Logger LOG = LoggerFactory.getLogger(SlabFile.class);
    /** Each try either opens the file, makes it, or finds that another process has just replaced it. */
    private static final int TRIES_MAX = 8;

    private final Path path;
    private final Object fileKey;
    private final SlabLayout layout;
    private final Arena arena;
    private final MemorySegment segment;
    private final SlabGate gate;
    private final SlabMapping mapping;
    private volatile FileChannel channel; // written under "this"

    private SlabFile(
            Path path, Object fileKey, SlabLayout layout, Arena arena, MemorySegment segment, SlabGate gate,
            FileChannel channel) {
        this.path = path;
        this.fileKey = fileKey;
        this.layout = layout;
        this.arena = arena;
        this.segment = segment;
        this.gate = gate;
        this.mapping = new SlabMapping(layout);
        this.channel = channel;
    }

    /**
     * Opens the file, or makes it, with mode 0600. A sound file that is smaller than asked for is used as it is.
     *
     * @param capacityBytesMax 4 MiB and up
     * @throws IOException when there can be no such file, or it is another user's, who may have put anything into it
     */
    static SlabFile open(Path path, long capacityBytesMax) throws IOException {
        for (int tries = 1; ; tries++) {
            if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
                create(path, new SlabLayout(capacityBytesMax));
            }
            try {
                SlabFile opened = isPrivate(path) ? openIfSound(path, capacityBytesMax) : null;
                if (opened != null) {
                    return opened;
                }
                discard(path);
            } catch (NoSuchFileException replaced) {
                if (tries == TRIES_MAX) {
                    throw replaced;
                }
            }
            if (tries == TRIES_MAX) {
                throw new IOException("the cache file does not stay sound: " + path);
            }
        }
    }

    private static boolean isPrivate(Path path) throws IOException {
        PosixFileAttributes attributes =
                Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        Object owner = Files.getAttribute(path, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        if (!owner.equals(Files.getAttribute(Path.of("/proc/self"), "unix:uid"))) {
            throw new IOException("the cache file " + path + " belongs to another user");
        }
        return attributes.isRegularFile() && OWNER_ONLY.equals(attributes.permissions());
    }

    /** Null when the file is not sound. */
    private static SlabFile openIfSound(Path path, long capacityBytesMax) throws IOException {
        FileChannel channel = openChannel(path);
        Arena arena = Arena.ofShared();
        SlabGate gate = null;
        boolean sound = false;
        try {
            ByteBuffer header = ByteBuffer.allocate(SlabLayout.HEADER_BYTES);
            channel.read(header, 0);
            SlabLayout layout = SlabLayout.parse(header.flip());
            if (layout == null
                    || layout.capacityBytes() > capacityBytesMax
                    || channel.size() != layout.fileBytes()) {
                return null;
            }
            gate = openGate(gatePath(path, SlabLayout.gateIn(header)));
            if (gate == null) {
                return null;
            }
            MemorySegment segment = channel.map(MapMode.READ_WRITE, 0, layout.metadataBytes(), arena);
            SlabFile opened = new SlabFile(path, fileKeyOf(path), layout, arena, segment, gate, channel);
            sound = true;
            return opened;
        } finally {
            if (!sound) {
                if (gate != null) {
                    gate.close();
                }
                arena.close();
                channel.close();
            }
        }
    }

    private static SlabGate openGate(Path gate) throws IOException {
        try {
            return SlabGate.open(gate);
        } catch (NoSuchFileException none) {
            return null;
        }
    }

    private static void create(Path path, SlabLayout layout) throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Path unnamed = Files.createTempFile(directory, path.getFileName().toString(), ".new");
        long gate = makeGate(path);
        boolean used = false;
        try {
            try (FileChannel channel = openChannel(unnamed)) {
                // Heads get disk space now, because they are written through the mapping, where a full disk is a
                // SIGBUS.
                ByteBuffer zeros = ByteBuffer.allocate((int) Math.min(layout.metadataBytes(), 1 << 20));
                for (long at = 0; at < layout.metadataBytes(); at += zeros.capacity()) {
                    zeros.clear().limit((int) Math.min(zeros.capacity(), layout.metadataBytes() - at));
                    writeFully(channel, zeros, at);
                }
                writeFully(channel, layout.header(gate), 0);
                writeFully(channel, ByteBuffer.allocate(1), layout.fileBytes() - 1);
            }
            used = name(unnamed, path);
        } finally {
            Files.deleteIfExists(unnamed);
            if (!used) {
                Files.deleteIfExists(gatePath(path, gate));
            }
        }
    }

    /** Its number is one that no other gate there has. */
    private static long makeGate(Path path) throws IOException {
        String prefix = path.getFileName() + ".";
        Path made = Files.createTempFile(path.toAbsolutePath().getParent(), prefix, ".gate");
        String name = made.getFileName().toString();
        return Long.parseUnsignedLong(name.substring(prefix.length(), name.length() - ".gate".length()));
    }

    private static Path gatePath(Path path, long gate) {
        return path.resolveSibling(path.getFileName() + "." + Long.toUnsignedString(gate) + ".gate");
    }

    private static boolean name(Path unnamed, Path path) throws IOException {
        try {
            Files.createLink(path, unnamed);
        } catch (FileAlreadyExistsException e) {
            // Another process was faster; its file is as good.
            return false;
        } catch (UnsupportedOperationException | IOException e) {
            Files.move(unnamed, path, StandardCopyOption.ATOMIC_MOVE);
        }
        return true;
    }

    /** The gate of a file that is thrown away goes with it: those who still use both have them open. */
    private static void discard(Path path) throws IOException {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            ByteBuffer header = ByteBuffer.allocate(SlabLayout.HEADER_BYTES);
            channel.read(header, 0);
            if (SlabLayout.parse(header.flip()) != null) {
                Files.deleteIfExists(gatePath(path, SlabLayout.gateIn(header)));
            }
        } catch (IOException unreadable) {
            // A gate that nobody uses is an empty file.
            LOG.debug("the gate of a cache file was not found", unreadable);
        }
        Files.deleteIfExists(path);
    }

    SlabLayout layout() {
        return layout;
    }

    MemorySegment segment() {
        return segment;
    }

    SlabGate gate() {
        return gate;
    }

    SlabMapping mapping() {
        return mapping;
    }

    /** As {@link SlabMapping#whole}; null also when that cannot be. */
    MemorySegment whole() {
        try {
            return mapping.whole(openedChannel());
        } catch (IOException cannot) {
            return null;
        }
    }

    @Override
    public boolean write(ByteBuffer source, long offset) {
        try {
            writeFully(openedChannel(), source, offset);
            return true;
        } catch (IOException e) {
            // Full, or closed by an interrupt of this thread: the cache goes without this entry.
            return false;
        }
    }

    @Override
    public boolean read(ByteBuffer target, long offset) {
        int length = target.remaining();
        if (mapping.copy(target, offset)) {
            return true;
        }
        boolean read = readBySystemCall(target, offset);
        if (read && SlabMapping.isCopied(length) && (mapping.isMapped() || whole() != null)) {
            mapping.note(offset, length);
        }
        return read;
    }

    private boolean readBySystemCall(ByteBuffer target, long offset) {
        try {
            FileChannel opened = openedChannel();
            long at = offset;
            while (target.hasRemaining()) {
                int count = opened.read(target, at);
                if (count <= 0) {
                    return false;
                }
                at += count;
            }
            return true;
        } catch (IOException e) {
            // Closed by an interrupt of this thread, or the medium failed: the entry is as good as absent.
            return false;
        }
    }

    private FileChannel openedChannel() throws IOException {
        FileChannel opened = channel;
        return opened.isOpen() ? opened : reopenedChannel();
    }

    private synchronized FileChannel reopenedChannel() throws IOException {
        if (!arena.scope().isAlive()) {
            throw new ClosedChannelException();
        }
        if (!channel.isOpen()) {
            FileChannel reopened = openChannel(path);
            if (!fileKey.equals(fileKeyOf(path))) {
                reopened.close();
                throw new IOException("another file has taken the place of the opened one");
            }
            channel = reopened;
        }
        return channel;
    }

    private static FileChannel openChannel(Path path) throws IOException {
        return FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    }

    private static Object fileKeyOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS).fileKey();
    }

    private static void writeFully(FileChannel channel, ByteBuffer source, long offset) throws IOException {
        long at = offset;
        while (source.hasRemaining()) {
            at += channel.write(source, at);
        }
    }

    @Override
    public synchronized void close() {
        if (arena.scope().isAlive()) {
            arena.close();
            gate.close();
        }
        try {
            channel.close();
        } catch (IOException e) {
            // Nothing is buffered in it.
            return;
        }
    }
}
