package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptFootprintsTest {
    private static final VolumeIdentity VOLUME = new VolumeIdentity(1, 2);
    private static final List<ObjectKey> KEYS = List.of(new ObjectKey.InodeKey(Ino.ROOT),
            new ObjectKey.DentryKey(Ino.ROOT, Name.of("a")), new ObjectKey.BlockKey(new Ino(7), 3));

    @TempDir
    Path dir;

    private KeptFootprints kept;

    @BeforeEach
    void open() {
        kept = new KeptFootprints(dir.resolve("footprints"));
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(dir.resolve("footprints"))) {
            return files.findFirst().orElseThrow();
        }
    }

    @Test
    void nothingIsKnownAtFirst() {
        assertEquals(List.of(), kept.of(VOLUME, "f"));
    }

    @Test
    void whatAFunctionLookedAtIsFoundByItsNextRunOnly() {
        kept.keep(VOLUME, "f", List.of(), KEYS);
        assertEquals(KEYS, new KeptFootprints(dir.resolve("footprints")).of(VOLUME, "f"));
        assertEquals(List.of(), kept.of(VOLUME, "g"));
        assertEquals(List.of(), kept.of(new VolumeIdentity(1, 3), "f"));
        // "Aa" and "BB" have the same hash: they share a slot, but not what is in it.
        kept.keep(VOLUME, "Aa", List.of(), KEYS);
        assertEquals(List.of(), kept.of(VOLUME, "BB"));
    }

    @Test
    void whatIsKnownAlreadyIsNotWrittenAgain() throws IOException {
        kept.keep(VOLUME, "f", List.of(), KEYS);
        Object first = Files.getAttribute(onlyFile(), "unix:ino");
        kept.keep(VOLUME, "f", KEYS, KEYS.reversed());
        assertEquals(first, Files.getAttribute(onlyFile(), "unix:ino"));
    }

    @Test
    void aDamagedFileIsNoFootprint() throws IOException {
        kept.keep(VOLUME, "f", List.of(), KEYS);
        byte[] sound = Files.readAllBytes(onlyFile());
        SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 500; i++) {
            byte[] broken = sound.clone();
            broken[random.nextInt(broken.length)] ^= (byte) (1 << random.nextInt(8));
            Files.write(onlyFile(), Arrays.copyOf(broken, random.nextInt(broken.length + 1)));
            assertEquals(List.of(), kept.of(VOLUME, "f"));
        }
    }

    @Test
    void thereAreNeverMoreFilesThanSlots() throws IOException {
        List<ObjectKey> many = new ArrayList<>();
        for (int i = 0; i < 5000; i++) {
            many.add(new ObjectKey.BlockKey(new Ino(9), i));
        }
        kept.keep(VOLUME, "large", List.of(), many);
        assertEquals(many.subList(0, 2048), kept.of(VOLUME, "large"));
        for (int i = 0; i < 1000; i++) {
            kept.keep(VOLUME, "f" + i, List.of(), KEYS);
        }
        try (Stream<Path> files = Files.list(dir.resolve("footprints"))) {
            assertTrue(files.count() <= 256);
        }
        kept.keep(VOLUME, "x".repeat(513), List.of(), KEYS);
        assertEquals(List.of(), kept.of(VOLUME, "x".repeat(513)));
    }
}
