package io.cffs.daemon.staging;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.daemon.cache.FakeBackend;
import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.DirtyRun;
import io.cffs.txn.FileBytesSource;
import io.cffs.txn.Mutation.FileBytes;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StagerTest {
    private static final int MIB = 1024 * 1024;
    private static final TxnId TXN = new TxnId(3, 4);

    private final FakeBackend backend = new FakeBackend();
    private final ReentrantLock lock = new ReentrantLock();
    private final Written written = new Written();
    private final Stager stager = new Stager(backend, VolumeName.DEFAULT, TXN);

    @Test
    void aLittleIsNotStaged() throws Exception {
        written.put(5, 0, random(1, 5000), false);
        FileBytesSource source = stager.stage(written, lock);
        assertEquals(0, backend.staged.size());
        assertEquals(
                List.of(new FileBytes.Inline(Bytes.owning(random(1, 5000)))),
                source.bytesOf(written.runs().get(0)));
    }

    @Test
    void everyByteArrivesWhereverItTravels() throws Exception {
        written.put(5, 4096, random(1, 9 * MIB + 77), false);
        written.put(6, 0, random(2, 300), false);
        written.put(7, 0, random(3, 200 * 1024), true);
        for (int i = 0; i < 200; i++) {
            written.put(10 + i, 0, random(i, 20_000), false);
        }
        assertArrives(stager.stage(written, lock));
        assertTrue(backend.staged.size() >= 3);
    }

    @Test
    void numbersDoNotComeAgainInLaterAttempts() throws Exception {
        written.put(5, 0, random(1, 9 * MIB), false);
        stager.stage(written, lock);
        Set<StagedId> first = new HashSet<>(backend.staged.keySet());
        stager.newAttempt();
        stager.stage(written, lock);
        assertEquals(2 * first.size(), backend.staged.size());
    }

    @Test
    void aFailedUploadFailsTheStaging() {
        written.put(5, 0, random(1, 60 * MIB), false);
        BackendException full = new BackendException(BackendException.Cause.NO_SPACE, "full", null);
        backend.stageAnswer = right -> CompletableFuture.failedFuture(full);
        assertEquals(full, assertThrows(BackendException.class, () -> stager.stage(written, lock)));
        assertTrue(backend.staged.size() <= Uploads.AT_A_TIME_MAX);
        backend.stageAnswer = right -> right.thenApply(done -> {
            throw full;
        });
        assertEquals(full, assertThrows(BackendException.class, () -> stager.stage(written, lock)));
    }

    @Test
    void uploadsUnderWayAreBoundedAndTheLockIsFree() throws Exception {
        written.put(5, 0, random(1, 60 * MIB), false);
        List<CompletableFuture<Void>> open = new ArrayList<>();
        List<Integer> openCounts = new ArrayList<>();
        backend.stageAnswer = right -> {
            assertTrue(!lock.isHeldByCurrentThread());
            CompletableFuture<Void> held = new CompletableFuture<>();
            synchronized (open) {
                open.add(held);
                openCounts.add((int) open.stream().filter(upload -> !upload.isDone()).count());
                if (open.size() % Uploads.AT_A_TIME_MAX == 0) {
                    Thread.startVirtualThread(() -> {
                        synchronized (open) {
                            open.forEach(upload -> upload.complete(null));
                        }
                    });
                }
            }
            if (backend.staged.size() == 15) {
                Thread.startVirtualThread(() -> {
                    synchronized (open) {
                        open.forEach(upload -> upload.complete(null));
                    }
                });
            }
            return held;
        };
        stager.stage(written, lock);
        assertEquals(15, backend.staged.size());
        assertTrue(openCounts.stream().allMatch(count -> count <= Uploads.AT_A_TIME_MAX), openCounts::toString);
    }

    @Test
    void whatIsLeftAloneIsStagedAheadAndUsedIfItStaysSo() throws Exception {
        written.put(5, 0, random(1, 13 * MIB), false);
        stager.stageAhead(written, lock);
        assertEquals(0, backend.staged.size());
        stager.stageAhead(written, lock);
        assertEquals(3, backend.staged.size());
        stager.stageAhead(written, lock);
        assertEquals(3, backend.staged.size());
        written.change(5, 5 * MIB);
        assertArrives(stager.stage(written, lock));
        // The window that changed, and what is after the last whole window, in one or two objects more.
        assertEquals(5, backend.staged.size());
    }

    @Test
    void whatChangesAgainAndAgainIsLeftForTheCommit() throws Exception {
        written.put(5, 0, random(1, 4 * MIB), false);
        for (int i = 0; i < 10; i++) {
            stager.stageAhead(written, lock);
            stager.stageAhead(written, lock);
            written.change(5, 100);
        }
        assertEquals(Stager.AHEAD_TRIES_MAX, backend.staged.size());
        assertArrives(stager.stage(written, lock));
    }

    /** More windows than uploads at a time, each changed between the look at all of them and the copy of it. */
    @Test
    void windowsThatChangeJustNowTakeNoRoomOfOthers() throws Exception {
        written.put(5, 0, random(1, 4 * MIB * (Uploads.AT_A_TIME_MAX + 2)), false);
        stager.stageAhead(written, lock);
        ReentrantLock busy = new ReentrantLock() {
            private static final long serialVersionUID = 1L;
            private transient int taken;

            @Override
            public void lock() {
                StagerTest.this.lock.lock();
                if (++taken > 1) {
                    written.change(5, (taken - 2) * 4 * MIB);
                }
            }

            @Override
            public void unlock() {
                StagerTest.this.lock.unlock();
            }
        };
        assertTimeoutPreemptively(Duration.ofSeconds(20), () -> stager.stageAhead(written, busy));
        assertEquals(0, backend.staged.size());
        assertArrives(stager.stage(written, lock));
    }

    @Test
    void aFailedUploadAheadIsForgotten() throws Exception {
        written.put(5, 0, random(1, 4 * MIB), false);
        stager.stageAhead(written, lock);
        backend.stageAnswer = right -> CompletableFuture.failedFuture(
                new BackendException(BackendException.Cause.TIMED_OUT, "slow", null));
        stager.stageAhead(written, lock);
        backend.staged.clear();
        backend.stageAnswer = right -> right;
        assertArrives(stager.stage(written, lock));
        assertEquals(1, backend.staged.size());
    }

    @Test
    void whatAnEarlierAttemptStagedIsNotUsed() throws Exception {
        written.put(5, 0, random(1, 4 * MIB), false);
        stager.stageAhead(written, lock);
        stager.stageAhead(written, lock);
        Written second = new Written();
        second.put(5, 0, random(2, 4 * MIB), false);
        stager.newAttempt();
        FileBytesSource source = stager.stage(second, lock);
        assertArrayEquals(random(2, 4 * MIB), gather(source, second.runs().get(0)));
    }

    @Test
    void whereABackendSeesFilesNoByteIsSent(@TempDir Path door) throws Exception {
        backend.door = door;
        written.put(5, 4096, random(1, 9 * MIB + 77), false);
        for (int i = 0; i < 200; i++) {
            written.put(10 + i, 0, random(i, 20_000), false);
        }
        stager.stageAhead(written, lock);
        stager.stageAhead(written, lock);
        assertArrives(stager.stage(written, lock));
        assertEquals(backend.staged.keySet(), backend.laid);
        assertEquals(List.of(), filesIn(door));
    }

    @Test
    void whereFilesCannotBeLeftOrAreNotTakenBytesAreSent(@TempDir Path door) throws Exception {
        backend.door = door.resolve("elsewhere");
        written.put(5, 0, random(1, 60 * MIB), false);
        assertArrives(stager.stage(written, lock));
        assertEquals(Set.of(), backend.laid);
        backend.door = door;
        backend.stageAnswer = right -> backend.laid.isEmpty() ? right : right.thenApply(done -> {
            backend.laid.clear();
            throw new BackendException(BackendException.Cause.REFUSED, "no such file", null);
        });
        Stager next = new Stager(backend, VolumeName.DEFAULT, new TxnId(5, 6));
        backend.staged.clear();
        assertArrives(next.stage(written, lock));
        assertEquals(List.of(), filesIn(door));
    }

    private static List<Path> filesIn(Path door) throws IOException {
        try (Stream<Path> files = Files.list(door)) {
            return files.toList();
        }
    }

    private void assertArrives(FileBytesSource source) throws FsException {
        for (DirtyRun run : written.runs()) {
            assertArrayEquals(written.content.get(run), gather(source, run), run::toString);
        }
    }

    /** The run's bytes as the backend would see them. */
    private byte[] gather(FileBytesSource source, DirtyRun run) throws FsException {
        byte[] gathered = new byte[(int) run.lengthBytes()];
        int at = 0;
        for (FileBytes part : source.bytesOf(run)) {
            int length = (int) part.lengthBytes();
            switch (part) {
                case FileBytes.Inline inline -> inline.bytes().copyTo(0, gathered, at, length);
                case FileBytes.Staged staged ->
                        backend.staged.get(staged.object()).copyTo((int) staged.offsetBytes(), gathered, at, length);
            }
            at += length;
        }
        assertEquals(gathered.length, at);
        return gathered;
    }

    private static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    /** Written runs in memory, with stamps per block. */
    private final class Written implements DirtyBytes {
        private final List<DirtyRun> runs = new ArrayList<>();
        private final Map<DirtyRun, byte[]> content = new HashMap<>();
        private final Map<Long, Long> stamps = new HashMap<>();
        private long stamp;

        void put(long ino, long offset, byte[] bytes, boolean append) {
            DirtyRun run = new DirtyRun(new Ino(ino), offset, bytes.length, append);
            runs.add(run);
            content.put(run, bytes);
            stamp++;
        }

        void change(long ino, int at) {
            DirtyRun run = runs.stream().filter(r -> r.ino().value() == ino).findFirst().orElseThrow();
            byte[] changed = Arrays.copyOf(content.get(run), (int) run.lengthBytes());
            changed[at]++;
            content.put(run, changed);
            stamps.put(Blocks.blockOf(run.offset() + at), ++stamp);
        }

        @Override
        public List<DirtyRun> runs() {
            return List.copyOf(runs);
        }

        @Override
        public void read(DirtyRun run, long from, ByteBuffer target) {
            target.put(content.get(run), (int) from, target.remaining());
        }

        @Override
        public long changedAt(Ino ino, long blockIndex) {
            assertTrue(lock.isHeldByCurrentThread());
            return stamps.getOrDefault(blockIndex, 1L);
        }
    }
}
