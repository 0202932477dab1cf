package io.cffs.bench.commit;

import io.cffs.backend.client.BackendClient;
import io.cffs.backend.client.ClientLimits;
import io.cffs.backend.server.BackendServer;
import io.cffs.backend.server.ServerLimits;
import io.cffs.txn.port.BackendPort;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.HdrHistogram.Histogram;

/**
 * One transaction at a time, warm: begin and end, and begin, read, rewrite 4 KiB, commit; in the same process, over a
 * unix socket and over TCP on loopback, beside one fdatasync of the same disk. Arguments: a directory on the disk to
 * measure, and the number of transactions.
 */
public final class TransactionLatency {
    private TransactionLatency() {}

    public static void main(String[] arguments) throws Exception {
        Path directory = Files.createDirectories(Path.of(arguments.length > 0 ? arguments[0] : "transaction-latency"));
        int count = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 2000;
        Histogram syncs = Bed.syncs(directory, 1000);
        double syncMicros = Figures.p50Micros(syncs);
        Figures.latency("fdatasync 4 KiB", syncs, syncMicros);
        try (Bed bed = new Bed(directory.resolve("store-" + System.nanoTime()))) {
            BenchFile file = BenchFile.create(bed.backend, "latency");
            measure("embedded", file, count, syncMicros);
            Path socket = Files.createTempDirectory("cffs-bench").resolve("socket");
            overSocket(bed, file, "unix", "unix:" + socket, count, syncMicros);
            overSocket(bed, file, "tcp", "127.0.0.1:0", count, syncMicros);
            Files.deleteIfExists(socket);
            Files.delete(socket.getParent());
        }
    }

    private static void overSocket(Bed bed, BenchFile file, String name, String address, int count, double syncMicros)
            throws Exception {
        try (BackendServer server = BackendServer.start(bed.backend, address, ServerLimits.DEFAULT, Bed.CLOCK);
                BackendPort client = BackendClient.of(server.addresses().getFirst(), ClientLimits.DEFAULT,
                        Bed.CLOCK, () -> ThreadLocalRandom.current().nextLong())) {
            measure(name, file.through(client), count, syncMicros);
        }
    }

    private static void measure(String where, BenchFile file, int count, double syncMicros) {
        Histogram begins = new Histogram(3);
        Histogram writes = new Histogram(3);
        for (int i = -count; i < count; i++) {
            long start = System.nanoTime();
            file.readNothing();
            long middle = System.nanoTime();
            if (file.untilCommitted() != 1) {
                throw new IllegalStateException("a lone transaction met a conflict");
            }
            if (i >= 0) {
                begins.recordValue(middle - start);
                writes.recordValue(System.nanoTime() - middle);
            }
        }
        Figures.line(Map.of("bench", where + " begin+end"), Map.of("p50_us", Figures.p50Micros(begins),
                "p99_us", begins.getValueAtPercentile(99) / 1000.0));
        Figures.latency(where + " begin+read+write+commit", writes, syncMicros);
    }
}
