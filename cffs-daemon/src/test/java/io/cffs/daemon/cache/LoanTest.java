package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey.BlockKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes that are sent from where they lie in the slab, while others want the place. */
class LoanTest {
    private static final VolumeIdentity VOLUME = new VolumeIdentity(1, 2);
    private static final long CAPACITY_BYTES = 8L * 1024 * 1024;
    private static final int BLOCK = Blocks.BLOCK_BYTES;
    private static final CommitTs AT = new CommitTs(1);

    @TempDir
    Path directory;

    private final SettableTicker ticker = new SettableTicker();
    private final Loan loan = new Loan();
    private SlabBlockCache cache;
    private SlabBlockCache other;

    @BeforeEach
    void open() throws IOException {
        cache = SlabBlockCache.open(directory.resolve("blocks.slab"), CAPACITY_BYTES, ticker);
        other = SlabBlockCache.open(directory.resolve("blocks.slab"), CAPACITY_BYTES, ticker);
    }

    @AfterEach
    void close() {
        cache.close();
        other.close();
    }

    @Test
    void whatIsLentAndWhatIsCopiedAreInOrder() {
        cache.put(VOLUME, key(1), AT, content(1));
        cache.put(VOLUME, key(2), AT, content(2));
        ByteBuffer target = ByteBuffer.allocateDirect(2 * BLOCK + 100);
        loan.begin();
        target.put(new byte[50]);
        assertEquals(BLOCK - 7, cache.lend(VOLUME, key(1), AT, 7, BLOCK - 7, target, loan));
        target.put(new byte[7]);
        assertEquals(BLOCK, cache.lend(VOLUME, key(2), AT, 0, BLOCK, target, loan));
        target.put(new byte[50]);
        byte[] expected = new byte[2 * BLOCK + 100];
        content(1).copyTo(7, expected, 50, BLOCK - 7);
        content(2).copyTo(0, expected, 50 + BLOCK, BLOCK);
        assertTrue(loan.send(target.flip(), pieces -> assertEquals(ByteBuffer.wrap(expected), joined(pieces))));
    }

    @Test
    void whatIsSmallOrShorterOrNotKnownToBeRightIsNotLent() {
        cache.put(VOLUME, key(1), AT, content(1));
        assertFalse(lends(cache, key(1), 0, Loan.PART_BYTES_MIN - 1));
        assertFalse(lends(cache, key(1), 1, BLOCK));
        assertFalse(lends(cache, key(2), 0, BLOCK));
        // Another process has written it: its checksum was never looked at here.
        assertFalse(lends(other, key(1), 0, BLOCK));
        other.get(VOLUME, key(1), AT);
        assertTrue(lends(other, key(1), 0, BLOCK));
    }

    @Test
    void whatWasOverwrittenMeanwhileIsNotSent() {
        cache.put(VOLUME, key(1), AT, content(1));
        assertTrue(lends(cache, key(1), 0, BLOCK));
        overwriteAll(other);
        assertFalse(loan.send(ByteBuffer.allocate(BLOCK), pieces -> {
            throw new AssertionError("sent");
        }));
    }

    @Test
    void nobodyOverwritesWhatIsBeingSent() {
        cache.put(VOLUME, key(1), AT, content(1));
        assertTrue(lends(cache, key(1), 0, BLOCK));
        assertTrue(loan.send(ByteBuffer.allocate(BLOCK), pieces -> {
            overwriteAll(cache);
            overwriteAll(other);
            assertEquals(content(1).asBuffer(), joined(pieces));
        }));
        // Afterwards the place is free again.
        overwriteAll(other);
        for (int i = 0; i < 200; i++) {
            Bytes found = other.get(VOLUME, key(1000 + i), AT);
            assertTrue(found == null || found.equals(content(1000 + i)));
        }
        assertFalse(cache.contains(VOLUME, key(1), AT));
    }

