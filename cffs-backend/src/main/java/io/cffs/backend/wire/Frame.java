package io.cffs.backend.wire;

import io.cffs.txn.codec.ByteWriter;
import io.cffs.txn.codec.Codec;
import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/**
 * One message on the wire.
 *
 * @param requestId chosen by the client, unique on its connection; an answer carries that of its request
 * @param payload the top-level form of a request or a response
 */
public record Frame(long requestId, byte[] payload) {
    static final int FLAG_LZ4 = 1;

    /**
     * The bytes of a frame that carries {@code value}.
     *
     * @param compress whether to compress when it helps
     * @return null when the payload is larger than {@link Wire#FRAME_BYTES_MAX}
     */
    public static <T> ByteBuffer encode(long requestId, Codec<T> codec, T value, boolean compress) {
        ByteWriter to = new ByteWriter(256);
        to.putRaw(new byte[Wire.HEADER_BYTES], 0, Wire.HEADER_BYTES);
        codec.encode(value, to);
        int rawLength = to.length() - Wire.HEADER_BYTES;
        if (rawLength > Wire.FRAME_BYTES_MAX) {
            return null;
        }
        byte[] bytes = to.array();
        int checksum = checksum(bytes, Wire.HEADER_BYTES, rawLength);
        if (compress && rawLength >= Wire.COMPRESS_BYTES_MIN) {
            byte[] packed = new byte[Wire.HEADER_BYTES + Lz4.roomFor(rawLength)];
            int length = Lz4.compress(bytes, Wire.HEADER_BYTES, rawLength, packed, Wire.HEADER_BYTES);
            // Less than an eighth saved is not worth the other end's time.
            if (length < rawLength - rawLength / 8) {
                return headed(packed, length, FLAG_LZ4, requestId, rawLength, checksum);
            }
        }
        return headed(bytes, rawLength, 0, requestId, rawLength, checksum);
    }

    private static ByteBuffer headed(
            byte[] bytes, int storedLength, int flags, long requestId, int rawLength, int checksum) {
        ByteBuffer frame = ByteBuffer.wrap(bytes, 0, Wire.HEADER_BYTES + storedLength);
        frame.putInt(0, storedLength).putInt(4, flags).putLong(8, requestId).putInt(16, rawLength)
                .putInt(20, checksum);
        return frame;
    }

    /** A frame's bytes with another request id: for a request that is sent again. */
    public static ByteBuffer readdressed(ByteBuffer frame, long requestId) {
        return frame.duplicate().putLong(8, requestId);
    }

    static int checksum(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
