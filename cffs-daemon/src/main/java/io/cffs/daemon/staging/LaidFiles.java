package io.cffs.daemon.staging;

import io.cffs.model.Blocks;
import io.cffs.model.FsException;
import io.cffs.model.VolumeName;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.LaidFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves objects as files where a backend on this host sees them: then no byte goes through a socket. Whether there is
 * such a place is asked when the first object is there, and the first failure closes it: sending bytes always works.
 * One per transaction. Used by one thread at a time, but for {@link #close}.
 */
final class LaidFiles {
    private static final Logger LOG = LoggerFactory.getLogger(LaidFiles.class);
    /** So little that it stays in the processor's cache from the copy over the checksum to the file. */
    private static final int PIECE_BYTES = 2 * Blocks.BLOCK_BYTES;

    private final BackendPort backend;
    private final VolumeName volume;
    private Path directory;
    private boolean asked;
    private volatile boolean closed;
    private ByteBuffer piece; // null until needed

    LaidFiles(BackendPort backend, VolumeName volume) {
        this.backend = backend;
        this.volume = volume;
    }

    /** Whether {@link #lay} may be tried. Waits for the backend the first time. */
    boolean isOpen() {
        if (!asked) {
            asked = true;
            try {
                String path = backend.stagingDirectory(volume).join();
                directory = path == null ? null : Path.of(path);
            } catch (CompletionException | BackendException | IllegalArgumentException notKnown) {
                // An older backend does not know the question; whatever else is wrong, the next call says.
                directory = null;
            }
        }
        return directory != null && !closed;
    }

    /** From now on bytes are sent. By any thread. */
    void close(String why) {
        if (!closed) {
            closed = true;
            LOG.atDebug().setMessage("objects are sent, not left as files").addKeyValue("why", why).log();
        }
    }

    /**
     * Writes the file of an object.
     *
     * @return null when the object is not wanted any more, and when it did not work, which {@link #close closes} this
     */
    LaidFile lay(StagedId id, int lengthBytes, ObjectBytes bytes) throws FsException {
        Path file = directory.resolve(LaidFile.fileName(id));
        LaidFile laid = null;
        try (FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            laid = write(out, id, lengthBytes, bytes);
        } catch (IOException failed) {
            close(failed.toString());
        } finally {
            if (laid == null) {
                discard(id);
            }
        }
        return closed ? null : laid;
    }

    private LaidFile write(FileChannel out, StagedId id, int lengthBytes, ObjectBytes bytes)
            throws IOException, FsException {
        if (piece == null) {
            piece = ByteBuffer.allocateDirect(PIECE_BYTES);
        }
        int head = LaidFile.headBytes(lengthBytes);
        List<Integer> checksums = new ArrayList<>();
        for (int from = 0; from < lengthBytes; from += PIECE_BYTES) {
            piece.clear().limit(Math.min(PIECE_BYTES, lengthBytes - from));
            if (!bytes.read(from, piece)) {
                return null;
            }
            piece.flip();
            for (int at = 0; at < piece.limit(); at += Blocks.BLOCK_BYTES) {
                CRC32C crc = new CRC32C();
                crc.update(piece.slice(at, Math.min(Blocks.BLOCK_BYTES, piece.limit() - at)));
                checksums.add((int) crc.getValue());
            }
            for (long at = head + from; piece.hasRemaining();) {
                at += out.write(piece, at);
            }
        }
        return new LaidFile(id, lengthBytes, checksums);
    }

    /** The backend did not take it. */
    void discard(StagedId id) {
        try {
            Files.deleteIfExists(directory.resolve(LaidFile.fileName(id)));
        } catch (IOException failed) {
            // The backend clears its directory itself.
            return;
        }
    }
}
