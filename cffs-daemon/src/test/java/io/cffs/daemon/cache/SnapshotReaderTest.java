package io.cffs.daemon.cache;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.ObjectKey.DentryKey;
import io.cffs.model.ObjectKey.InodeKey;
import io.cffs.model.StoredObject;
import io.cffs.model.VolumeName;
import io.cffs.txn.SnapshotMiss;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class SnapshotReaderTest {
    private static final Ino ROOT = Ino.ROOT;
    private static final int BLOCK = Blocks.BLOCK_BYTES;
    private static final VolumeIdentity VOLUME = new VolumeIdentity(1, 2);

    private final FakeBackend backend = new FakeBackend();
    private final Queue<Runnable> background = new ArrayDeque<>();
    private final MemoryBlockCache blocks = new MemoryBlockCache(64 << 20);
    private SnapshotCache cache = cache(new CacheLimits(1 << 20, 8 << 20, 32, 0));

    private SnapshotCache cache(CacheLimits limits) {
        return new SnapshotCache(backend, VolumeName.DEFAULT, VOLUME, blocks, limits, background::add);
    }

    @Test
    void aMissSaysWhatToFetchAndAfterThatTheAnswerIsThere() {
        backend.putFile(1, 1, "a", 10, 5);
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        SnapshotMiss miss = assertThrows(SnapshotMiss.class, () -> reader.dentry(ROOT, Name.of("a")));
        assertEquals(new SnapshotMiss.Wanted.Objects(List.of(dentry("a"))), miss.wanted());
        reader.fetch(miss.wanted());
        assertEquals(new Ino(10), reader.dentry(ROOT, Name.of("a")).ino());
        assertEquals(5, ask(reader, () -> reader.inode(new Ino(10))).sizeBytes());
        assertEquals(2, backend.itemCount());
    }

    @Test
    void absenceIsRememberedOverAttempts() {
        SnapshotReader first = cache.advance(new CommitTs(1), null);
        assertNull(ask(first, () -> first.dentry(ROOT, Name.of("none"))));
        assertNull(ask(first, () -> first.block(new Ino(10), 3)));
        assertNull(ask(first, () -> first.xattr(new Ino(10), Name.of("user.x"))));
        SnapshotReader second = cache.advance(new CommitTs(2), List.of());
        assertNull(second.dentry(ROOT, Name.of("none")));
        assertNull(second.block(new Ino(10), 3));
        assertNull(second.xattr(new Ino(10), Name.of("user.x")));
        assertEquals(3, backend.itemCount());
    }

    @Test
    void namesThatAreLookedUpOneAfterTheOtherAreFetchedTogetherAndSoAreContents() {
        for (int i = 0; i < 100; i++) {
            backend.putFile(1, 1, "f" + (100 + i), 10 + i, 3);
            backend.putBlock(1, 10 + i, 0, (byte) i, 3);
        }
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        for (int i = 0; i < 100; i++) {
            Name name = Name.of("f" + (100 + i));
            Ino ino = ask(reader, () -> reader.dentry(ROOT, name)).ino();
            assertEquals(3, ask(reader, () -> reader.inode(ino)).sizeBytes());
        }
        int names = backend.fetches.size() + backend.listings.size();
        assertTrue(names <= 2 * DirectoryScans.SINGLE_NAMES, names + " round trips for 100 names");
        for (int i = 0; i < 100; i++) {
            Ino ino = new Ino(10 + i);
            ByteBuffer target = ByteBuffer.allocate(3);
            ask(reader, () -> reader.copyBlock(ino, 0, 0, 3, target.clear()));
            assertEquals((byte) i, target.get(0));
        }
        int contents = backend.fetches.size() + backend.listings.size() - names;
        assertTrue(contents <= 16, contents + " round trips for 100 contents");
    }

    @Test
    void whatHasChangedIsDroppedAndNothingElse() {
        backend.putFile(1, 1, "a", 10, 5);
        backend.putFile(1, 1, "b", 11, 6);
        SnapshotReader first = cache.advance(new CommitTs(1), null);
        ask(first, () -> first.inode(new Ino(10)));
        ask(first, () -> first.inode(new Ino(11)));
        backend.putFile(2, 1, "a", 10, 500);
        SnapshotReader second = cache.advance(new CommitTs(2), List.of(new InodeKey(new Ino(10))));
        assertEquals(6, second.inode(new Ino(11)).sizeBytes());
        assertThrows(SnapshotMiss.class, () -> second.inode(new Ino(10)));
        assertEquals(500, ask(second, () -> second.inode(new Ino(10))).sizeBytes());
    }

    @Test
    void changesThatAreNotKnownMeanToAskAgainWithoutData() {
        backend.putFile(1, 1, "a", 10, 3);
        backend.putBlock(1, 10, 0, (byte) 7, 3);
        SnapshotReader first = cache.advance(new CommitTs(1), null);
        ask(first, () -> first.inode(new Ino(10)));
        ask(first, () -> first.block(new Ino(10), 0));
        backend.fetches.clear();
        SnapshotReader second = cache.advance(new CommitTs(9), null);
        assertEquals(3, ask(second, () -> second.inode(new Ino(10))).sizeBytes());
        assertEquals(FakeBackend.filled((byte) 7, 3), ask(second, () -> second.block(new Ino(10), 0)).raw());
        assertEquals(
                List.of(
                        List.of(new FetchItem(new InodeKey(new Ino(10)), new CommitTs(1))),
                        List.of(new FetchItem(new BlockKey(new Ino(10), 0), new CommitTs(1)))),
                backend.fetches);
    }

    @Test
    void aBlockWhoseBytesAreGoneIsNotRevalidatedButFetched() {
        backend.putBlock(1, 10, 0, (byte) 7, 3);
        cache = new SnapshotCache(backend, VolumeName.DEFAULT, VOLUME, new MemoryBlockCache(0),
                new CacheLimits(1 << 20, 0, 0, 0), background::add);
        SnapshotReader first = cache.advance(new CommitTs(1), null);
        fetch(first, new BlockKey(new Ino(10), 0));
        cache.advance(new CommitTs(9), null);
        SnapshotReader second = cache.advance(new CommitTs(9), null);
        fetch(second, new BlockKey(new Ino(10), 0));
        assertNull(backend.fetches.get(1).get(0).known());
    }

    /** A new process on a host whose block cache is warm has no metadata, and yet no block is sent to it. */
    @Test
    void aNewMountAsksWhetherWhatTheHostHasIsRight() {
        backend.putBlock(3, 10, 0, (byte) 7, 3000);
        blocks.put(VOLUME, new BlockKey(new Ino(10), 0), new CommitTs(3), FakeBackend.filled((byte) 7, 3000));
        blocks.put(VOLUME, new BlockKey(new Ino(10), 0), new CommitTs(8), FakeBackend.filled((byte) 8, 3000));
        SnapshotReader reader = cache.advance(new CommitTs(5), null);
        assertEquals((byte) 7, ask(reader, () -> reader.block(new Ino(10), 0)).raw().at(0));
        assertEquals(List.of(List.of(new FetchItem(new BlockKey(new Ino(10), 0), new CommitTs(3)))), backend.fetches);
        backend.putBlock(6, 10, 0, (byte) 9, 3000);
        SnapshotReader later = cache.advance(new CommitTs(7), List.of(new BlockKey(new Ino(10), 0)));
        assertEquals((byte) 9, ask(later, () -> later.block(new Ino(10), 0)).raw().at(0));
    }

    @Test
    void theReaderOfAnEndedAttemptAnswersNoMore() {
        SnapshotReader first = cache.advance(new CommitTs(1), null);
        cache.advance(new CommitTs(2), List.of());
        assertThrows(IllegalStateException.class, () -> first.inode(ROOT));
    }

    /** The answer was read at the old snapshot; the change list of the new one has dropped the key already. */
    @Test
    void anAnswerThatArrivesAfterTheAttemptDoesNotGetIn() {
        backend.putFile(1, 1, "a", 10, 5);
        SnapshotReader first = cache.advance(new CommitTs(1), null);
        List<SnapshotReader> second = new ArrayList<>();
        backend.fetchAnswer = answer -> {
            backend.putFile(2, 1, "a", 10, 500);
            second.add(cache.advance(new CommitTs(2), List.of(new InodeKey(new Ino(10)))));
            return answer;
        };
        fetch(first, new InodeKey(new Ino(10)));
        backend.fetchAnswer = answer -> answer;
        assertThrows(SnapshotMiss.class, () -> second.get(0).inode(new Ino(10)));
        assertEquals(500, ask(second.get(0), () -> second.get(0).inode(new Ino(10))).sizeBytes());
    }

    @Test
    void whatTwoThreadsWantIsFetchedOnce() throws Exception {
        backend.putFile(1, 1, "a", 10, 5);
        CountDownLatch asked = new CountDownLatch(1);
        CompletableFuture<Void> gate = new CompletableFuture<>();
        backend.fetchAnswer = answer -> {
            asked.countDown();
            return gate.thenCombine(answer, (open, fetched) -> fetched);
        };
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            threads.add(Thread.startVirtualThread(() -> fetch(reader, new InodeKey(new Ino(10)))));
        }
        assertTrue(asked.await(10, TimeUnit.SECONDS));
        gate.complete(null);
        for (Thread thread : threads) {
            assertTrue(thread.join(Duration.ofSeconds(10)));
        }
        assertEquals(1, backend.itemCount());
        assertEquals(5, reader.inode(new Ino(10)).sizeBytes());
    }

    @Test
    void aFailureReachesWhoAskedAndTheNextTryMayWork() {
        backend.putFile(1, 1, "a", 10, 5);
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        BackendException lost = new BackendException(BackendException.Cause.UNREACHABLE, "gone", null);
        backend.fetchAnswer = answer -> CompletableFuture.failedFuture(lost);
        assertEquals(lost, assertThrows(BackendException.class, () -> fetch(reader, new InodeKey(new Ino(10)))));
        backend.fetchAnswer = answer -> answer;
        assertEquals(5, ask(reader, () -> reader.inode(new Ino(10))).sizeBytes());
    }

    @Test
    void answersThatAreNoAnswersAreRefused() {
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        InodeKey key = new InodeKey(new Ino(10));
        List<List<Fetched>> answers = List.of(
                List.of(),
                List.of(new Fetched.Unchanged(key, new CommitTs(1))),
                List.of(new Fetched.Found(key, new CommitTs(1), new StoredObject.XattrObject(Bytes.EMPTY))));
        for (List<Fetched> answer : answers) {
            backend.fetchAnswer = right -> CompletableFuture.completedFuture(answer);
            BackendException e = assertThrows(BackendException.class, () -> fetch(reader, key));
            assertEquals(BackendException.Cause.PROTOCOL, e.kind());
        }
    }

    @Test
    void whatTheBackendBringsAlongIsKept() {
        backend.related = true;
        backend.putFile(1, 1, "a", 10, 5);
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        ask(reader, () -> reader.dentry(ROOT, Name.of("a")));
        assertEquals(5, reader.inode(new Ino(10)).sizeBytes());
        assertEquals(1, backend.fetches.size());
    }

    @Test
    void aSequentialReaderIsReadAheadWithABoundedWindow() {
        int blockCount = 100;
        backend.putFile(1, 1, "big", 10, (long) blockCount * BLOCK - 5);
        for (int i = 0; i < blockCount; i++) {
            backend.putBlock(1, 10, i, (byte) i, 100);
        }
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        ask(reader, () -> reader.inode(new Ino(10)));
        backend.fetches.clear();
        int missCount = 0;
        for (int i = 0; i < blockCount; i++) {
            int index = i;
            try {
                reader.block(new Ino(10), index);
            } catch (SnapshotMiss miss) {
                missCount++;
                reader.fetch(miss.wanted());
            }
            assertEquals((byte) i, ask(reader, () -> reader.block(new Ino(10), index)).raw().at(0));
            runBackground();
        }
        assertEquals(1, missCount);
        assertEquals(blockCount, backend.itemCount());
        assertTrue(backend.fetches.stream().allMatch(items -> items.size() <= 8));
        assertTrue(backend.fetches.size() < 25, "requests: " + backend.fetches.size());
    }

    @Test
    void aRandomReaderIsNotReadAhead() {
        backend.putFile(1, 1, "big", 10, 100L * BLOCK);
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        ask(reader, () -> reader.inode(new Ino(10)));
        for (long index : new long[] {50, 7, 90, 20, 3}) {
            ask(reader, () -> reader.block(new Ino(10), index));
        }
        assertTrue(background.isEmpty());
        assertEquals(6, backend.itemCount());
    }

    @Test
    void theFootprintOfTheLastAttemptIsFetchedAheadInOneRequest() {
        cache = cache(new CacheLimits(1 << 20, 8 << 20, 32, 100));
        for (int i = 0; i < 20; i++) {
            backend.putFile(1, 1, "f" + i, 10 + i, i);
        }
        SnapshotReader first = cache.advance(new CommitTs(1), null);
        for (int i = 0; i < 20; i++) {
            Ino ino = new Ino(10 + i);
            ask(first, () -> first.inode(ino));
        }
        runBackground();
        backend.fetches.clear();
        backend.putFile(2, 1, "f3", 13, 300);
        SnapshotReader second = cache.advance(new CommitTs(2), List.of(new InodeKey(new Ino(13))));
        assertEquals(0, backend.fetches.size());
        runBackground();
        assertEquals(List.of(List.of(new FetchItem(new InodeKey(new Ino(13)), null))), backend.fetches);
        assertEquals(300, second.inode(new Ino(13)).sizeBytes());
        second.inode(new Ino(14));
        SnapshotReader third = cache.advance(new CommitTs(3), null);
        runBackground();
        assertEquals(2, backend.fetches.get(1).size());
        assertEquals(300, third.inode(new Ino(13)).sizeBytes());
    }

    /** An operation that needs many objects at once must end, even if the cache refuses to keep any. */
    @Test
    void whatWasFetchedStaysUntilTheOperationHasRunAgain() {
        cache = cache(new CacheLimits(0, 8 << 20, 32, 0));
        for (int i = 0; i < 500; i++) {
            backend.putFile(1, 1, "f" + i, 10 + i, i);
        }
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        long sum = ask(reader, () -> {
            long sizes = 0;
            for (int i = 0; i < 500; i++) {
                sizes += reader.inode(reader.dentry(ROOT, Name.of("f" + i)).ino()).sizeBytes();
            }
            return sizes;
        });
        assertEquals(499 * 500 / 2, sum);
        assertTrue(backend.itemCount() <= 1000, "nothing is fetched twice");
    }

    @Test
    void metadataAndHotBlocksStayWithinTheirBounds() {
        cache = cache(new CacheLimits(100_000, 300_000, 0, 0));
        SnapshotReader reader = cache.advance(new CommitTs(1), null);
        for (int i = 0; i < 5_000; i++) {
            backend.putFile(1, 1, "f" + i, 10 + i, i);
            backend.putBlock(1, 10 + i, 0, (byte) i, 1000);
            fetch(reader, dentry("f" + i));
            fetch(reader, new BlockKey(new Ino(10 + i), 0));
            assertTrue(cache.metadataBytes() <= 100_000);
            assertTrue(cache.hotBlockBytes() <= 300_000);
        }
        assertTrue(cache.metadataBytes() > 50_000);
    }

    private static DentryKey dentry(String name) {
        return new DentryKey(ROOT, Name.of(name));
    }

    private static void fetch(SnapshotReader reader, ObjectKey key) {
        reader.fetch(new SnapshotMiss.Wanted.Objects(List.of(key)));
    }

    /** As a session does it: run, fetch what is missing, run again. Bounded. */
    static <T> T ask(SnapshotReader reader, Supplier<T> operation) {
        for (int round = 0; round < 2_000; round++) {
            try {
                return operation.get();
            } catch (SnapshotMiss miss) {
                reader.fetch(miss.wanted());
            }
        }
        throw new AssertionError("an operation that never has all it needs");
    }

    private void runBackground() {
        for (Runnable task = background.poll(); task != null; task = background.poll()) {
            task.run();
        }
    }
}
