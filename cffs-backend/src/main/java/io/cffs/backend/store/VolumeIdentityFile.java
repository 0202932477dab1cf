package io.cffs.backend.store;

import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * The file IDENTITY in a volume's directory: a random uuid in text. Whoever lost the file gets a new identity: caches
 * are then cold, and never wrong.
 */
public final class VolumeIdentityFile {
    private static final String NAME = "IDENTITY";
    private static final int BYTES_MAX = 64;

    private VolumeIdentityFile() {}

    /**
     * Reads the identity, or chooses one and makes it durable. Only for whoever has the store's lock.
     *
     * @param volume the volume's directory, which exists
     * @throws BackendException {@code STORE_FAILED} when the file says something else than a uuid
     */
    public static UUID readOrMake(Path volume) throws IOException {
        Path file = volume.resolve(NAME);
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer bytes = ByteBuffer.allocate(BYTES_MAX);
            channel.read(bytes, 0);
            return UUID.fromString(StandardCharsets.ISO_8859_1.decode(bytes.flip()).toString().strip());
        } catch (NoSuchFileException absent) {
            return make(volume, file);
        } catch (IllegalArgumentException damaged) {
            throw new BackendException(BackendException.Cause.STORE_FAILED,
                    "the file " + file + " is damaged: it should hold a uuid; remove it to get a new one", damaged);
        }
    }

    private static UUID make(Path volume, Path file) throws IOException {
        UUID identity = UUID.randomUUID();
        Path temporary = volume.resolve(NAME + ".tmp");
        Files.writeString(temporary, identity + "\n");
        try (FileChannel channel = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
        StoreDirectory.sync(volume);
        return identity;
    }
}
