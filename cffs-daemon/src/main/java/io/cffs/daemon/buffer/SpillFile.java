package io.cffs.daemon.buffer;

import io.cffs.model.Blocks;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file for the frames that memory has no room for. It has no name from the moment it is open, so that nothing is left
 * of it whatever happens to this process. Safe for use by many threads.
 *
 * <p>Two ways lead to the bytes. A channel copies each byte once and lets in many threads, but an interrupt of a thread
 * that uses it closes it, and the file has no name to be opened by again. Then the other way is left, which copies each
 * byte three times and lets in one thread, and which nobody closes.
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
    private byte[] copy; // @GuardedBy("this"); null until needed
    private volatile FileChannel channel; // written under "this"; null until the file is made
    private long promisedBytes; // @GuardedBy("this"); up to here there was room when somebody last looked

    SpillFile(Path directory) {
        this.directory = directory;
    }

    void write(int frame, int offset, ByteBuffer source) throws FsException {
        long at = (long) frame * Blocks.PAGE_BYTES + offset;
        int wanted = source.remaining();
        try {
            if (!writeToChannel(at, source)) {
                writeToFile(at, source);
            }
        } catch (IOException e) {
            throw new FsException(isFull(e, wanted) ? FsError.NO_SPACE : FsError.ENVIRONMENT_FAILED);
        }
    }

    /** False, with the source as it was, when the channel is closed. */
    private boolean writeToChannel(long offset, ByteBuffer source) throws IOException {
        int start = source.position();
        try {
            FileChannel open = openedChannel();
            while (source.hasRemaining()) {
                open.write(source, offset + source.position() - start);
            }
            return true;
        } catch (ClosedChannelException interrupted) {
            source.position(start);
            return false;
        }
    }

    private synchronized void writeToFile(long offset, ByteBuffer source) throws IOException {
        requireFile();
        file.seek(offset);
        while (source.hasRemaining()) {
            int length = Math.min(source.remaining(), copy.length);
            source.get(source.position(), copy, 0, length);
            file.write(copy, 0, length);
            source.position(source.position() + length);
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
    void read(int frame, int offset, ByteBuffer target) throws FsException {
        long at = (long) frame * Blocks.PAGE_BYTES + offset;
        try {
            if (!readFromChannel(at, target)) {
                readFromFile(at, target);
            }
        } catch (IOException e) {
            throw new FsException(FsError.ENVIRONMENT_FAILED);
        }
    }

    /** False, with the target's position as it was, when the channel is closed. */
    private boolean readFromChannel(long offset, ByteBuffer target) throws IOException {
        int start = target.position();
        try {
            FileChannel open = openedChannel();
            while (target.hasRemaining()) {
                if (open.read(target, offset + target.position() - start) < 0) {
                    putZeros(target);
                }
            }
            return true;
        } catch (ClosedChannelException interrupted) {
            target.position(start);
            return false;
        }
    }

    private static void putZeros(ByteBuffer target) {
        while (target.hasRemaining()) {
            target.put((byte) 0);
        }
    }

    private synchronized void readFromFile(long offset, ByteBuffer target) throws IOException {
        requireFile();
        file.seek(offset);
        while (target.hasRemaining()) {
            int length = Math.min(target.remaining(), copy.length);
            int got = file.read(copy, 0, length);
            if (got < 0) {
                putZeros(target);
            } else {
                target.put(copy, 0, got);
            }
        }
    }

    private void requireFile() throws IOException { // guarded by "this"
        open();
        if (copy == null) {
            copy = new byte[COPY_BYTES];
        }
    }

    private FileChannel openedChannel() throws IOException {
        FileChannel opened = channel;
        if (opened == null) {
            synchronized (this) {
                open();
                opened = channel;
            }
        }
        return opened;
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
                channel.close();
            }
        } catch (IOException e) {
            // Nothing in it is wanted any more.
            return;
        } finally {
            file = null;
            channel = null;
            copy = null;
            promisedBytes = 0;
        }
    }

    private void open() throws IOException {
        if (file == null) {
            Files.createDirectories(directory);
            Path name = Files.createTempFile(directory, "spill-", ".tmp");
            RandomAccessFile made = null;
            try {
                made = new RandomAccessFile(name.toFile(), "rw");
                channel = FileChannel.open(name, StandardOpenOption.READ, StandardOpenOption.WRITE);
                file = made;
            } finally {
                Files.delete(name);
                if (made != null && file == null) {
                    made.close();
                }
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
