package io.cffs.backend.store;

import io.cffs.backend.Seeded;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * The files of a RocksDB as a power cut leaves them. What was there at the last {@link #synced} is on the disk. Of a
 * flush that began at {@link #flushing} and is not known to have ended, RocksDB first writes and syncs its tables and
 * blobs and then appends to its manifest, so the cut finds either torn tables and the old manifest, or whole tables
 * and a torn manifest.
 */
public final class TornFiles {
    private static final int SECTOR_BYTES = 512;

    private final Path base;
    private int lives;
    private Path current;
    private Map<String, byte[]> before = new TreeMap<>();
    private boolean unsynced;

    public TornFiles(Path base) {
        this.base = base;
        this.current = base.resolve("life0");
    }

    public Path current() {
        return current;
    }

    /** Everything that is there now is durable. */
    public void synced() {
        unsynced = false;
    }

    /** A flush is about to begin. */
    public void flushing() throws IOException {
        before = read(current);
        unsynced = true;
    }

    /** Makes {@link #current} the directory that the next process finds. The store must still be open. */
    public void cutPower(Seeded random) throws IOException {
        Path next = base.resolve("life" + ++lives);
        RocksVersionedStoreTest.copyFiles(current, next);
        current = next;
        if (unsynced) {
            tear(random);
        }
        unsynced = false;
    }

    private void tear(Seeded random) throws IOException {
        // A table goes only after a compaction has been synced, and that came after the flush: then nothing is torn.
        boolean compacted = !read(current).keySet().containsAll(before.keySet());
        boolean manifestReached = random.below(2) == 0;
        if (compacted) {
            return;
        }
        for (Map.Entry<String, byte[]> file : read(current).entrySet()) {
            String name = file.getKey();
            byte[] old = before.getOrDefault(name, new byte[0]);
            boolean manifest = name.startsWith("MANIFEST");
            boolean table = name.endsWith(".sst") || name.endsWith(".blob");
            if (manifest && !manifestReached) {
                Files.write(current.resolve(name), old);
            } else if (manifest || table && !manifestReached || name.startsWith("LOG")) {
                Files.write(current.resolve(name), torn(old, file.getValue(), random));
            }
        }
    }

    /** What stood there before stays; of the rest sectors are kept or zero, and the end may be missing. */
    private static byte[] torn(byte[] old, byte[] written, Seeded random) {
        int length = Math.min(written.length, old.length + random.below(written.length - old.length + 1));
        byte[] image = Arrays.copyOf(written, random.below(2) == 0 ? written.length : length);
        for (int sector = old.length / SECTOR_BYTES * SECTOR_BYTES; sector < image.length; sector += SECTOR_BYTES) {
            int from = Math.max(sector, old.length);
            int to = Math.min(sector + SECTOR_BYTES, image.length);
            if (from < to && random.below(3) == 0) {
                Arrays.fill(image, from, to, (byte) 0);
            }
        }
        return image;
    }

    /** Again when background work has taken a file away meanwhile. */
    private static Map<String, byte[]> read(Path path) throws IOException {
        while (true) {
            Map<String, byte[]> files = new TreeMap<>();
            try {
                for (String name : RocksVersionedStoreTest.sizes(path).keySet()) {
                    files.put(name, Files.readAllBytes(path.resolve(name)));
                }
                return files;
            } catch (NoSuchFileException gone) {
                files.clear();
            }
        }
    }
}
