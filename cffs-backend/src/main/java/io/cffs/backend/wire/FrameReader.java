package io.cffs.backend.wire;

import io.cffs.txn.StagedId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Reads frames from a connection whose other end nobody vouches for: lengths are checked before room is made, and room
 * grows with the bytes that have come. Not safe for use by several threads.
 */
public final class FrameReader {
    private static final int BUFFER_BYTES = 32 * 1024;
    /**
     * Room that is made for a payload before its bytes have come: a staged object is not copied. What all peers of a
     * server may state together is bounded by {@code ServerLimits}.
     */
    private static final int TRUSTED_BYTES = StagedId.BYTES_MAX + 1024;
    /** LZ4 cannot do better: a run's length grows by 255 for each byte. */
    private static final int LZ4_RATIO_MAX = 255;

    private final Duplex from;
    private final ByteBuffer buffer;
    private final Progress progress;

    /** Told where the reading stands, so that somebody else can end a connection whose peer stops in the middle. */
    public interface Progress {
        /**
         * The header of a frame has come, whose payload has {@code rawBytes}. May wait, and so hold the peer back.
         */
        void frameStarted(int rawBytes) throws IOException;

        /** The frame is complete. */
        void frameEnded();
    }

    /** Nobody is told. */
    public static final Progress UNTOLD = new Progress() {
        @Override
        public void frameStarted(int rawBytes) {}

        @Override
        public void frameEnded() {}
    };

    public FrameReader(Duplex from, Progress progress) {
        this.from = from;
        this.progress = progress;
        this.buffer = ByteBuffer.allocateDirect(BUFFER_BYTES).flip();
    }

    /**
     * The next frame, null when the connection has ended between frames.
     *
     * @throws ProtocolException when what has come is no frame
     * @throws IOException when the connection broke, or ended inside a frame
     */
    public Frame next() throws IOException {
        if (!buffered(Wire.HEADER_BYTES)) {
            return null;
        }
        int storedLength = buffer.getInt();
        int flags = buffer.getInt();
        long requestId = buffer.getLong();
        int rawLength = buffer.getInt();
        int checksum = buffer.getInt();
        check(storedLength, flags, rawLength);
        progress.frameStarted(rawLength);
        byte[] stored = take(storedLength);
        progress.frameEnded();
        byte[] raw = (flags & Frame.FLAG_LZ4) == 0 ? stored : Lz4.decompress(stored, rawLength);
        if (Frame.checksum(raw, 0, raw.length) != checksum) {
            throw new ProtocolException("A frame's checksum does not match its bytes.");
        }
        return new Frame(requestId, raw);
    }

    private static void check(int storedLength, int flags, int rawLength) throws ProtocolException {
        if (flags != 0 && flags != Frame.FLAG_LZ4) {
            throw new ProtocolException("A frame has flags that are not known: " + flags + ".");
        }
        if (storedLength < 1 || storedLength > Wire.FRAME_BYTES_MAX
                || rawLength < 1 || rawLength > Wire.FRAME_BYTES_MAX) {
            throw new ProtocolException("A frame states " + Integer.toUnsignedString(storedLength)
                    + " bytes; 1 to " + Wire.FRAME_BYTES_MAX + " are possible.");
        }
        boolean possible = flags == 0
                ? rawLength == storedLength
                : storedLength < rawLength && rawLength <= (long) storedLength * LZ4_RATIO_MAX;
        if (!possible) {
            throw new ProtocolException("A frame states " + rawLength + " raw bytes in " + storedLength + ".");
        }
    }

    /** Whether so many bytes are in the buffer; false at the end of the stream before the first of them. */
    private boolean buffered(int count) throws IOException {
        while (buffer.remaining() < count) {
            boolean between = buffer.remaining() == 0;
            buffer.compact();
            int read;
            try {
                read = from.read(buffer);
            } finally {
                buffer.flip();
            }
            if (read < 0) {
                if (between) {
                    return false;
                }
                throw new IOException("the connection ended inside a frame");
            }
        }
        return true;
    }

    private byte[] take(int length) throws IOException {
        byte[] taken = new byte[Math.min(length, TRUSTED_BYTES)];
        int have = Math.min(length, buffer.remaining());
        buffer.get(taken, 0, have);
        while (have < length) {
            if (have == taken.length) {
                taken = Arrays.copyOf(taken, (int) Math.min(length, 2L * taken.length));
            }
            int read = from.read(ByteBuffer.wrap(taken, have, taken.length - have));
            if (read < 0) {
                throw new IOException("the connection ended inside a frame");
            }
            have += read;
        }
        return taken;
    }
}
