package io.cffs.bench.commit;

import io.cffs.backend.BackendSettings;
import io.cffs.backend.EmbeddedStore;
import io.cffs.backend.LocalBackend;
import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;

/** A store on a disk with some files in it, and the clocks. */
final class Bed implements AutoCloseable {
    static final VolumeName VOLUME = new VolumeName("bench");

    static final Ticker CLOCK = new Ticker() {
        @Override
        public long wallNanos() {
            Instant now = Instant.now();
            return now.getEpochSecond() * 1_000_000_000L + now.getNano();
        }

        @Override
        public long monotonicNanos() {
            return System.nanoTime();
        }
    };

    final LocalBackend backend;
    private long txns;

    Bed(Path directory) {
        backend = EmbeddedStore.open(directory, CLOCK, BackendSettings.DEFAULT, Thread.ofPlatform().daemon().factory(),
                Executors.newVirtualThreadPerTaskExecutor());
    }

    synchronized TxnId nextTxn() {
        return new TxnId(System.nanoTime(), ++txns);
    }

    /** Creates files of 4096 bytes in the root; gives the number of the first. */
    long createFiles(int count) {
        long first = backend.reserveInos(VOLUME, count).join().first();
        for (int done = 0; done < count; done += 64) {
            List<Mutation> writes = new ArrayList<>();
            for (long ino = first + done; ino < first + Math.min(count, done + 64); ino++) {
                writes.add(new Mutation.CreateInode(new Inode(new Ino(ino), FileType.REGULAR, 0644, 0, 0, 1, 0, 1, 1,
                        1, 1,
                        0, null, null)));
                writes.add(new Mutation.PutDentry(Ino.ROOT, Name.of("f" + ino), new Ino(ino), FileType.REGULAR));
                writes.add(overwrite(ino, 4096));
            }
            commit(writes, List.of(), CommitTs.ZERO);
        }
        return first;
    }

    void commit(List<Mutation> writes, List<ReadKey> reads, CommitTs snapshot) {
        CommitOutcome outcome = backend.commit(
                new CommitRequest(VOLUME, nextTxn(), 1, null, snapshot, 0, reads, writes)).join();
        if (!(outcome instanceof CommitOutcome.Committed)) {
            throw new IllegalStateException(outcome.toString());
        }
    }

    static Mutation overwrite(long ino, int bytes) {
        byte[] data = new byte[bytes];
        java.util.Arrays.fill(data, (byte) ino);
        return new Mutation.WriteBytes(new Ino(ino), 0, new Mutation.FileBytes.Inline(Bytes.owning(data)));
    }

    BackendPort.BeginRequest begin(TxnId txn, int attempt, List<ReadKey> witnesses) {
        return new BackendPort.BeginRequest(VOLUME, txn, attempt, null, CommitTs.ZERO, null, witnesses, false);
    }

    /** Overwrites 4 KiB of a file on the disk and syncs it: the baseline of what is durable. */
    static final class SyncProbe implements AutoCloseable {
        private final Path path;
        private final FileChannel channel;
        private final ByteBuffer block = ByteBuffer.allocateDirect(1 << 20);
        private int count;

        SyncProbe(Path directory) throws IOException {
            path = directory.resolve("sync-probe");
            channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            channel.write(block, 0);
            channel.force(true);
        }

        /** Nanoseconds that it took. */
        long sync() throws IOException {
            block.clear().limit(4096);
            long start = System.nanoTime();
            channel.write(block, (count++ % 256) * 4096L);
            channel.force(false);
            return System.nanoTime() - start;
        }

        @Override
        public void close() throws IOException {
            channel.close();
            Files.deleteIfExists(path);
        }
    }

    @Override
    public void close() {
        backend.close();
    }
}
