package io.cffs.backend.commit;

import io.cffs.backend.disk.DurableDirectory;
import io.cffs.backend.disk.DurableFile;
import io.cffs.model.Epoch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32C;

/**
 * One file of the log: a header, frames, and room behind them, so that a sync has no new length and no new allocation
 * to make durable. Room is zeros that are written ahead, or what the file of an {@link SpareSegments older segment}
 * held. One thread at a time.
 */
final class LogSegment {
    static final int HEADER_BYTES = 64;
    static final int FORMAT = 2;
    /** Before it, no frame was salted; the header's field was 0 then. */
    private static final int SALT_AT = 12;
    private static final long MAGIC = 0x31474f4c53464643L; // "CFFSLOG1", little-endian
    /** Zeros are written in runs of this many bytes: small at first, for small volumes, then larger. */
    private static final int ROOM_BYTES_MIN = 256 * 1024;
    static final int ROOM_BYTES_MAX = 4 * 1024 * 1024;
    private static final ByteBuffer ZEROS = ByteBuffer.allocateDirect(ROOM_BYTES_MAX).asReadOnlyBuffer();

    final String name;
    final long firstPosition;
    private final DurableFile file;
    private final int salt;
    /** Where the next frame goes. */
    private long tailBytes = HEADER_BYTES;
    /** Checksum of the last frame; 0 when there is none. */
    private int chain;
    private long roomBytes;

    private LogSegment(String name, long firstPosition, DurableFile file, int salt, long roomBytes) {
        this.name = name;
        this.firstPosition = firstPosition;
        this.file = file;
        this.salt = salt;
        this.roomBytes = roomBytes;
    }

    static String nameOf(long firstPosition) {
        return String.format("%016x.log", firstPosition);
    }

    /**
     * Makes a segment, with its name and header durable, of the spare file if there is one. A failed creation leaves no
     * name behind, if it can.
     *
     * @param secret of the log: the salt is made of it
     * @param spare name of a file to use; null for a new one
     */
    static LogSegment create(DurableDirectory directory, long firstPosition, Epoch epoch, long secret,
            String spare) throws IOException {
        String name = nameOf(firstPosition);
        String made = spare == null ? name : spare;
        DurableFile file = spare == null ? directory.create(name) : directory.open(spare);
        try {
            int salt = saltOf(secret, firstPosition);
            LogSegment segment = new LogSegment(name, firstPosition, file, salt, file.length());
            segment.makeRoom(HEADER_BYTES);
            ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
            header.putLong(MAGIC).putInt(FORMAT).putInt(salt).putLong(firstPosition).putLong(epoch == null ? 0
                    : epoch.value());
            header.putInt(HEADER_BYTES - 4, checksumOf(header));
            file.write(0, header.clear());
            file.sync();
            if (spare != null) {
                directory.rename(spare, name);
                made = name;
            }
            directory.sync();
            return segment;
        } catch (IOException failed) {
            file.close();
            directory.delete(made);
            throw failed;
        }
    }

    /** Another one for each segment, so that each use of a file has its own. Never 0, which is for the old format. */
    private static int saltOf(long secret, long firstPosition) {
        CRC32C crc = new CRC32C();
        crc.update(ByteBuffer.allocate(16).putLong(secret).putLong(firstPosition).flip());
        return (int) crc.getValue() | 1;
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
        return new LogSegment(name, header.getLong(16), file, header.getInt(SALT_AT), file.length());
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

    int salt() {
        return salt;
    }

    /** Length of the file. */
    long roomBytes() {
        return roomBytes;
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

    /**
     * Makes sure that {@code bytes} more fit behind the tail, with zeros where there is no room. A failure leaves only
     * zeros behind.
     */
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
