package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Bytes;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel.MapMode;
import java.nio.MappedByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;

class SlabBlockCacheTest extends BlockCacheContract {
    private static final long CAPACITY_BYTES = 4L * 1024 * 1024;
    private final SettableTicker ticker = new SettableTicker();

    @Override
    BlockCache open(long capacityBytes) throws IOException {
        return SlabBlockCache.open(path(), capacityBytes, ticker);
    }

    private Path path() {
        return directory.resolve("cache").resolve("blocks.slab");
    }

    @Test
    void theNextProcessStartsWarm() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 70_000));
        }
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            assertEquals(content(1, 70_000), cache.get(VOLUME, key(1, 1), ts(1)));
        }
    }

    @Test
    void twoThatHaveItOpenShareIt() throws Exception {
        try (BlockCache one = open(CAPACITY_BYTES);
                BlockCache other = open(CAPACITY_BYTES)) {
            one.put(VOLUME, key(1, 1), ts(1), content(1, 100));
            assertEquals(content(1, 100), other.get(VOLUME, key(1, 1), ts(1)));
        }
    }

    @Test
    void theFileIsForItsOwnerOnlyAndSparse() throws Exception {
        try (BlockCache cache = open(256L * 1024 * 1024)) {
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
            assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(path())));
            assertTrue(Files.size(path()) > 256L * 1024 * 1024);
            Process stat = new ProcessBuilder("stat", "-c", "%b", path().toString()).start();
            long diskBytes = 512 * Long.parseLong(new String(stat.getInputStream().readAllBytes()).strip());
            assertTrue(diskBytes < 2 * 1024 * 1024, "on disk: " + diskBytes);
            try (var files = Files.list(path().getParent())) {
                // The other one is its gate.
                assertEquals(2, files.count());
            }
        }
    }

    @Test
    void aFileThatIsNotSoundIsThrownAway() throws Exception {
        String[] damages = {
            "gate", "magic", "layout", "crc", "short", "long", "mode", "symlink", "empty", "smaller bound"};
        for (String damage : damages) {
            Files.deleteIfExists(path());
            try (BlockCache cache = open(2 * CAPACITY_BYTES)) {
                cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
            }
            damage(damage);
            try (BlockCache cache = open(damage.equals("smaller bound") ? CAPACITY_BYTES : 2 * CAPACITY_BYTES)) {
                assertNull(cache.get(VOLUME, key(1, 1), ts(1)), damage);
                cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
                assertEquals(content(1, 100), cache.get(VOLUME, key(1, 1), ts(1)), damage);
            }
            assertTrue(Files.isRegularFile(path()));
            assertFalse(Files.isSymbolicLink(path()));
        }
    }

    private void damage(String how) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(path().toFile(), "rw")) {
            switch (how) {
                case "magic" -> flip(file, 0);
                case "layout" -> flip(file, 11);
                case "crc" -> flip(file, 21);
                case "gate" -> {
                    try (var files = Files.newDirectoryStream(path().getParent(), "*.gate")) {
                        for (Path gate : files) {
                            Files.delete(gate);
                        }
                    }
                }
                case "short" -> file.setLength(file.length() - 1);
                case "long" -> file.setLength(file.length() + 4096);
                case "empty" -> file.setLength(0);
                case "mode" ->
                        Files.setPosixFilePermissions(path(), PosixFilePermissions.fromString("rw-r--r--"));
                case "symlink" -> {
                    Path elsewhere = path().resolveSibling("elsewhere");
                    Files.move(path(), elsewhere);
                    Files.createSymbolicLink(path(), elsewhere);
                }
                default -> assertEquals("smaller bound", how);
            }
        }
    }

    private static void flip(RandomAccessFile file, long offset) throws IOException {
        file.seek(offset);
        int value = file.read();
        file.seek(offset);
        file.write(value ^ 0x40);
    }

    @Test
    void aSmallerFileThanAskedForIsUsed() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
        }
        try (BlockCache cache = open(16 * CAPACITY_BYTES)) {
            assertEquals(content(1, 100), cache.get(VOLUME, key(1, 1), ts(1)));
            assertEquals(CAPACITY_BYTES, cache.figures().capacityBytes());
        }
    }

    /** One bit of the head or of the data, wherever it is: an absent block, never a wrong one. */
    @Test
    void noFlippedBitIsBelieved() throws Exception {
        SlabLayout layout = new SlabLayout(CAPACITY_BYTES);
        Bytes right = content(5, 2_000);
        for (int bit = 0; bit < 64 * 8 + 2_000 * 8; bit += bit < 64 * 8 ? 1 : 97) {
            Files.deleteIfExists(path());
            try (BlockCache cache = open(CAPACITY_BYTES)) {
                cache.put(VOLUME, key(1, 1), ts(1), right);
                try (MappedSlab mapped = new MappedSlab(layout)) {
                    long slotHead = mapped.headOf(1);
                    long offset = bit < 64 * 8 ? slotHead + bit / 8 : mapped.dataOf(slotHead) + (bit / 8 - 64);
                    mapped.flip(offset, bit % 8);
                }
                Bytes found = cache.get(VOLUME, key(1, 1), ts(1));
                assertTrue(found == null || found.equals(right), "bit " + bit);
                cache.put(VOLUME, key(1, 1), ts(1), right);
                Bytes again = cache.get(VOLUME, key(1, 1), ts(1));
                assertEquals(right, again, "bit " + bit);
            }
        }
    }

    @Test
    void aSlotWhoseWriterDiedIsTakenOverAfterAWhile() throws Exception {
        SlabLayout layout = new SlabLayout(CAPACITY_BYTES);
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            try (MappedSlab mapped = new MappedSlab(layout)) {
                long seconds = SlabWord.secondsOf(ticker.wallNanos());
                SlabLayout.Band band = layout.bands().getFirst();
                for (int slot = 0; slot < band.setCount() * SlabLayout.WAYS; slot++) {
                    mapped.putWord(band.headOffset(slot), SlabWord.writing(0, seconds));
                }
            }
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
            assertNull(cache.get(VOLUME, key(1, 1), ts(1)));
            ticker.advanceSeconds(4);
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
            assertNull(cache.get(VOLUME, key(1, 1), ts(1)));
            ticker.advanceSeconds(1);
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
            assertEquals(content(1, 100), cache.get(VOLUME, key(1, 1), ts(1)));
        }
    }

    /**
     * A writer that was frozen for long and has lost its slot comes back and writes into it, head and all, while
     * nothing says so. Whoever copies parts must not believe what was verified before.
     */
    @Test
    void whatALateWriterScribblesIsInNoPart() throws Exception {
        SlabLayout layout = new SlabLayout(CAPACITY_BYTES);
        Bytes right = content(5, 4_000);
        try (BlockCache cache = open(CAPACITY_BYTES);
                MappedSlab mapped = new MappedSlab(layout)) {
            long seconds = SlabWord.secondsOf(ticker.wallNanos());
            SlabLayout.Band band = layout.bands().getFirst();
            for (int slot = 0; slot < band.setCount() * SlabLayout.WAYS; slot++) {
                mapped.putWord(band.headOffset(slot), SlabWord.writing(0, seconds));
            }
            ticker.advanceSeconds(5);
            cache.put(VOLUME, key(1, 1), ts(1), right);
            assertEquals(right.slice(100, 200), partOf(cache));
            assertEquals(right.slice(100, 200), partOf(cache));
            mapped.flip(mapped.dataOf(mapped.headOf(1)) + 150, 3);
            assertNull(partOf(cache));
            // Once stolen from, a slot is never trusted again, however often it changes hands.
            cache.put(VOLUME, key(1, 1), ts(1), right);
            assertEquals(right.slice(100, 200), partOf(cache));
            mapped.flip(mapped.dataOf(mapped.headOf(1)) + 150, 3);
            assertNull(partOf(cache));
        }
    }

    private static Bytes partOf(BlockCache cache) {
        ByteBuffer target = ByteBuffer.allocate(100);
        int copied = cache.copy(VOLUME, key(1, 1), ts(1), 100, 100, target);
        assertEquals(copied == BlockCache.ABSENT ? 0 : copied, target.position());
        return copied == BlockCache.ABSENT ? null : Bytes.copyOf(target.flip());
    }

    /** What another process has put in a slot's place since it was verified here is noticed by the word alone. */
    @Test
    void aSlotThatHasChangedHandsIsVerifiedAgain() throws Exception {
        SlabLayout layout = new SlabLayout(CAPACITY_BYTES);
        Bytes right = content(5, 4_000);
        try (BlockCache cache = open(CAPACITY_BYTES);
                MappedSlab mapped = new MappedSlab(layout)) {
            cache.put(VOLUME, key(1, 1), ts(1), right);
            assertEquals(right.slice(100, 200), partOf(cache));
            long head = mapped.headOf(1);
            mapped.flip(mapped.dataOf(head) + 150, 3);
            mapped.putWord(head, SlabWord.filled(SlabWord.writing(mapped.word(head), 7)));
            assertNull(partOf(cache));
            assertEquals(1, cache.figures().damaged());
        }
    }

    /** All other versions are put, and more than the set has room for, while a half of one has been read. */
    @Test
    void aSlotThatIsOverwrittenWhileItIsReadIsNotBelieved() throws Exception {
        Bytes right = content(0, 131_072);
        BlockCache[] other = new BlockCache[1];
        int[] later = {2};
        try (SlabFile file = SlabFile.open(path(), CAPACITY_BYTES)) {
            SlabBytes hostile = new SlabBytes() {
                @Override
                public boolean read(ByteBuffer target, long offset) {
                    int half = target.remaining() / 2;
                    int limit = target.limit();
                    boolean first = file.read(target.limit(target.position() + half), offset);
                    for (int i = 0; i <= 2 * SlabLayout.WAYS; i++) {
                        other[0].put(VOLUME, key(1, 1), ts(later[0]), content(later[0]++, 131_072));
                    }
                    return first && file.read(target.limit(limit), offset + half);
                }

                @Override
                public boolean write(ByteBuffer source, long offset) {
                    return file.write(source, offset);
                }
            };
            BlockCache cache = new SlabBlockCache(file, hostile, ticker);
            try (BlockCache another = open(CAPACITY_BYTES)) {
                other[0] = another;
                int overwritten = 0;
                for (int time = 0; time < 10; time++) {
                    cache.put(VOLUME, key(1, 1), ts(1), right);
                    ByteBuffer target = ByteBuffer.allocate(131_072).position(7);
                    int copied = cache.copy(VOLUME, key(1, 1), ts(1), 0, 100_000, target);
                    overwritten += copied == BlockCache.ABSENT ? 1 : 0;
                    assertEquals(7 + Math.max(0, copied), target.position());
                    assertEquals(131_072, target.limit());
                    assertTrue(copied == BlockCache.ABSENT
                            || Bytes.copyOf(target.flip().position(7)).equals(right.slice(0, 100_000)));
                    cache.put(VOLUME, key(1, 1), ts(1), right);
                    Bytes whole = cache.get(VOLUME, key(1, 1), ts(1));
                    assertTrue(whole == null || whole.equals(right));
                    assertEquals(0, cache.figures().damaged());
                }
                assertTrue(overwritten > 5, "overwritten: " + overwritten);
            }
        }
    }

    @Test
    void dataCutShortIsAbsent() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 4_000));
            assertEquals(content(1, 4_000).slice(100, 200), partOf(cache));
            try (RandomAccessFile file = new RandomAccessFile(path().toFile(), "rw")) {
                file.setLength(new SlabLayout(CAPACITY_BYTES).metadataBytes());
            }
            assertNull(partOf(cache));
            assertNull(cache.get(VOLUME, key(1, 1), ts(1)));
        }
    }

    /** The file is cut short under the mapping, as by a careless administrator: absent, not a crash. */
    @Test
    void aFileCutShortTurnsTheCacheOff() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
            try (RandomAccessFile file = new RandomAccessFile(path().toFile(), "rw")) {
                file.setLength(0);
            }
            for (int i = 0; i < 1_000; i++) {
                assertNull(cache.get(VOLUME, key(1, i), ts(1)));
                cache.put(VOLUME, key(1, i), ts(1), content(1, 100_000));
            }
        }
    }

    @Test
    void anInterruptedThreadDoesNotSpoilItForOthers() throws Exception {
        try (BlockCache cache = open(CAPACITY_BYTES)) {
            Thread.currentThread().interrupt();
            cache.put(VOLUME, key(1, 1), ts(1), content(1, 100));
            assertTrue(Thread.interrupted());
            cache.put(VOLUME, key(1, 2), ts(1), content(2, 100));
            assertEquals(content(2, 100), cache.get(VOLUME, key(1, 2), ts(1)));
        }
    }

    @Test
    void wordsNeverComeBackAndAgesWrapAround() {
        long word = 0;
        for (int i = 0; i < 5; i++) {
            long writing = SlabWord.writing(word, (1 << 24) - 2);
            assertFalse(SlabWord.wasStolen(writing));
            assertTrue(SlabWord.wasStolen(SlabWord.writing(writing, 1)));
            assertTrue(SlabWord.wasStolen(SlabWord.writing(SlabWord.filled(SlabWord.writing(writing, 1)), 2)));
            assertTrue(SlabWord.wasStolen(SlabWord.writing(SlabWord.emptied(SlabWord.writing(writing, 1)), 2)));
            assertTrue(SlabWord.isWriting(writing));
            assertEquals(0, SlabWord.ageSeconds(writing, (1 << 24) - 2));
            assertEquals(5, SlabWord.ageSeconds(writing, 3));
            assertTrue(SlabWord.isFilled(SlabWord.filled(writing)));
            assertFalse(SlabWord.isFilled(SlabWord.emptied(writing)));
            assertFalse(SlabWord.isWriting(SlabWord.emptied(writing)));
            assertTrue(writing > word);
            word = SlabWord.filled(writing);
        }
    }

    /** The file as another process sees it. */
    private final class MappedSlab implements AutoCloseable {
        private final SlabLayout layout;
        private final RandomAccessFile file;
        private final MappedByteBuffer bytes;

        MappedSlab(SlabLayout layout) throws IOException {
            this.layout = layout;
            this.file = new RandomAccessFile(path().toFile(), "rw");
            this.bytes = file.getChannel().map(MapMode.READ_WRITE, 0, file.length());
            bytes.order(ByteOrder.nativeOrder());
        }

        /** The head of the only filled slot with this ino. */
        long headOf(long ino) {
            for (long head = SlabLayout.HEADER_BYTES; head < layout.metadataBytes(); head += SlabLayout.HEAD_BYTES) {
                if (SlabWord.isFilled(bytes.getLong((int) head)) && bytes.getLong((int) head + 24) == ino) {
                    return head;
                }
            }
            throw new AssertionError("no slot holds it");
        }

        long dataOf(long head) {
            int slot = (int) ((head - SlabLayout.HEADER_BYTES) / SlabLayout.HEAD_BYTES);
            for (SlabLayout.Band band : layout.bands()) {
                if (slot < band.firstSlot() + band.setCount() * SlabLayout.WAYS) {
                    return band.dataOffset(slot - band.firstSlot());
                }
            }
            throw new AssertionError("no such slot");
        }

        void flip(long offset, int bit) {
            bytes.put((int) offset, (byte) (bytes.get((int) offset) ^ 1 << bit));
        }

        long word(long head) {
            return bytes.getLong((int) head);
        }

        void putWord(long head, long word) {
            bytes.putLong((int) head, word);
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
