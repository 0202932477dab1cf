package io.cffs.daemon.cache;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.zip.CRC32C;

/**
 * Where things are in a slab file of a given capacity. All numbers are in the byte order of the host, whose file it is.
 *
 * <pre>
 *   0         header, one page: magic, layout number, capacity, number of the gate (see SlabGate), CRC32C of these
 *   4096      heads, 64 bytes for each slot of each band
 *   (page)    data of the band of 4 KiB slots, then of 32 KiB slots, then of 128 KiB slots
 * </pre>
 *
 * A head: 0 state word, 8 volume high, 16 volume low, 24 ino, 32 block index, 40 version, 48 length, 52 checksum,
 * 56 used lately, 60 lent.
 */
final class SlabLayout {
    static final int HEAD_BYTES = 64;
    static final int HEADER_BYTES = 4096;
    static final int WAYS = 8;
    /** Below this a band would have no set. */
    static final long CAPACITY_BYTES_MIN = 4L * 1024 * 1024;
    /** Keeps slot numbers in an int with room. */
    static final long CAPACITY_BYTES_MAX = 1L << 42;

    private static final long MAGIC = 0x43464653_534C4142L;
    private static final int LAYOUT = 3;
    private static final int HEADER_USED_BYTES = 32;

    private final long capacityBytes;
    private final List<Band> bands;
    private final int slotCount;
    private final long fileBytes;

    SlabLayout(long capacityBytes) {
        if (capacityBytes < CAPACITY_BYTES_MIN || capacityBytes > CAPACITY_BYTES_MAX) {
            throw new IllegalArgumentException("a slab has 4 MiB to 4 TiB: " + capacityBytes);
        }
        this.capacityBytes = capacityBytes;
        int[] slotBytes = {4 * 1024, 32 * 1024, 128 * 1024};
        long[] eighths = {1, 2, 5};
        Band[] built = new Band[slotBytes.length];
        int firstSlot = 0;
        int[] setCounts = new int[slotBytes.length];
        for (int i = 0; i < built.length; i++) {
            setCounts[i] = (int) (capacityBytes / 8 * eighths[i] / slotBytes[i] / WAYS);
            firstSlot += setCounts[i] * WAYS;
        }
        this.slotCount = firstSlot;
        long data = Math.ceilDiv(HEADER_BYTES + (long) slotCount * HEAD_BYTES, 4096L) * 4096L;
        firstSlot = 0;
        for (int i = 0; i < built.length; i++) {
            built[i] = new Band(slotBytes[i], setCounts[i], firstSlot, data);
            firstSlot += setCounts[i] * WAYS;
            data += (long) setCounts[i] * WAYS * slotBytes[i];
        }
        this.bands = List.of(built);
        this.fileBytes = data;
    }

    long capacityBytes() {
        return capacityBytes;
    }

    int slotCount() {
        return slotCount;
    }

    long fileBytes() {
        return fileBytes;
    }

    /** Header and heads. */
    long metadataBytes() {
        return HEADER_BYTES + (long) slotCount * HEAD_BYTES;
    }

    /** By growing slots. */
    List<Band> bands() {
        return bands;
    }

    /** The one with the smallest slots that hold so many bytes. */
    Band bandFor(int lengthBytes) {
        for (Band band : bands) {
            if (lengthBytes <= band.slotBytes()) {
                return band;
            }
        }
        throw new IllegalArgumentException("longer than a block: " + lengthBytes);
    }

    ByteBuffer header(long gate) {
        ByteBuffer header = ByteBuffer.allocate(HEADER_USED_BYTES);
        header.putLong(MAGIC).putInt(LAYOUT).putLong(capacityBytes).putLong(gate);
        CRC32C crc = new CRC32C();
        crc.update(header.array(), 0, header.position());
        return header.putInt((int) crc.getValue()).flip();
    }

    /** Of a header that {@link #parse} takes. */
    static long gateIn(ByteBuffer header) {
        return header.getLong(header.position() + 20);
    }

    /** The layout that a file's first bytes describe; null when they describe none that this code writes. */
    static SlabLayout parse(ByteBuffer header) {
        if (header.remaining() < HEADER_USED_BYTES || header.getLong(header.position()) != MAGIC) {
            return null;
        }
        long capacityBytes = header.getLong(header.position() + 12);
        if (capacityBytes < CAPACITY_BYTES_MIN || capacityBytes > CAPACITY_BYTES_MAX) {
            return null;
        }
        SlabLayout layout = new SlabLayout(capacityBytes);
        return layout.header(gateIn(header)).equals(header.slice(header.position(), HEADER_USED_BYTES)) ? layout : null;
    }

    /** Slots of one size, in sets of {@link #WAYS}. */
    record Band(int slotBytes, int setCount, int firstSlot, long firstDataOffset) {
        /** The first slot, within the band, of the set that a hash belongs to. */
        int slotOfSet(long hash) {
            return (int) ((hash >>> 32) * setCount >>> 32) * WAYS;
        }

        long headOffset(int slot) {
            return HEADER_BYTES + (long) (firstSlot + slot) * HEAD_BYTES;
        }

        long dataOffset(int slot) {
            return firstDataOffset + (long) slot * slotBytes;
        }
    }
}
