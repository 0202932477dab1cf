package io.cffs.bench.jmh;

import io.cffs.daemon.cache.BlockCache;
import io.cffs.daemon.cache.VolumeIdentity;
import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.ObjectKey.BlockKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * The baseline: each block at a place that follows from its index, read and written by system calls, with a checksum.
 * It keeps no keys and evicts by overwriting, which makes it faster than anything that could be used.
 */
final class PreadBlocks implements BlockCache {
    private final FileChannel channel;
    private final int slotCount;
    private final int[] lengths;
    private final int[] checksums;

    PreadBlocks(Path path, long capacityBytes) throws IOException {
        channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
        slotCount = (int) (capacityBytes / Blocks.BLOCK_BYTES);
        lengths = new int[slotCount];
        checksums = new int[slotCount];
    }

    @Override
    public Bytes get(VolumeIdentity volume, BlockKey key, CommitTs version) {
        int slot = slotOf(key);
        byte[] bytes = new byte[lengths[slot]];
        try {
            channel.read(ByteBuffer.wrap(bytes), (long) slot * Blocks.BLOCK_BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return checksum(bytes) == checksums[slot] ? Bytes.owning(bytes) : null;
    }

    @Override
    public boolean contains(VolumeIdentity volume, BlockKey key, CommitTs version) {
        return lengths[slotOf(key)] > 0;
    }

    @Override
    public CommitTs newestVersion(VolumeIdentity volume, BlockKey key, CommitTs atMost) {
        return null;
    }

    @Override
    public void put(VolumeIdentity volume, BlockKey key, CommitTs version, Bytes raw) {
        int slot = slotOf(key);
        byte[] bytes = raw.toArray();
        lengths[slot] = bytes.length;
        checksums[slot] = checksum(bytes);
        try {
            channel.write(ByteBuffer.wrap(bytes), (long) slot * Blocks.BLOCK_BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public Figures figures() {
        return new Figures(0, 0, 0, 0, 0, (long) slotCount * Blocks.BLOCK_BYTES);
    }

    @Override
    public void close() {
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private int slotOf(BlockKey key) {
        return (int) (key.index() % slotCount);
    }

    private static int checksum(byte[] bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, bytes.length);
        return (int) crc.getValue();
    }
}
