package io.cffs.backend.commit;

import io.cffs.backend.disk.DurableDirectory;
import io.cffs.backend.disk.DurableFile;
import io.cffs.backend.disk.DurableWriter;
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
    private final DurableDirectory directory;
    private final DurableFile file;
    /** The same file, for appending; null until then. */
    private DurableWriter log;
    /** What stands in the block of the tail, up to the tail, which is its position. Empty until it is read. */
    private final ByteBuffer tailBlock = ByteBuffer.allocate(DurableWriter.BLOCK_BYTES);
    private final int salt;
    /** Where the next frame goes. */
    private long tailBytes = HEADER_BYTES;
    /** Checksum of the last frame; 0 when there is none. */
    private int chain;
    private long roomBytes;

    private LogSegment(DurableDirectory directory, String name, long firstPosition, DurableFile file, int salt,
            long roomBytes) {
        this.directory = directory;
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
            LogSegment segment = new LogSegment(directory, name, firstPosition, file, salt, file.length());
            segment.writeZeros(HEADER_BYTES);
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
        return new LogSegment(directory, name, header.getLong(16), file, header.getInt(SALT_AT), file.length());
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
     * zeros behind. To the end of a block: whole ones are appended, and a file that was cut may end within one.
     */
    void makeRoom(long bytes) throws IOException {
        long blocks = (tailBytes + bytes + DurableWriter.BLOCK_BYTES - 1) / DurableWriter.BLOCK_BYTES;
        if (writeZeros(blocks * DurableWriter.BLOCK_BYTES)) {
            file.sync(); // what is appended goes past the page cache, and the zeros must not come after it
        }
    }

    /** Whether there were any to write. */
    private boolean writeZeros(long endBytes) throws IOException {
        long before = roomBytes;
        while (roomBytes < endBytes) {
            long step = Math.clamp(roomBytes, ROOM_BYTES_MIN, ROOM_BYTES_MAX) - roomBytes % DurableWriter.BLOCK_BYTES;
            file.write(roomBytes, ZEROS.duplicate().limit((int) step));
            roomBytes += step;
        }
        return roomBytes > before;
    }

    /**
     * Puts what stands in the tail's block before the tail: whole blocks are written, and disks write no less.
     *
     * @return where the block begins
     */
    long putTailBlock(ByteBuffer target) throws IOException {
        int lead = (int) (tailBytes % DurableWriter.BLOCK_BYTES);
        long start = tailBytes - lead;
        if (tailBlock.position() != lead) {
            file.read(start, tailBlock.clear().limit(lead));
            if (tailBlock.position() != lead) {
                throw new IOException("it ends at byte " + (start + tailBlock.position()) + ", before its tail at "
                        + tailBytes);
            }
        }
        target.put(tailBlock.duplicate().flip());
        return start;
    }

    /**
     * Appends frames, durably; {@link #makeRoom} has made room for them.
     *
     * @param frames the frames, behind what {@link #putTailBlock} has put there; there is room for a block behind them
     * @param newChain checksum of the last of them
     */
    void append(ByteBuffer frames, int newChain) throws IOException {
        if (log == null) {
            log = directory.openDurable(name);
        }
        long start = tailBytes - tailBytes % DurableWriter.BLOCK_BYTES;
        int end = frames.position();
        int stop = (end + DurableWriter.BLOCK_BYTES - 1) / DurableWriter.BLOCK_BYTES * DurableWriter.BLOCK_BYTES;
        frames.put(ZEROS.duplicate().limit(stop - end));
        log.write(start, frames.flip());
        tailBytes = start + end;
        chain = newChain;
        int lead = end % DurableWriter.BLOCK_BYTES;
        tailBlock.clear().put(frames.duplicate().position(end - lead).limit(end));
    }

    void close() throws IOException {
        file.close();
        if (log != null) {
            log.close();
        }
    }
}
