package io.cffs.daemon.cache;

import io.cffs.model.CommitTs;
import io.cffs.model.ObjectKey.BlockKey;
import java.util.zip.CRC32C;

/** Where a block belongs, and the checksum that binds bytes to it. */
final class BlockHash {
    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private BlockHash() {}

    /** The same for all versions of a block, so that they are found in one place. */
    static long ofBlock(VolumeIdentity volume, BlockKey key) {
        long hash = mix(volume.high() + GOLDEN);
        hash = mix(hash ^ volume.low());
        hash = mix(hash ^ key.ino().value());
        return mix(hash ^ key.index());
    }

    static long of(VolumeIdentity volume, BlockKey key, CommitTs version) {
        return ofVersion(ofBlock(volume, key), version);
    }

    static long ofVersion(long blockHash, CommitTs version) {
        return mix(blockHash ^ version.value());
    }

    /** CRC32C of the first {@code length} bytes, mixed with their length and with whose they are. */
    static int checksum(byte[] bytes, int length, long hash) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue() ^ (int) (hash * GOLDEN >>> 32) ^ length;
    }

    /** The finalizer of SplittableRandom (Stafford's mix 13): every input bit reaches every output bit. */
    private static long mix(long value) {
        long mixed = (value ^ value >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        return mixed ^ mixed >>> 31;
    }
}
