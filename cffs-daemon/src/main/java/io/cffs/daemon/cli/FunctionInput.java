package io.cffs.daemon.cli;

import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Standard input that every attempt reads from its start.
 *
 * <p>A terminal and a device are handed over as they are. A file is set back to where it stood. What comes through a
 * pipe or a socket is kept in a file that has no name, and each attempt gets it from the first byte on, then what
 * still arrives.
 */
final class FunctionInput {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** What standard input is. */
    enum Kind { AS_IT_IS, FILE, STREAM }

    private final Kind kind;
    private final FileChannel input;
    private final long startBytes;
    private FileChannel spool;
    private long spooledBytes; // @GuardedBy("this")
    private boolean ended; // @GuardedBy("this")

    private FunctionInput(Kind kind, FileChannel input) throws IOException {
        this.kind = kind;
        this.input = input;
        this.startBytes = kind == Kind.FILE ? input.position() : 0;
    }

    /** @param attemptsMax with one attempt nothing ever has to be read again */
    static FunctionInput ofThisProcess(int attemptsMax) throws IOException {
        Kind kind = attemptsMax == 1 ? Kind.AS_IT_IS : kindOf(Path.of("/proc/self/fd/0"));
        return new FunctionInput(kind, channelOf(FileDescriptor.in));
    }

    /** For tests: the same behaviour on any channel. */
    static FunctionInput of(Kind kind, FileChannel input) throws IOException {
        return new FunctionInput(kind, input);
    }

    @SuppressWarnings("resource") // Standard input stays open for as long as the process lives.
    private static FileChannel channelOf(FileDescriptor descriptor) {
        return new FileInputStream(descriptor).getChannel();
    }

    static Kind kindOf(Path descriptor) {
        try {
            String target = Files.readSymbolicLink(descriptor).toString();
            if (target.startsWith("pipe:") || target.startsWith("socket:")) {
                return Kind.STREAM;
            }
            if (target.startsWith("/dev/")) {
                return Kind.AS_IT_IS;
            }
            return Files.isRegularFile(descriptor) ? Kind.FILE : Kind.STREAM;
        } catch (IOException e) {
            return Kind.AS_IT_IS; // closed, or no /proc: nothing to replay
        }
    }

    /** Call before the process starts. */
    void prepare(ProcessBuilder builder) throws IOException {
        switch (kind) {
            case AS_IT_IS -> builder.redirectInput(ProcessBuilder.Redirect.INHERIT);
            case FILE -> {
                input.position(startBytes);
                builder.redirectInput(ProcessBuilder.Redirect.INHERIT);
            }
            case STREAM -> builder.redirectInput(ProcessBuilder.Redirect.PIPE);
        }
    }

    /** Call when the process has started: feeds it, on a thread of its own, until either side ends. */
    void feed(Process process) throws IOException {
        if (kind != Kind.STREAM) {
            return;
        }
        if (spool == null) {
            spool = unnamedFile();
            Thread.ofPlatform().daemon().name("cffs-stdin").start(this::collect);
        }
        OutputStream target = process.getOutputStream();
        Thread.ofVirtual().start(() -> replay(target));
    }

    private static FileChannel unnamedFile() throws IOException {
        Path path = Files.createTempFile("cffs-stdin-", null);
        FileChannel channel =
                FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        Files.delete(path);
        return channel;
    }

    private void collect() {
        ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
        try {
            long position = 0;
            while (input.read(buffer.clear()) >= 0) {
                buffer.flip();
                while (buffer.hasRemaining()) {
                    position += spool.write(buffer, position);
                }
                grownTo(position, false);
            }
        } catch (IOException e) {
            // A reset connection ends the input as a closed one does; the function sees the end of its input.
        } finally {
            grownTo(-1, true);
        }
    }

    private synchronized void grownTo(long bytes, boolean end) {
        spooledBytes = Math.max(spooledBytes, bytes);
        ended |= end;
        notifyAll();
    }

    private void replay(OutputStream target) {
        byte[] chunk = new byte[BUFFER_BYTES];
        try (target) {
            long position = 0;
            for (long available; (available = awaitMoreThan(position)) > position; ) {
                int wanted = (int) Math.min(chunk.length, available - position);
                int got = spool.read(ByteBuffer.wrap(chunk, 0, wanted), position);
                target.write(chunk, 0, got);
                target.flush();
                position += got;
            }
        } catch (IOException e) {
            // The function has closed its input, or has ended: it wants no more.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Bytes in the spool, once there are more than {@code bytes} or no more will come. */
    private synchronized long awaitMoreThan(long bytes) throws InterruptedException {
        while (spooledBytes <= bytes && !ended) {
            wait();
        }
        return spooledBytes;
    }
}
