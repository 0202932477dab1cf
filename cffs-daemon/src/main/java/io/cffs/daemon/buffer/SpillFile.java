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

    private final Path directory;
    private RandomAccessFile file; // @GuardedBy("this"); null until first written, and after a failure to make one
    private byte[] copy; // @GuardedBy("this"); not null when file is not

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
