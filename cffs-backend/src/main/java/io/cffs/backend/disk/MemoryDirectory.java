package io.cffs.backend.disk;

import io.cffs.txn.port.Entropy;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * A directory in memory that keeps apart what is durable and what is only written, so that it can lose power: every
 * unsynced write is then kept, lost or torn sector by sector, and every unsynced name change kept or lost in order.
 * It can also run full and fail its syncs. All methods are safe for use by many threads.
 */
public final class MemoryDirectory implements DurableDirectory {
    /** Disks write sectors of this many bytes whole or not at all. */
    static final int SECTOR_BYTES = 512;

    // All guarded by "this". A file object is shared by its open handles and by the names in both maps.
    private final TreeMap<String, MemoryFile> names = new TreeMap<>();
    private TreeMap<String, MemoryFile> durableNames = new TreeMap<>();
    private long capacityBytes = Long.MAX_VALUE;
    private int failingSyncs;
    private boolean powerless;

    /** From now on, bytes over this sum of lengths fail with "no space left on device". */
    public synchronized void setCapacity(long bytes) {
        capacityBytes = bytes;
    }

    /** The next {@code count} syncs of files fail; what they should have made durable may be lost. */
    public synchronized void failSyncs(int count) {
        failingSyncs = count;
    }

    /**
     * The state after a power cut, as a new directory. This one and all its handles fail from now on.
     *
     * @param entropy decides what of the unsynced changes has reached the disk
     */
    public synchronized MemoryDirectory afterPowerCut(Entropy entropy) {
        powerless = true;
        MemoryDirectory survivor = new MemoryDirectory();
        // Names are journalled in order by real file systems; all or nothing of the unsynced changes is the widest gap.
        TreeMap<String, MemoryFile> kept = entropy.nextBelow(2) == 0 ? durableNames : names;
        kept.forEach((name, file) -> {
            MemoryFile copy = survivor.new MemoryFile(file.afterPowerCut(entropy));
            survivor.names.put(name, copy);
            survivor.durableNames.put(name, copy);
        });
        return survivor;
    }

    /** Flips bits of one stored byte, durable and cached: a rotten disk. */
    public synchronized void rot(String name, long offset) {
        MemoryFile file = names.get(name);
        file.content[(int) offset] ^= 0x55;
        if (offset < file.durable.length) {
            file.durable[(int) offset] ^= 0x55;
        }
    }

    @Override
    public synchronized DurableFile create(String name) throws IOException {
        requirePower();
        if (names.containsKey(name)) {
            throw new FileAlreadyExistsException(name);
        }
        MemoryFile file = new MemoryFile(new byte[0]);
        names.put(name, file);
        return file;
    }

    @Override
    public synchronized DurableFile open(String name) throws IOException {
        requirePower();
        MemoryFile file = names.get(name);
        if (file == null) {
            throw new NoSuchFileException(name);
        }
        return file;
    }

    @Override
    public DurableWriter openDurable(String name) throws IOException {
        DurableFile file = open(name);
        return (offset, blocks) -> {
            if (offset % DurableWriter.BLOCK_BYTES != 0 || blocks.remaining() % DurableWriter.BLOCK_BYTES != 0) {
                throw new IOException("Invalid argument");
            }
            file.write(offset, blocks);
            file.sync();
        };
    }

    @Override
    public synchronized boolean exists(String name) {
        return names.containsKey(name);
    }

    @Override
    public synchronized List<String> names() {
        return new ArrayList<>(names.keySet());
    }

    @Override
    public synchronized void rename(String from, String to) throws IOException {
        requirePower();
        MemoryFile file = names.remove(from);
        if (file == null) {
            throw new NoSuchFileException(from);
        }
        names.put(to, file);
    }

    @Override
    public synchronized void adopt(Path file, String name) throws IOException {
        requirePower();
        // Made durable before, as the contract says; only its name here is not.
        names.put(name, new MemoryFile(Files.readAllBytes(file)));
        Files.delete(file);
    }

    @Override
    public synchronized void delete(String name) throws IOException {
        requirePower();
        names.remove(name);
    }

    @Override
    public synchronized void sync() throws IOException {
        requirePower();
        durableNames = new TreeMap<>(names);
    }

    @Override
    public synchronized long usableBytes() {
        return Math.max(0, capacityBytes - usedBytes());
    }

    @Override
    public String describe() {
        return "memory";
    }

    private long usedBytes() {
        return names.values().stream().mapToLong(file -> file.length).sum();
    }

    private void requirePower() throws IOException {
        if (powerless) {
            throw new IOException("the power is off");
        }
    }

    /** Guarded by the directory's monitor. */
    private final class MemoryFile implements DurableFile {
        private byte[] content;
        private int length;
        private byte[] durable;

        private MemoryFile(byte[] initial) {
            content = initial.clone();
            length = initial.length;
            durable = initial.clone();
        }

        @Override
        public void write(long offset, ByteBuffer source) throws IOException {
            synchronized (MemoryDirectory.this) {
                requirePower();
                int end = Math.toIntExact(offset + source.remaining());
                if (end > length && usedBytes() + end - length > capacityBytes) {
                    throw new IOException("No space left on device");
                }
                if (end > content.length) {
                    content = Arrays.copyOf(content, Math.max(end, content.length * 2));
                }
                source.get(content, (int) offset, source.remaining());
                length = Math.max(length, end);
            }
        }

        @Override
        public int read(long offset, ByteBuffer target) throws IOException {
            synchronized (MemoryDirectory.this) {
                requirePower();
                int count = (int) Math.max(0, Math.min(target.remaining(), length - offset));
                if (count > 0) {
                    target.put(content, (int) offset, count);
                }
                return count;
            }
        }

        @Override
        public void sync() throws IOException {
            synchronized (MemoryDirectory.this) {
                requirePower();
                if (failingSyncs > 0) {
                    failingSyncs--;
                    throw new IOException("Input/output error");
                }
                durable = Arrays.copyOf(content, length);
            }
        }

        @Override
        public long length() throws IOException {
            synchronized (MemoryDirectory.this) {
                requirePower();
                return length;
            }
        }

        @Override
        public void truncate(long lengthBytes) throws IOException {
            synchronized (MemoryDirectory.this) {
                requirePower();
                if (lengthBytes < length) {
                    Arrays.fill(content, (int) lengthBytes, length, (byte) 0);
                    length = (int) lengthBytes;
                }
            }
        }

        @Override
        public void close() {
            // Handles hold nothing: the directory owns the bytes.
        }

        private byte[] afterPowerCut(Entropy entropy) {
            int low = Math.min(durable.length, length);
            int high = Math.max(durable.length, length);
            int survivingLength = switch ((int) entropy.nextBelow(3)) {
                case 0 -> durable.length;
                case 1 -> length;
                default -> low + (int) entropy.nextBelow(high - low + 1L);
            };
            byte[] image = Arrays.copyOf(durable, survivingLength);
            byte[] written = Arrays.copyOf(content, length);
            for (int sector = 0; sector < survivingLength; sector += SECTOR_BYTES) {
                int end = Math.min(Math.min(sector + SECTOR_BYTES, survivingLength), written.length);
                if (end > sector && entropy.nextBelow(2) == 0) {
                    System.arraycopy(written, sector, image, sector, end - sector);
                }
            }
            return image;
        }
    }
}
