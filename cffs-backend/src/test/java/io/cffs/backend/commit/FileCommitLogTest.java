package io.cffs.backend.commit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.cffs.backend.Seeded;
import io.cffs.backend.disk.DiskDirectory;
import io.cffs.backend.disk.DurableFile;
import io.cffs.backend.disk.MemoryDirectory;
import io.cffs.model.Epoch;
import io.cffs.txn.port.BackendException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class FileCommitLogTest extends CommitLogContract {
    private static final long SEGMENT_BYTES = 64 * 1024;
    private static final long SECRET = 7;
    private MemoryDirectory directory = new MemoryDirectory();

    @Override
    CommitLog fresh() {
        return FileCommitLog.open(directory, SECRET, SEGMENT_BYTES);
    }

    @Override
    CommitLog reopened(CommitLog log) {
        log.close();
        return FileCommitLog.open(directory, SECRET, SEGMENT_BYTES);
    }

    @Override
    void fillUp(CommitLog log) {
        directory.setCapacity(0);
    }

    @Override
    void makeRoom(CommitLog log) {
        directory.setCapacity(Long.MAX_VALUE);
    }

    @Test
    void worksOnARealDisk(@TempDir Path path) throws IOException {
        FileCommitLog log = FileCommitLog.open(DiskDirectory.at(path), SECRET, SEGMENT_BYTES);
        log.fence(ONE);
        for (int i = 0; i < 40; i++) {
            append(log, ONE, List.of(record(5000, i), record(7, i)));
        }
        log.cut(log.next() - 2);
        log.close();
        FileCommitLog again = FileCommitLog.open(DiskDirectory.at(path), SECRET, SEGMENT_BYTES);
        List<byte[]> found = all(again, again.next() - 2);
        assertArrayEquals(record(5000, 39), found.get(0));
        assertArrayEquals(record(7, 39), found.get(1));
        assertTrue(again.first() > CommitLog.FIRST_POSITION);
        again.close();
    }

    /** Each seed: batches of random records, then the power goes in the middle of an append, several times over. */
    @Test
    void nothingAcknowledgedIsLostInPowerCuts() {
        for (long seed : Seeded.seeds(400)) {
            Seeded random = new Seeded(seed);
            MemoryDirectory disk = new MemoryDirectory();
            List<byte[]> acknowledged = new ArrayList<>();
            List<byte[]> inFlight = new ArrayList<>();
            for (long life = 1; life <= 4; life++) {
                FileCommitLog log = FileCommitLog.open(disk, SECRET, 16 * 1024);
                assertPrefix(acknowledged, inFlight, all(log, log.first()), "seed " + seed + " life " + life);
                acknowledged = all(log, log.first());
                inFlight = List.of();
                log.fence(new Epoch(life));
                int batches = random.below(12);
                for (int i = 0; i < batches; i++) {
                    List<byte[]> batch = batch(random);
                    append(log, new Epoch(life), batch);
                    acknowledged.addAll(batch);
                }
                inFlight = batch(random);
                disk.failSyncs(1);
                List<byte[]> last = inFlight;
                assertThrows(BackendException.class, () -> append(log, log.epoch(), last));
                disk = disk.afterPowerCut(random);
            }
        }
    }

    private static List<byte[]> batch(Seeded random) {
        List<byte[]> batch = new ArrayList<>();
        int count = 1 + random.below(5);
        for (int i = 0; i < count; i++) {
            batch.add(random.bytes(random.below(random.below(4) == 0 ? 9000 : 300)));
        }
        return batch;
    }

    private static void assertPrefix(List<byte[]> must, List<byte[]> may, List<byte[]> found, String where) {
        assertTrue(found.size() >= must.size(), () -> where + ": lost " + (must.size() - found.size()));
        assertTrue(found.size() <= must.size() + may.size(), () -> where + ": has " + found.size());
        List<byte[]> all = new ArrayList<>(must);
        all.addAll(may);
        for (int i = 0; i < found.size(); i++) {
            assertArrayEquals(all.get(i), found.get(i), where + " record " + i);
        }
    }

    /**
     * A segment that was cut behind its tail ends within a block. As a spare it is written again up to that end, and
     * its last block is appended whole: on a full disk that has to be found out before, when nothing is in doubt yet.
     */
    @Test
    void aFullDiskBreaksNoLogWhoseSegmentWasCutBefore() {
        MemoryDirectory disk = new MemoryDirectory();
        FileCommitLog log = FileCommitLog.open(disk, SECRET, 16 * 1024);
        log.fence(ONE);
        append(log, ONE, List.of(record(15_900, 1)));
        log.close();
        FileCommitLog cut = FileCommitLog.open(disk, SECRET, 16 * 1024);
        append(cut, ONE, List.of(record(15_900, 2)));
        cut.cut(cut.next() - 1);
        append(cut, ONE, List.of(record(500, 3)));
        disk.setCapacity(0);
        int appended = 0;
        BackendException refused = null;
        while (refused == null && appended < 500) {
            try {
                append(cut, ONE, List.of(record(40, appended)));
                appended++;
            } catch (BackendException full) {
                refused = full;
            }
        }
        assertEquals(BackendException.Cause.NO_SPACE, refused.kind(), refused::getMessage);
        disk.setCapacity(Long.MAX_VALUE);
        append(cut, ONE, List.of(record(40, 0)));
    }

    /** A disk that fails while a segment is being made is no full disk: who reads the sentence would free some room. */
    @Test
    void aFailingDiskIsNotCalledFull() {
        for (boolean full : new boolean[] {false, true}) {
            MemoryDirectory disk = new MemoryDirectory();
            FileCommitLog log = FileCommitLog.open(disk, SECRET, 16 * 1024);
            log.fence(ONE);
            append(log, ONE, List.of(record(16 * 1024 - 500, 1)));
            List<byte[]> next = List.of(record(1000, 2));
            if (full) {
                disk.setCapacity(0);
            } else {
                disk.failSyncs(1);
            }
            BackendException failed = assertThrows(BackendException.class, () -> append(log, ONE, next));
            assertEquals(full ? BackendException.Cause.NO_SPACE : BackendException.Cause.STORE_FAILED, failed.kind());
            assertEquals(full, failed.getMessage().contains("no space left"), failed.getMessage());
            assertEquals(!full, failed.getMessage().contains("Input/output error"), failed.getMessage());
            disk.setCapacity(Long.MAX_VALUE);
            if (full) {
                append(log, ONE, next);
            } else {
                // The kernel may have dropped what it could not write, and would report success now.
                assertEquals(BackendException.Cause.STORE_FAILED,
                        assertThrows(BackendException.class, () -> append(log, ONE, next)).kind());
            }
            log.close();
            assertEquals(full ? 2 : 1, all(FileCommitLog.open(disk, SECRET, 16 * 1024), 1).size());
        }
    }

    /** Rot of any byte of any acknowledged frame but those of the last batch is reported and never cut off. */
    @Test
    void damageInTheMiddleIsReportedNotCut() throws IOException {
        for (long seed : Seeded.seeds(200)) {
            Seeded random = new Seeded(seed);
            MemoryDirectory disk = new MemoryDirectory();
            FileCommitLog log = FileCommitLog.open(disk, SECRET, SEGMENT_BYTES);
            log.fence(ONE);
            int before = 1 + random.below(30);
            long framesEnd = LogSegment.HEADER_BYTES + LogFrame.HEADER_BYTES;
            for (int i = 0; i < before; i++) {
                byte[] record = random.bytes(1 + random.below(100));
                framesEnd += LogFrame.sizeBytes(record.length);
                append(log, ONE, List.of(record));
            }
            append(log, ONE, List.of(record(50, 1)));
            log.close();
            long offset = LogSegment.HEADER_BYTES + random.nextBelow(framesEnd - LogSegment.HEADER_BYTES);
            String name = disk.names().getFirst();
            if (isPadding(disk, name, offset)) {
                continue;
            }
            disk.rot(name, offset);
            BackendException damaged = assertThrows(BackendException.class, () -> FileCommitLog.open(disk, SECRET,
                    SEGMENT_BYTES),
                    "seed " + seed + " offset " + offset);
            assertEquals(BackendException.Cause.STORE_FAILED, damaged.kind());
            assertTrue(damaged.getMessage().contains(name), damaged.getMessage());
        }
    }

    /** Padding carries nothing, so its rot is no damage. A frame ends at a multiple of 8. */
    private static boolean isPadding(MemoryDirectory disk, String name, long offset) throws IOException {
        DurableFile file = disk.open(name);
        ByteBuffer image = ByteBuffer.allocate((int) file.length());
        file.read(0, image);
        int salt = image.duplicate().order(ByteOrder.LITTLE_ENDIAN).getInt(12);
        int at = LogSegment.HEADER_BYTES;
        while (true) {
            LogFrame frame = LogFrame.read(image.duplicate().position(at), at, salt);
            int end = at + LogFrame.sizeBytes(frame.payloadBytes());
            if (offset < end) {
                return offset >= at + LogFrame.HEADER_BYTES + frame.payloadBytes();
            }
            at = end;
        }
    }

    @Test
    void framesOfARefusedOrTornBatchNeverComeBack() {
        for (long seed : Seeded.seeds(200)) {
            Seeded random = new Seeded(seed);
            MemoryDirectory disk = new MemoryDirectory();
            FileCommitLog log = FileCommitLog.open(disk, SECRET, SEGMENT_BYTES);
            log.fence(ONE);
            append(log, ONE, List.of(record(10, 1)));
            disk.failSyncs(1);
            assertThrows(BackendException.class, () -> append(log, ONE, List.of(record(40, 2), record(600, 3),
                    record(40, 4))));
            MemoryDirectory survivor = disk.afterPowerCut(random);
            FileCommitLog again = FileCommitLog.open(survivor, SECRET, SEGMENT_BYTES);
            int kept = all(again, again.first()).size();
            again.fence(TWO);
            append(again, TWO, List.of(record(40, 5)));
            again.close();
            FileCommitLog last = FileCommitLog.open(survivor, SECRET, SEGMENT_BYTES);
            assertEquals(kept + 1, all(last, last.first()).size(), "seed " + seed);
        }
    }

    @Test
    void aNewerFormatIsRefusedWithASentence() throws IOException {
        FileCommitLog.open(directory, SECRET, SEGMENT_BYTES).close();
        String name = directory.names().getFirst();
        DurableFile file = directory.open(name);
        ByteBuffer header = ByteBuffer.allocate(LogSegment.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        file.read(0, header);
        header.putInt(8, 99);
        java.util.zip.CRC32C crc = new java.util.zip.CRC32C();
        crc.update(header.duplicate().position(0).limit(LogSegment.HEADER_BYTES - 4));
        header.putInt(LogSegment.HEADER_BYTES - 4, (int) crc.getValue());
        file.write(0, header.clear());
        BackendException newer = assertThrows(BackendException.class, () -> FileCommitLog.open(directory, SECRET,
                SEGMENT_BYTES));
        assertTrue(newer.getMessage().contains("format 99"), newer.getMessage());
    }

    @Test
    void recordsSpanSegmentsAndOldSegmentsGo() {
        CommitLog log = fresh();
        log.fence(ONE);
        for (int i = 0; i < 100; i++) {
            append(log, ONE, List.of(record(4000, i)));
        }
        assertTrue(directory.names().size() > 3, directory.names().toString());
        log.cut(log.next());
        assertEquals(1, directory.names().stream().filter(name -> name.endsWith(".log")).count());
        assertEquals(log.next(), reopened(log).next());
    }

    /** Files of old segments become new ones: their names change, and no zeros are written in them. */
    @Test
    void filesOfOldSegmentsAreWrittenAgain() {
        CommitLog log = fresh();
        log.fence(ONE);
        for (int i = 0; i < 400; i++) {
            append(log, ONE, List.of(record(4000, i)));
            log.cut(log.next() - 3);
        }
        append(log, ONE, List.of(record(10, 400)));
        long first = log.first();
        List<String> names = directory.names();
        assertTrue(names.stream().anyMatch(name -> name.endsWith(".spare")), names.toString());
        assertTrue(names.size() <= 2 + SpareSegments.COUNT_MAX, names.toString());
        CommitLog again = reopened(log);
        List<byte[]> found = all(again, first);
        assertArrayEquals(record(10, 400), found.getLast());
        assertArrayEquals(record(4000, 399), found.get(found.size() - 2));
        assertEquals(names.stream().filter(name -> name.endsWith(".spare")).toList(),
                directory.names().stream().filter(name -> name.endsWith(".spare")).toList());
    }

    /** As {@link #nothingAcknowledgedIsLostInPowerCuts}, where what an earlier segment held stands behind the tail. */
    @Test
    void nothingOfAnEarlierSegmentComesBackInPowerCuts() {
        for (long seed : Seeded.seeds(200)) {
            Seeded random = new Seeded(seed);
            MemoryDirectory disk = new MemoryDirectory();
            List<byte[]> all = new ArrayList<>();
            for (long life = 1; life <= 4; life++) {
                FileCommitLog log = FileCommitLog.open(disk, SECRET, 16 * 1024);
                String where = "seed " + seed + " life " + life;
                int fences = (int) life - 1;
                long kept = log.next() - CommitLog.FIRST_POSITION - fences;
                assertTrue(kept >= all.size() - 1 && kept <= all.size(), where);
                all.subList((int) kept, all.size()).clear();
                List<byte[]> found = all(log, log.first());
                for (int i = 1; i <= found.size(); i++) {
                    assertArrayEquals(all.get(all.size() - i), found.get(found.size() - i), where);
                }
                log.fence(new Epoch(life));
                for (int i = 0; i < 60; i++) {
                    // Of one length: then what stood there before begins just where the next frame would.
                    byte[] record = random.bytes(seed % 2 == 0 ? 1000 : random.below(3000));
                    append(log, new Epoch(life), List.of(record));
                    all.add(record);
                    if (random.below(3) == 0) {
                        log.cut(log.next() - random.below(4));
                    }
                }
                byte[] last = random.bytes(random.below(4000));
                all.add(last);
                disk.failSyncs(1);
                assertThrows(BackendException.class, () -> append(log, log.epoch(), List.of(last)));
                disk = disk.afterPowerCut(random);
            }
        }
    }
}
