package io.cffs.daemon.content;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.cache.VolumeIdentity;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentFilesTest {
    private static final int SIZE = 300_001;

    @TempDir
    Path root;

    private final byte[] content = new byte[SIZE];
    private long wallSeconds = 1_700_000_000;
    private ContentFiles files;

    private final Ticker clock = new Ticker() {
        @Override
        public long wallNanos() {
            return TimeUnit.SECONDS.toNanos(wallSeconds++);
        }

        @Override
        public long monotonicNanos() {
            return 0;
        }
    };

    @BeforeEach
    void open() throws IOException {
        new SplittableRandom(5).nextBytes(content);
        files = ContentFiles.open(root, 1_000_000, "boot", "me", clock);
    }

    private static ContentKey key(long version) {
        return new ContentKey(new VolumeIdentity(1, 2), new Ino(7), new CommitTs(version), SIZE);
    }

    private boolean offer(ContentBuild build, int from, int length) {
        return build.offer(from, ByteBuffer.wrap(content, from, Math.min(length, SIZE - from)));
    }

    private ContentBuild filled(long version) {
        ContentBuild build = files.build(key(version));
        assertTrue(offer(build, 0, SIZE));
        return build;
    }

    private long fileCount() throws IOException {
        try (Stream<Path> all = Files.list(root.resolve("boot"))) {
            return all.count();
        }
    }

    @Test
    void readsInAnyOrderMakeTheContent() throws IOException {
        ContentBuild build = files.build(key(1));
        assertNull(files.find(key(1)));
        assertFalse(offer(build, 131072, 65536));
        assertFalse(offer(build, 100, 70000), "what is not aligned is taken as far as it holds whole pages");
        assertFalse(offer(build, 0, 8192));
        assertFalse(offer(build, 4096, 131072));
        assertFalse(offer(build, 131072, 65536), "twice");
        assertTrue(offer(build, 196608, SIZE));
        assertTrue(build.finish());
        assertArrayEquals(content, Files.readAllBytes(files.find(key(1))));
        assertEquals(1, fileCount());
        assertFalse(Files.exists(root.resolve("boot").resolve(key(2).fileName())));
    }

    @Test
    void smallReadsHereAndThereAreLeftAlone() throws IOException {
        ContentBuild build = files.build(key(1));
        assertFalse(offer(build, 40960, 4096));
        assertFalse(offer(build, 81920, 4096));
        assertEquals(0, fileCount());
        for (int at = 0; at < SIZE; at += 4096) {
            assertEquals(at + 4096 > SIZE, offer(build, at, 4096), "page at " + at);
        }
        assertTrue(build.finish());
    }

    @Test
    void whatIsNotAsItWasWrittenIsThrownAway() throws IOException {
        ContentBuild build = filled(1);
        Path part = root.resolve("boot/part-me-1");
        try (FileChannel file = FileChannel.open(part, StandardOpenOption.WRITE)) {
            file.write(ByteBuffer.wrap(new byte[] {1, 2, 3}), 5000);
        }
        assertFalse(build.finish());
        assertNull(files.find(key(1)));
        assertEquals(0, fileCount());
    }

    @Test
    void theLeastRecentlyUsedGoFirst() throws IOException {
        for (int version = 1; version <= 3; version++) {
            assertTrue(filled(version).finish());
            assertNotNull(files.find(key(version)));
        }
        assertNotNull(files.find(key(1)));
        assertTrue(filled(4).finish());
        assertNull(files.find(key(2)));
        assertNotNull(files.find(key(1)));
        assertEquals(3, fileCount());
        assertFalse(files.takes(500_001));
    }

    @Test
    void whatIsAbandonedOrLeftBehindGoes() throws IOException {
        ContentBuild build = filled(1);
        build.abandon();
        assertEquals(0, fileCount());
        assertFalse(offer(build, 0, SIZE), "it is over");
        Files.createFile(root.resolve("boot/part-other-1"));
        wallSeconds = TimeUnit.MILLISECONDS.toSeconds(
                Files.getLastModifiedTime(root.resolve("boot/part-other-1")).toMillis()) + 3600;
        assertTrue(filled(2).finish());
        assertEquals(1, fileCount());
    }

    @Test
    void contentsOfAnotherRunOfTheKernelAreNotTrusted() throws IOException {
        assertTrue(filled(1).finish());
        ContentFiles later = ContentFiles.open(root, 1_000_000, "boot2", "me", clock);
        assertNull(later.find(key(1)));
        assertFalse(Files.exists(root.resolve("boot")));
    }

    @Test
    void aContentOfAnotherSizeIsNone() throws IOException {
        Files.write(root.resolve("boot").resolve(key(1).fileName()), new byte[SIZE - 1]);
        assertNull(files.find(key(1)));
        assertEquals(0, fileCount());
    }
}
