package io.cffs.backend.commit;

import io.cffs.backend.disk.DurableDirectory;
import io.cffs.backend.disk.DurableFile;
import io.cffs.model.Epoch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * One file of the log: a header, frames, zeros. Zeros are written ahead of the frames, so that a sync has no new length
 * and no new allocation to make durable. One thread at a time.
 */
final class LogSegment {
    static final int HEADER_BYTES = 64;
    static final int FORMAT = 1;
    private static final long MAGIC = 0x31474f4c53464643L; // "CFFSLOG1", little-endian
    /** Zeros are written in runs of this many bytes: small at first, for small volumes, then larger. */
    private static final int ROOM_BYTES_MIN = 256 * 1024;
    private static final int ROOM_BYTES_MAX = 4 * 1024 * 1024;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(ROOM_BYTES_MAX).asReadOnlyBuffer();

    final String name;
    final long firstPosition;
    private final DurableFile file;
    /** Where the next frame goes. */
    private long tailBytes = HEADER_BYTES;
    /** Checksum of the last frame; 0 when there is none. */
    private int chain;
    private long roomBytes;

    private LogSegment(String name, long firstPosition, DurableFile file, long roomBytes) {
        this.name = name;
        this.firstPosition = firstPosition;
        this.file = file;
        this.roomBytes = roomBytes;
    }

    static String nameOf(long firstPosition) {
        return String.format("%016x.log", firstPosition);
    }

    /** Creates the file, with its name and header durable. A failed creation leaves no name behind, if it can. */
    static LogSegment create(DurableDirectory directory, long firstPosition, Epoch epoch) throws IOException {
        String name = nameOf(firstPosition);
        DurableFile file = directory.create(name);
        try {
            LogSegment segment = new LogSegment(name, firstPosition, file, 0);
            segment.makeRoom(HEADER_BYTES);
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            header.putLong(MAGIC).putInt(FORMAT).putInt(0).putLong(firstPosition).putLong(epoch == null ? 0
                    : epoch.value());
            header.putInt(HEADER_BYTES - 4, checksumOf(header));
            file.write(0, header.clear());
            file.sync();
            directory.sync();
            return segment;
        } catch (IOException failed) {
            file.close();
            directory.delete(name);
            throw failed;
        }
    }

    /** Opens a file whose header is whole; null when its creation had not come to an end. */
    static LogSegment open(DurableDirectory directory, String name) throws IOException {
        DurableFile file = directory.open(name);
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int count = file.read(0, header);
        boolean whole = count == HEADER_BYTES && header.getLong(0) == MAGIC
                && header.getInt(HEADER_BYTES - 4) == checksumOf(header)
                && name.equals(nameOf(header.getLong(16)));
        if (!whole) {
            file.close();
            return null;
        }
        if (header.getInt(8) > FORMAT) {
            file.close();
            throw new IOException("it has format " + header.getInt(8) + ", newer than " + FORMAT
                    + ", which this program knows");
        }
        return new LogSegment(name, header.getLong(16), file, file.length());
    }

    private static int checksumOf(ByteBuffer header) {
        CRC32C crc = new CRC32C();
        crc.update(header.duplicate().position(0).limit(HEADER_BYTES - 4));
        return (int) crc.getValue();
    }

    /** The epoch that had fenced the log when the segment was created; 0 for none. */
    long epochAtCreation() throws IOException {
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.read(0, header);
        return header.getLong(24);
    }

    long tailBytes() {
        return tailBytes;
    }

    int chain() {
        return chain;
    }

    DurableFile file() {
        return file;
    }

    /** Says where the frames end, after they have been read. */
    void continueAt(long newTailBytes, int newChain) {
        tailBytes = newTailBytes;
        chain = newChain;
    }

    /** Removes whatever stands behind the frames, so that none of it can ever be taken for a frame. */
    void cutBehindTail() throws IOException {
        file.truncate(tailBytes);
        roomBytes = tailBytes;
        file.sync();
    }

    /** Writes zeros until {@code bytes} more fit behind the tail. A failure leaves only zeros behind. */
    void makeRoom(long bytes) throws IOException {
        long start = roomBytes == 0 ? 0 : tailBytes;
        while (roomBytes < start + bytes) {
            long step = Math.clamp(roomBytes, ROOM_BYTES_MIN, ROOM_BYTES_MAX);
            file.write(roomBytes, ZEROS.duplicate().limit((int) step));
            roomBytes += step;
        }
    }

    /**
     * Writes frames at the tail; {@link #makeRoom} has made room for them. Call {@link #advance} once they are
     * durable.
     */
    void write(ByteBuffer frames) throws IOException {
        file.write(tailBytes, frames);
    }

    void advance(int bytes, int newChain) {
        tailBytes += bytes;
        chain = newChain;
    }

    void close() throws IOException {
        file.close();
    }
}
