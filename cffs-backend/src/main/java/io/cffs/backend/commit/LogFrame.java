package io.cffs.backend.commit;

import io.cffs.txn.codec.Pieces;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * The byte form of one record in a segment, little-endian, padded to 8 bytes:
 *
 * <pre>
 *   0  u32 payload length        16 u64 epoch               32 u32 checksum of the frame before, 0 for none
 *   4  u32 CRC32C of the rest    24 u64 position of the     36 u32 kind, xor the segment's salt
 *   8  u64 position                 first frame of its batch   40 payload
 * </pre>
 *
 * The salt is drawn when a segment is made: behind its frames there may be what an earlier segment of the same file
 * held, and what a payload holds is up to people, so neither may look like a frame, not even for the time that it takes
 * to compute a checksum. The checksum covers the frame's place in its segment too, so a copy of a frame inside a
 * payload is none. The chained checksum makes a stale frame that happens to stand in the right place invalid. The
 * batch's position tells a torn batch (nothing after it was ever acknowledged) from damage in the middle of what was.
 */
record LogFrame(long position, long batchPosition, long epoch, int chain, Kind kind, int payloadBytes, int checksum) {
    static final int HEADER_BYTES = 40;
    /** Where the kind stands. */
    static final int KIND_AT = 36;
    private static final int ALIGN_BYTES = 8;

    /** What a frame carries. The code is its stored form. */
    enum Kind {
        RECORD(1),
        /** A leader took over; no payload. It takes a position like a record. */
        FENCE(2);

        final int code;

        Kind(int code) {
            this.code = code;
        }

        static Kind ofCode(int code) {
            return code == RECORD.code ? RECORD : code == FENCE.code ? FENCE : null;
        }
    }

    /** Whether a header with this at {@link #KIND_AT} can be one of a segment with this salt. */
    static boolean isKind(int saltedCode, int salt) {
        return Kind.ofCode(saltedCode ^ salt) != null;
    }

    static int sizeBytes(int payloadBytes) {
        return (HEADER_BYTES + payloadBytes + ALIGN_BYTES - 1) / ALIGN_BYTES * ALIGN_BYTES;
    }

    /**
     * Writes a frame at the buffer's position and returns its checksum.
     *
     * @param offset where the frame will stand in its segment
     * @param salt of the segment
     */
    static int write(ByteBuffer target, long offset, int salt, LogFrame frame, Pieces payload) {
        int start = target.position();
        target.order(ByteOrder.LITTLE_ENDIAN);
        target.putInt(payload.length()).putInt(0).putLong(frame.position).putLong(frame.epoch);
        target.putLong(frame.batchPosition).putInt(frame.chain).putInt(frame.kind.code ^ salt);
        payload.copyTo(target);
        int end = target.position();
        int checksum = checksumOf(target.duplicate().position(start).limit(end), offset, payload.length());
        target.putInt(start + 4, checksum);
        while ((target.position() - start) % ALIGN_BYTES != 0) {
            target.put((byte) 0);
        }
        return checksum;
    }

    /**
     * The frame at the buffer's position, whose payload follows the header; null when no whole valid frame is there.
     */
    static LogFrame read(ByteBuffer source, long offset, int salt) {
        if (source.remaining() < HEADER_BYTES) {
            return null;
        }
        ByteBuffer header = source.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int start = header.position();
        int payloadBytes = header.getInt();
        int checksum = header.getInt();
        if (payloadBytes < 0 || payloadBytes > source.remaining() - HEADER_BYTES) {
            return null;
        }
        long position = header.getLong();
        long epoch = header.getLong();
        long batchPosition = header.getLong();
        int chain = header.getInt();
        Kind kind = Kind.ofCode(header.getInt() ^ salt);
        boolean plausible = kind != null && position >= CommitLog.FIRST_POSITION && epoch >= 1
                && batchPosition >= CommitLog.FIRST_POSITION && batchPosition <= position;
        if (!plausible) {
            return null;
        }
        int end = start + HEADER_BYTES + payloadBytes;
        if (checksumOf(source.duplicate().position(start).limit(end), offset, payloadBytes) != checksum) {
            return null;
        }
        return new LogFrame(position, batchPosition, epoch, chain, kind, payloadBytes, checksum);
    }

    private static int checksumOf(ByteBuffer frame, long offset, int payloadBytes) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(12).putLong(offset).putInt(payloadBytes).flip());
        frame.position(frame.position() + 8);
        crc.update(frame);
        return (int) crc.getValue();
    }
}
