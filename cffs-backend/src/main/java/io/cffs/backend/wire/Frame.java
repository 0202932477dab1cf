package io.cffs.backend.wire;

import io.cffs.txn.codec.ByteWriter;
import io.cffs.txn.codec.Codec;
import io.cffs.txn.codec.Pieces;
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
    private static final byte[] NO_HEADER = new byte[Wire.HEADER_BYTES];

    /**
     * The bytes of a frame that carries {@code value}.
     *
     * @param compress whether to compress when it helps
     * @return null when the payload is larger than {@link Wire#FRAME_BYTES_MAX}
     */
    public static <T> Pieces encode(long requestId, Codec<T> codec, T value, boolean compress) {
        ByteWriter to = ByteWriter.gathering(256);
        to.putRaw(NO_HEADER, 0, Wire.HEADER_BYTES);
        codec.encode(value, to);
        int rawLength = to.length() - Wire.HEADER_BYTES;
        if (rawLength > Wire.FRAME_BYTES_MAX) {
            return null;
        }
        Pieces frame = to.pieces();
        CRC32C crc = new CRC32C();
        frame.addTo(crc, Wire.HEADER_BYTES);
        int checksum = (int) crc.getValue();
        if (compress && rawLength >= Wire.COMPRESS_BYTES_MIN) {
            byte[] packed = new byte[Wire.HEADER_BYTES + Lz4.roomFor(rawLength)];
            int length = Lz4.compress(
                    frame.asBuffer().array(), Wire.HEADER_BYTES, rawLength, packed, Wire.HEADER_BYTES);
            // Less than an eighth saved is not worth the other end's time.
            if (length < rawLength - rawLength / 8) {
                putHeader(packed, length, FLAG_LZ4, requestId, rawLength, checksum);
                return Pieces.owning(packed, Wire.HEADER_BYTES + length);
            }
        }
        putHeader(to.array(), rawLength, 0, requestId, rawLength, checksum);
        return frame;
    }

    private static void putHeader(
            byte[] bytes, int storedLength, int flags, long requestId, int rawLength, int checksum) {
        ByteBuffer.wrap(bytes).putInt(storedLength).putInt(flags).putLong(requestId).putInt(rawLength)
                .putInt(checksum);
    }

    static int checksum(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }
}
