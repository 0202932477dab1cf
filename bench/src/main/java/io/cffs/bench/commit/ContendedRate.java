package io.cffs.bench.commit;

import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
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
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * Everyone wants one file: commits per second of 16 functions against those of one, each function "running" for some
 * microseconds between its read and its commit. Arguments: a directory, seconds for each line, microseconds of running.
 */
public final class ContendedRate {
    private static final int FUNCTIONS = 16;

    private ContendedRate() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path directory = Files.createDirectories(Path.of(arguments.length > 0 ? arguments[0] : "contended-rate"));
        double seconds = arguments.length > 1 ? Double.parseDouble(arguments[1]) : 3;
        long runningMicros = arguments.length > 2 ? Long.parseLong(arguments[2]) : 2000;
        try (Bed bed = new Bed(directory.resolve("store-" + System.nanoTime()))) {
            long ino = bed.createFiles(1);
            measure(bed, ino, 1, seconds / 2, runningMicros);
            double serial = measure(bed, ino, 1, seconds, runningMicros);
            double contended = measure(bed, ino, FUNCTIONS, seconds, runningMicros);
            System.out.printf("serial %.0f/s, %d functions %.0f/s: %.2f of serial%n", serial, FUNCTIONS, contended,
                    contended / serial);
        }
    }

    private static double measure(Bed bed, long ino, int functions, double seconds, long runningMicros)
            throws InterruptedException {
        LongAdder commits = new LongAdder();
        LongAdder attempts = new LongAdder();
        long end = System.nanoTime() + (long) (seconds * 1e9);
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < functions; i++) {
            threads.add(Thread.ofPlatform().start(() -> {
                while (System.nanoTime() < end) {
                    attempts.add(increment(bed, ino, runningMicros));
                    commits.increment();
                }
            }));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        System.out.printf("%d functions: %.2f attempts each%n", functions, attempts.doubleValue() / commits.sum());
        return commits.sum() / seconds;
    }

    /** Gives the number of attempts that it took. */
    private static int increment(Bed bed, long ino, long runningMicros) {
        TxnId txn = bed.nextTxn();
        List<ReadKey> witnesses = new ArrayList<>();
        for (int attempt = 1;; attempt++) {
            // As sessions do: a transaction names its witnesses from the third attempt on.
            BackendPort.Begun begun = bed.backend.begin(
                    bed.begin(txn, attempt, attempt >= 3 ? witnesses : List.of())).join();
            bed.backend.fetch(Bed.VOLUME, begun.snapshot(),
                    List.of(new BackendPort.FetchItem(new ObjectKey.BlockKey(new Ino(ino), 0), null))).join();
            LockSupport.parkNanos(runningMicros * 1000);
            CommitOutcome outcome = bed.backend.commit(new CommitRequest(Bed.VOLUME, txn, attempt, null,
                    begun.snapshot(), begun.leaseId(), List.of(new ReadKey.Pages(new Ino(ino), 0, 0)),
                    List.<Mutation>of(Bed.overwrite(ino, 8)))).join();
            switch (outcome) {
                case CommitOutcome.Committed committed -> {
                    return attempt;
                }
                case CommitOutcome.Conflicted conflicted -> {
                    witnesses.add(conflicted.witness().key());
                    bed.backend.end(Bed.VOLUME, begun.leaseId()).join();
                }
                default -> throw new IllegalStateException(outcome.toString());
            }
        }
    }
}