    @Test
    void manyReadersAndWritersAtOnce() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger sent = new AtomicInteger();
        List<Throwable> wrong = new ArrayList<>();
        List<Thread> threads = new ArrayList<>();
        // Readers may be through before a writer has had its turn.
        for (int number = 0; number < 80; number++) {
            cache.put(VOLUME, key(number), AT, content(number));
        }
        for (int t = 0; t < 4; t++) {
            SlabBlockCache mine = t % 2 == 0 ? cache : other;
            SplittableRandom random = new SplittableRandom(t);
            boolean writes = t < 2;
            threads.add(Thread.ofPlatform().start(() -> {
                try {
                    for (int i = 0; writes ? !done.get() : i < 1500; i++) {
                        int number = random.nextInt(80);
                        if (writes) {
                            mine.put(VOLUME, key(number), AT, content(number));
                        } else {
                            sent.addAndGet(sendOnce(mine, number) ? 1 : 0);
                        }
                    }
                } catch (Throwable failed) {
                    synchronized (wrong) {
                        wrong.add(failed);
                    }
                }
            }));
        }
        for (Thread reader : threads.subList(2, 4)) {
            reader.join();
        }
        done.set(true);
        for (Thread writer : threads.subList(0, 2)) {
            writer.join();
        }
        assertEquals(List.of(), wrong);
        assertTrue(sent.get() > 50, "sent: " + sent);
    }

    private static boolean sendOnce(SlabBlockCache cache, int number) {
        Loan mine = new Loan();
        mine.begin();
        cache.get(VOLUME, key(number), AT);
        return cache.lend(VOLUME, key(number), AT, 0, BLOCK, ByteBuffer.allocate(BLOCK), mine) == BLOCK
                && mine.send(ByteBuffer.allocate(BLOCK), pieces -> {
                    ByteBuffer expected = content(number).asBuffer();
                    for (int i = 0; i < 20; i++) {
                        assertEquals(expected, pieces[0].duplicate());
                    }
                });
    }

    /** The system gives a lock up when its process dies, and not before. */
    @Test
    void sendersOfOtherProcessesCount() throws Exception {
        Path gateFile;
        try (Stream<Path> files = Files.list(directory)) {
            gateFile = files.filter(file -> file.toString().endsWith(".gate")).findFirst().orElseThrow();
        }
        Process sender = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Sender.class.getName(), gateFile.toString()).start();
        try (SlabGate gate = SlabGate.open(gateFile)) {
            assertEquals('+', sender.getInputStream().read());
            assertFalse(gate.whileNobodySends(() -> { }));
            assertTrue(gate.enter());
            gate.leave();
            sender.destroyForcibly().waitFor();
            assertTrue(gate.whileNobodySends(() -> { }));
        } finally {
            sender.destroyForcibly();
        }
    }

    /** A process that is stopped while it sends. */
    static final class Sender {
        private Sender() {}

        public static void main(String[] args) throws Exception {
            SlabGate.open(Path.of(args[0])).enter();
            System.out.print('+');
            System.out.flush();
            System.in.read();
        }
    }

    private boolean lends(SlabBlockCache from, BlockKey key, int at, int length) {
        loan.begin();
        return from.lend(VOLUME, key, AT, at, length, ByteBuffer.allocate(2 * BLOCK), loan) == length;
    }

    /** More than fit. */
    private static void overwriteAll(SlabBlockCache cache) {
        for (int round = 0; round < 3; round++) {
            for (int i = 0; i < 200; i++) {
                cache.put(VOLUME, key(1000 + i), AT, content(1000 + i));
            }
        }
    }

    private static ByteBuffer joined(ByteBuffer[] pieces) {
        ByteBuffer joined = ByteBuffer.allocate(4 * BLOCK);
        for (ByteBuffer piece : pieces) {
            joined.put(piece.duplicate());
        }
        return joined.flip();
    }

    private static BlockKey key(int number) {
        return new BlockKey(new Ino(5), number);
    }

    private static Bytes content(int seed) {
        byte[] bytes = new byte[BLOCK];
        new SplittableRandom(seed).nextBytes(bytes);
        return Bytes.owning(bytes);
    }
}
