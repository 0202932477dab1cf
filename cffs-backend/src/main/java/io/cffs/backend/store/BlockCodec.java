package io.cffs.backend.store;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import java.util.Arrays;
import java.util.zip.CRC32C;
import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** Blocks at rest: LZ4 when it saves at least an eighth, CRC32C over the raw bytes. Safe for use by many threads. */
final class BlockCodec {
    static final byte RAW = 0;
    static final byte LZ4 = 1;
    /** Below this a block is not worth the call. */
    private static final int COMPRESS_BYTES_MIN = 256;

    private static final LZ4Compressor COMPRESSOR = LZ4Factory.fastestInstance().fastCompressor();
    private static final LZ4SafeDecompressor DECOMPRESSOR = LZ4Factory.fastestInstance().safeDecompressor();

    private BlockCodec() {}

    /** @param checksum CRC32C of the raw bytes */
    record Encoded(int rawBytes, int checksum, byte encoding, byte[] stored) {}

    static Encoded encode(Bytes raw) {
        return encode(raw.toArray(), 0, raw.length());
    }

    static Encoded encode(byte[] raw, int offset, int length) {
        CRC32C crc = new CRC32C();
        crc.update(raw, offset, length);
        int checksum = (int) crc.getValue();
        if (length >= COMPRESS_BYTES_MIN) {
            byte[] packed = new byte[length - length / 8];
            try {
                int packedBytes = COMPRESSOR.compress(raw, offset, length, packed, 0, packed.length);
                return new Encoded(length, checksum, LZ4, Arrays.copyOf(packed, packedBytes));
            } catch (LZ4Exception incompressible) {
                // It did not fit into seven eighths.
            }
        }
        return new Encoded(length, checksum, RAW, Arrays.copyOfRange(raw, offset, offset + length));
    }

    /** Null when the stored bytes do not give what was once encoded. */
    static byte[] decode(byte[] stored, byte encoding, int rawBytes, int checksum) {
        if (rawBytes < 1 || rawBytes > Blocks.BLOCK_BYTES) {
            return null;
        }
        byte[] raw = encoding == RAW ? stored : encoding == LZ4 ? unpack(stored, rawBytes) : null;
        if (raw == null || raw.length != rawBytes) {
            return null;
        }
        CRC32C crc = new CRC32C();
        crc.update(raw);
        return (int) crc.getValue() == checksum ? raw : null;
    }

    private static byte[] unpack(byte[] stored, int rawBytes) {
        byte[] raw = new byte[rawBytes];
        try {
            return DECOMPRESSOR.decompress(stored, 0, stored.length, raw, 0) == rawBytes ? raw : null;
        } catch (LZ4Exception damaged) {
            return null;
        }
    }
}
