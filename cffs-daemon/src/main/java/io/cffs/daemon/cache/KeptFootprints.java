package io.cffs.daemon.cache;

import io.cffs.model.ObjectKey;
import io.cffs.txn.codec.ByteReader;
import io.cffs.txn.codec.ByteWriter;
import io.cffs.txn.codec.CodecException;
import io.cffs.txn.codec.Codecs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashSet;
import java.util.List;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What functions of this host have looked at, so that the next run of the same one, in a new process or on a new mount,
 * fetches it in one go instead of one round trip after the other.
 *
 * <p>A directory of at most {@link #SLOTS} files, one for each function as far as their names fall into different
 * slots: whoever comes later takes the slot. They are guesses and nothing else: a file that is lost, old, of another
 * function or damaged costs time at most. Nobody waits for the disk. Safe for use by many threads and processes.
 *
 * <pre>
 *   CRC32C of the rest, 8 bytes | volume identity, 16 bytes | name of the function | object keys (Codecs.OBJECT_KEYS)
 * </pre>
 */
public final class KeptFootprints {
    private static final Logger LOG = LoggerFactory.getLogger(KeptFootprints.class);
    private static final int SLOTS = 256;
    /** Beyond, a list of guesses costs more to read than it saves. */
    private static final int KEYS_MAX = 2048;
    private static final int NAME_CHARS_MAX = 512;
    private static final int FILE_BYTES_MAX = 1 << 20;
    private static final int SUM_BYTES = 8;

    private final Path directory;

    /** @param directory made when there is something to keep */
    public KeptFootprints(Path directory) {
        this.directory = directory;
    }

    /** What that function looked at when it ran last; empty when that is not known. */
    public List<ObjectKey> of(VolumeIdentity volume, String function) {
        if (function.length() > NAME_CHARS_MAX) {
            return List.of();
        }
        try {
            Path file = fileOf(volume, function);
            return Files.size(file) > FILE_BYTES_MAX ? List.of() : read(volume, function, Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException | CodecException e) {
            LOG.atDebug().setMessage("no footprint of the last run").addKeyValue("why", e.getMessage()).log();
            return List.of();
        }
    }

    /**
     * For its next run.
     *
     * @param before what {@link #of} said: the same keys again are not written again
     */
    public void keep(VolumeIdentity volume, String function, List<ObjectKey> before, List<ObjectKey> now) {
        List<ObjectKey> kept = now.subList(0, Math.min(now.size(), KEYS_MAX));
        if (kept.isEmpty() || function.length() > NAME_CHARS_MAX || new HashSet<>(before).equals(new HashSet<>(kept))) {
            return;
        }
        try {
            Files.createDirectories(directory);
            Path aside = Files.createTempFile(directory, "new", null);
            Files.write(aside, written(volume, function, kept));
            Files.move(aside, fileOf(volume, function), StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.atDebug().setMessage("a footprint was not kept").addKeyValue("why", e.getMessage()).log();
        }
    }

    private Path fileOf(VolumeIdentity volume, String function) {
        return directory.resolve("%02x".formatted(31 * volume.hashCode() + function.hashCode() & SLOTS - 1));
    }

    private static byte[] written(VolumeIdentity volume, String function, List<ObjectKey> keys) {
        ByteWriter body = new ByteWriter(64 * keys.size());
        body.putFixed(volume.high());
        body.putFixed(volume.low());
        body.putText(function);
        Codecs.OBJECT_KEYS.encode(keys, body);
        ByteWriter whole = new ByteWriter(SUM_BYTES + body.length());
        whole.putFixed(sum(body.array(), 0, body.length()));
        whole.putRaw(body.array(), 0, body.length());
        return whole.toArray();
    }

    private static List<ObjectKey> read(VolumeIdentity volume, String function, byte[] bytes) throws CodecException {
        ByteReader from = new ByteReader(bytes);
        if (from.takeFixed() != sum(bytes, SUM_BYTES, bytes.length - SUM_BYTES)) {
            throw new CodecException("the file is damaged");
        }
        VolumeIdentity of = new VolumeIdentity(from.takeFixed(), from.takeFixed());
        boolean same = from.takeText(NAME_CHARS_MAX).equals(function) && of.equals(volume);
        return same ? Codecs.OBJECT_KEYS.decode(from) : List.of();
    }

    private static long sum(byte[] bytes, int from, int count) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, count);
        return crc.getValue();
    }
}
