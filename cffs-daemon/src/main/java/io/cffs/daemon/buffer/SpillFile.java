package io.cffs.daemon.buffer;

import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * A file for the frames that memory has no room for. It has no name from the moment it is open, so that nothing is left
 * of it whatever happens to this process. Safe for use by many threads, one at a time gets to the file.
 *
 * <p>Not a FileChannel: an interrupt of the thread that uses one closes it, and with it the only way to the bytes.
 */
final class SpillFile {
    private static final int COPY_BYTES = 256 * 1024;
    /** The file shrinks when this much at its end is free, or all of it. */
    private static final long SHRINK_BYTES = 64L * 1024 * 1024;
    /** How far the file may grow before the disk is looked at again. */
    private static final long PROMISED_BYTES_MAX = 4L * 1024 * 1024;
    /** For the disk's own records, and for others. */
    private static final long RESERVE_BYTES = 512 * 1024;

    private final Path directory;
    private RandomAccessFile file; // @GuardedBy("this"); null until first written, and after a failure to make one
    private byte[] copy; // @GuardedBy("this"); not null when file is not
    private long promisedBytes; // @GuardedBy("this"); up to here there was room when somebody last looked

    SpillFile(Path directory) {
        this.directory = directory;
    }

    synchronized void write(int frame, int offset, ByteBuffer source) throws FsException {
        int wanted = source.remaining();
        try {
            open();
            file.seek((long) frame * Blocks.PAGE_BYTES + offset);
            while (source.hasRemaining()) {
                int length = Math.min(source.remaining(), copy.length);
                source.get(source.position(), copy, 0, length);
                file.write(copy, 0, length);
                source.position(source.position() + length);
            }
        } catch (IOException e) {
            throw new FsException(isFull(e, wanted) ? FsError.NO_SPACE : FsError.ENVIRONMENT_FAILED);
        }
    }

    /**
     * Whether the disk has room for the file up to this frame, as far as anybody can tell: a write that is refused
     * before it has begun leaves the transaction whole. True when the file cannot be made: the write says why.
     */
    synchronized boolean hasRoomFor(int endFrame) {
        long endBytes = (long) endFrame * Blocks.PAGE_BYTES;
        if (endBytes <= promisedBytes) {
            return true;
        }
        try {
            open();
            long grows = endBytes - file.length();
            long usable = directory.toFile().getUsableSpace();
            if (grows > 0 && usable < grows + RESERVE_BYTES) {
                return false;
            }
            promisedBytes = endBytes + Math.clamp((usable - grows) / 4, 0, PROMISED_BYTES_MAX);
            return true;
        } catch (IOException e) {
            return true;
        }
    }

    /** What was never written reads as zeros. */
    synchronized void read(int frame, int offset, ByteBuffer target) throws FsException {
        try {
            open();
            file.seek((long) frame * Blocks.PAGE_BYTES + offset);
            while (target.hasRemaining()) {
                int length = Math.min(target.remaining(), copy.length);
                int got = file.read(copy, 0, length);
                if (got < 0) {
                    Arrays.fill(copy, 0, length, (byte) 0);
                    got = length;
                }
                target.put(copy, 0, got);
            }
        } catch (IOException e) {
            throw new FsException(FsError.ENVIRONMENT_FAILED);
        }
    }

    /** Gives disk space back that lies behind the last frame in use. */
    synchronized void trim(int endFrame) {
        try {
            long endBytes = (long) endFrame * Blocks.PAGE_BYTES;
            if (file != null && (endFrame == 0 || file.length() - endBytes >= SHRINK_BYTES)) {
                file.setLength(Math.min(endBytes, file.length()));
                promisedBytes = 0;
            }
        } catch (IOException e) {
            // The space comes back when the file is closed.
            return;
        }
    }

    synchronized long fileBytes() {
        try {
            return file == null ? 0 : file.length();
        } catch (IOException e) {
            return 0;
        }
    }

    synchronized void close() {
        try {
            if (file != null) {
                file.close();
            }
        } catch (IOException e) {
            // Nothing in it is wanted any more.
            return;
        } finally {
            file = null;
            copy = null;
            promisedBytes = 0;
        }
    }

    private void open() throws IOException {
        if (file == null) {
            Files.createDirectories(directory);
            Path name = Files.createTempFile(directory, "spill-", ".tmp");
            try {
                file = new RandomAccessFile(name.toFile(), "rw");
                copy = new byte[COPY_BYTES];
            } finally {
                Files.delete(name);
            }
        }
    }

    /** The JDK has no type for ENOSPC and EDQUOT, and the system's words for them depend on the locale. */
    private boolean isFull(IOException e, int wantedBytes) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("No space left") || message.contains("quota") || message.contains("File too large")) {
            return true;
        }
        try {
            return Files.getFileStore(directory).getUsableSpace() < wantedBytes;
        } catch (IOException unknown) {
            return false;
        }
    }
}
