package io.cffs.bench.commit;

import io.cffs.backend.client.BackendClient;
import io.cffs.backend.client.ClientLimits;
import io.cffs.backend.commit.StepThread;
import io.cffs.backend.server.BackendServer;
import io.cffs.backend.server.ServerLimits;
import io.cffs.txn.port.BackendPort;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;

/**
 * One transaction at a time, warm: begin and end, and begin, read, rewrite 4 KiB, commit; in the same process, over a
 * unix socket and over TCP on loopback, each in turn with one fdatasync of the same disk, because a disk's mood changes
 * within seconds. Arguments: a directory on the disk to measure, and the number of transactions.
 */
public final class TransactionLatency {
    private TransactionLatency() {}

    public static void main(String[] arguments) throws Exception {
        // As in a mount with the store in its process: the thread that commits may take the pipeline's steps itself.
        FutureTask<Void> task = new FutureTask<>(() -> {
            run(arguments);
            return null;
        });
        new StepThread("function", task).start();
        task.get();
    }

    private static void run(String[] arguments) throws Exception {
        Path directory = Files.createDirectories(Path.of(arguments.length > 0 ? arguments[0] : "transaction-latency"));
        int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2000;
        try (Bed bed = new Bed(directory.resolve("store-" + System.nanoTime()));
                Bed.SyncProbe probe = new Bed.SyncProbe(directory)) {
            BenchFile file = BenchFile.create(bed.backend, "latency");
            measure("embedded", file, count, probe);
            Path socket = Files.createTempDirectory("cffs-bench").resolve("socket");
            overSocket(bed, file, "unix", "unix:" + socket, count, probe);
            overSocket(bed, file, "tcp", "127.0.0.1:0", count, probe);
            Files.deleteIfExists(socket);
            Files.delete(socket.getParent());
        }
    }

    private static void overSocket(Bed bed, BenchFile file, String name, String address, int count, Bed.SyncProbe probe)
            throws Exception {
        try (BackendServer server = BackendServer.start(bed.backend, address, ServerLimits.DEFAULT, Bed.CLOCK);
                BackendPort client = BackendClient.of(server.addresses().getFirst(), ClientLimits.DEFAULT,
                        Bed.CLOCK, () -> ThreadLocalRandom.current().nextLong())) {
            measure(name, file.through(client), count, probe);
        }
    }

    private static void measure(String where, BenchFile file, int count, Bed.SyncProbe probe) throws IOException {
        Histogram syncs = new Histogram(3);
        Histogram begins = new Histogram(3);
        Histogram writes = new Histogram(3);
        for (int i = -count; i < count; i++) {
            long sync = probe.sync();
            long start = System.nanoTime();
            file.readNothing();
            long middle = System.nanoTime();
            if (file.untilCommitted() != 1) {
                throw new IllegalStateException("a lone transaction met a conflict");
            }
            if (i >= 0) {
                syncs.recordValue(sync);
                begins.recordValue(middle - start);
                writes.recordValue(System.nanoTime() - middle);
            }
        }
        Figures.line(Map.of("bench", where + " begin+end"), Map.of("p50_us", Figures.p50Micros(begins),
                "p99_us", begins.getValueAtPercentile(99) / 1000.0));
        double syncMicros = Figures.p50Micros(syncs);
        Figures.latency("fdatasync 4 KiB, in turn with " + where, syncs, syncMicros);
        Figures.latency(where + " begin+read+write+commit", writes, syncMicros);
    }
}
