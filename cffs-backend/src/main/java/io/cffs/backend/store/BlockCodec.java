package io.cffs.backend.store;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import java.nio.ByteBuffer;
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
    /** Two runs of this length, at the start and in the middle, say whether the whole is worth the call. */
    private static final int SAMPLE_BYTES = 4096;

    private static final LZ4Compressor COMPRESSOR = LZ4Factory.fastestInstance().fastCompressor();
    private static final LZ4SafeDecompressor DECOMPRESSOR = LZ4Factory.fastestInstance().safeDecompressor();

    private BlockCodec() {}

    /** @param checksum CRC32C of the raw bytes */
    record Encoded(int rawBytes, int checksum, byte encoding, byte[] stored) {}

    static Encoded encode(Bytes raw) {
        byte[] packed = packed(raw, 0, raw.length());
        return new Encoded(raw.length(), checksum(raw, 0, raw.length()), packed == null ? RAW : LZ4,
                packed == null ? raw.toArray() : packed);
    }

    static int checksum(Bytes raw, int from, int length) {
        CRC32C crc = new CRC32C();
        raw.addTo(crc, from, length);
        return (int) crc.getValue();
    }

    /** The bytes compressed; null when that does not save an eighth, or does not look as if it would. */
    static byte[] packed(Bytes raw, int from, int length) {
        if (length < COMPRESS_BYTES_MIN) {
            return null;
        }
        if (length >= 4 * SAMPLE_BYTES) {
            byte[] sample = new byte[2 * SAMPLE_BYTES];
            raw.copyTo(from, sample, 0, SAMPLE_BYTES);
            raw.copyTo(from + length / 2, sample, SAMPLE_BYTES, SAMPLE_BYTES);
            if (packed(sample) == null) {
                return null;
            }
        }
        byte[] plain = new byte[length];
        raw.copyTo(from, plain, 0, length);
        return packed(plain);
    }

    /** Whether a sample of what remains in the buffer can be compressed. Its position is undefined afterwards. */
    static boolean looksCompressible(ByteBuffer raw) {
        int length = raw.remaining();
        if (length < COMPRESS_BYTES_MIN) {
            return false;
        }
        byte[] sample = new byte[Math.min(length, 2 * SAMPLE_BYTES)];
        int part = Math.min(SAMPLE_BYTES, sample.length);
        raw.get(raw.position(), sample, 0, part);
        raw.get(raw.position() + (length - (sample.length - part)) / 2, sample, part, sample.length - part);
        return packed(sample) != null;
    }

    private static byte[] packed(byte[] plain) {
        // Room for the worst case: where it would not fit, an exception costs more than all the rest.
        byte[] room = new byte[COMPRESSOR.maxCompressedLength(plain.length)];
        int length = COMPRESSOR.compress(plain, 0, plain.length, room, 0);
        return length <= plain.length - plain.length / 8 ? Arrays.copyOf(room, length) : null;
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
