package io.cffs.bench.commit;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.HdrHistogram.Histogram;

/**
 * Disjoint small commits, each a begin, a read-modify-write of a page of its own file, and a commit, with 1 to 256 in
 * flight, embedded and durable. Arguments: a directory on the disk to measure, and seconds for each line.
 */
public final class CommitRate {
    private static final int FILES = 256;

    private CommitRate() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(Path.of(arguments.length > 0 ? arguments[0] : "commit-rate"));
        double seconds = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 3;
        int bytes = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 100;
        Histogram syncs = new Histogram(3);
        try (Bed.SyncProbe probe = new Bed.SyncProbe(directory)) {
            for (int i = 0; i < 1000; i++) {
                syncs.recordValue(probe.sync());
            }
        }
        System.out.printf("fdatasync of 4 KiB: p50 %.3f ms, p99 %.3f ms%n", millis(syncs, 50), millis(syncs, 99));
        try (Bed bed = new Bed(directory.resolve("store-" + System.nanoTime()))) {
            long first = bed.createFiles(FILES);
            measure(bed, first, 16, seconds / 2, bytes);
            System.out.println("in flight   commits/s   p50 ms   p99 ms   p50 in syncs");
            for (int inFlight : new int[] {1, 4, 16, 64, 256}) {
                Histogram nanos = measure(bed, first, inFlight, seconds, bytes);
                System.out.printf("%9d %11.0f %8.3f %8.3f %14.2f%n", inFlight, nanos.getTotalCount() / seconds,
                        millis(nanos, 50), millis(nanos, 99), millis(nanos, 50) / millis(syncs, 50));
            }
        }
    }

    private static double millis(Histogram nanos, double percentile) {
        return nanos.getValueAtPercentile(percentile) / 1e6;
    }

    private static Histogram measure(Bed bed, long first, int inFlight, double seconds, int bytes)
            throws InterruptedException {
        Histogram all = new Histogram(3);
        CountDownLatch done = new CountDownLatch(inFlight);
        long end = System.nanoTime() + (long) (seconds * 1e9);
        List<Thread> clients = new ArrayList<>();
        for (int i = 0; i < inFlight; i++) {
            long ino = first + i;
            clients.add(Thread.ofPlatform().start(() -> {
                Histogram nanos = new Histogram(3);
                try {
                    while (System.nanoTime() < end) {
                        long start = System.nanoTime();
                        commitOne(bed, ino, bytes);
                        nanos.recordValue(System.nanoTime() - start);
                    }
                } finally {
                    synchronized (all) {
                        all.add(nanos);
                    }
                    done.countDown();
                }
            }));
        }
        done.await();
        return all;
    }

    private static void commitOne(Bed bed, long ino, int bytes) {
        TxnId txn = bed.nextTxn();
        BackendPort.Begun begun = bed.backend.begin(bed.begin(txn, 1, List.of())).join();
        List<ReadKey> reads = List.of(new ReadKey.Identity(new Ino(ino)), new ReadKey.LengthExactly(new Ino(ino)),
                new ReadKey.Pages(new Ino(ino), 0, 0));
        CommitTs snapshot = begun.snapshot();
        CommitOutcome outcome = bed.backend.commit(new CommitRequest(Bed.VOLUME, txn, 1, null, snapshot,
                begun.leaseId(), reads, List.<Mutation>of(Bed.overwrite(ino, bytes)))).join();
        if (!(outcome instanceof CommitOutcome.Committed)) {
            throw new IllegalStateException(outcome.toString());
        }
    }
}
