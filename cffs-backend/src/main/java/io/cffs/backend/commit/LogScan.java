package io.cffs.backend.commit;

import io.cffs.backend.disk.DurableFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Reads the frames of one segment from its start to the first invalid one. One thread; the file is only read. */
final class LogScan {
    private static final int WINDOW_BYTES = 1024 * 1024;

    private final LogSegment segment;
    private final DurableFile file;
    private final long lengthBytes;
    private ByteBuffer window = ByteBuffer.allocate(0);
    private long windowStart;
    private long tailBytes = LogSegment.HEADER_BYTES;
    private int chain;
    private long nextPosition;
    private long epoch;

    /** Takes frames in order. */
    interface FrameReader {
        void frame(LogFrame frame, byte[] payload);
    }

    private LogScan(LogSegment segment, long lengthBytes) {
        this.segment = segment;
        this.file = segment.file();
        this.lengthBytes = lengthBytes;
        this.nextPosition = segment.firstPosition;
    }

    static LogScan ofSegment(LogSegment segment) throws IOException {
        return new LogScan(segment, segment.file().length());
    }

    LogScan forEach(FrameReader reader) throws IOException {
        while (true) {
            LogFrame frame = frameAt(tailBytes);
            if (frame == null || frame.chain() != chain || frame.position() != nextPosition) {
                return this;
            }
            byte[] payload = new byte[frame.payloadBytes()];
            window.get((int) (tailBytes - windowStart) + LogFrame.HEADER_BYTES, payload);
            reader.frame(frame, payload);
            tailBytes += LogFrame.sizeBytes(frame.payloadBytes());
            chain = frame.checksum();
            epoch = Math.max(epoch, frame.epoch());
            nextPosition++;
        }
    }

    /**
     * After {@link #forEach}: whether a frame of a batch that was written after the invalid place stands behind it.
     * Frames start at multiples of 8 bytes.
     */
    boolean laterBatchFollows() throws IOException {
        for (long at = tailBytes; at + LogFrame.HEADER_BYTES <= lengthBytes; at += 8) {
            if (!looksLikeFrame(at)) {
                continue;
            }
            LogFrame frame = frameAt(at);
            if (frame != null && frame.batchPosition() > nextPosition) {
                return true;
            }
        }
        return false;
    }

    /** Cheap: most of what stands behind the tail is zeros, or frames and payloads of an earlier use of the file. */
    private boolean looksLikeFrame(long at) throws IOException {
        fill(at, LogFrame.HEADER_BYTES);
        ByteBuffer view = window.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        int start = (int) (at - windowStart);
        return view.getLong(start + 8) > nextPosition
                && LogFrame.isKind(view.getInt(start + LogFrame.KIND_AT), segment.salt());
    }

    private LogFrame frameAt(long at) throws IOException {
        if (at + LogFrame.HEADER_BYTES > lengthBytes) {
            return null;
        }
        fill(at, LogFrame.HEADER_BYTES);
        long payloadBytes = window.order(ByteOrder.LITTLE_ENDIAN).getInt((int) (at - windowStart));
        boolean fits = payloadBytes >= 0 && payloadBytes <= CommitLog.RECORD_BYTES_MAX
                && at + LogFrame.HEADER_BYTES + payloadBytes <= lengthBytes;
        if (!fits) {
            return null;
        }
        fill(at, LogFrame.HEADER_BYTES + (int) payloadBytes);
        ByteBuffer from = window.duplicate().position((int) (at - windowStart)).limit(window.limit());
        return LogFrame.read(from, at, segment.salt());
    }

    /** Makes the window hold {@code count} bytes from {@code at} on; the file has them. */
    private void fill(long at, int count) throws IOException {
        if (at >= windowStart && at + count <= windowStart + window.limit()) {
            return;
        }
        int size = (int) Math.min(Math.max(count, WINDOW_BYTES), lengthBytes - at);
        if (window.capacity() < size) {
            window = ByteBuffer.allocate(size);
        }
        window.clear().limit(size);
        file.read(at, window);
        window.flip();
        windowStart = at;
        if (window.limit() < count) {
            throw new IOException(segment.name + " became shorter while it was read");
        }
    }

    long tailBytes() {
        return tailBytes;
    }

    int chain() {
        return chain;
    }

    long nextPosition() {
        return nextPosition;
    }

    /** Newest epoch of the frames; 0 when there were none. */
    long epoch() {
        return epoch;
    }
}
