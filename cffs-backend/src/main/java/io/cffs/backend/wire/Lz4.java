package io.cffs.backend.wire;

import net.jpountz.lz4.LZ4Compressor;
import net.jpountz.lz4.LZ4Exception;
import net.jpountz.lz4.LZ4Factory;
import net.jpountz.lz4.LZ4SafeDecompressor;

/** Compression, loaded when the first frame needs it. Safe for use by many threads. */
final class Lz4 {
    private static final LZ4Compressor COMPRESSOR;
    private static final LZ4SafeDecompressor DECOMPRESSOR;

    static {
        LZ4Factory factory = factory();
        COMPRESSOR = factory.fastCompressor();
        DECOMPRESSOR = factory.safeDecompressor();
    }

    private Lz4() {}

    private static LZ4Factory factory() {
        try {
            return LZ4Factory.nativeInstance();
        } catch (LinkageError | RuntimeException e) {
            // No native library for this host, or no directory that it may be unpacked to: slower, but right.
            return LZ4Factory.safeInstance();
        }
    }

    static int roomFor(int length) {
        return COMPRESSOR.maxCompressedLength(length);
    }

    static int compress(byte[] raw, int from, int length, byte[] target, int targetFrom) {
        return COMPRESSOR.compress(raw, from, length, target, targetFrom, target.length - targetFrom);
    }

    /** Exactly {@code rawLength} bytes; the caller has bounded it. */
    static byte[] decompress(byte[] stored, int rawLength) throws ProtocolException {
        byte[] raw = new byte[rawLength];
        try {
            int length = DECOMPRESSOR.decompress(stored, 0, stored.length, raw, 0, rawLength);
            if (length != rawLength) {
                throw new ProtocolException("A frame states " + rawLength + " bytes and holds " + length + ".");
            }
            return raw;
        } catch (LZ4Exception e) {
            throw new ProtocolException("A frame does not decompress.");
        }
    }
}
