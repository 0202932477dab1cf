package io.cffs.bench.jmh;

import io.cffs.backend.BackendSettings;
import io.cffs.backend.LocalBackend;
import io.cffs.backend.Volume;
import io.cffs.backend.VolumeParts;
import io.cffs.backend.commit.SoleLeader;
import io.cffs.model.Bytes;
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
import io.cffs.txn.port.BackendPort.BeginRequest;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.Ticker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * The pipeline's own cost, without disk, sockets and threads: validate, order, log and apply of disjoint commits of one
 * page each, stepped by the caller on the in-memory parts, 16 in a group.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class PipelineBenchmark {
    private static final int GROUP = 16;
    private static final Bytes PAGE = Bytes.owning(new byte[4096]);
    private static final Ticker CLOCK = new Ticker() {
        @Override
        public long wallNanos() {
            return System.nanoTime();
        }

        @Override
        public long monotonicNanos() {
            return System.nanoTime();
        }
    };

    private LocalBackend backend;
    private Volume volume;
    private long firstIno;
    private long txns;

    @Setup
    public void open() {
        backend = new LocalBackend(name -> VolumeParts.inMemory(0), new SoleLeader(), CLOCK, BackendSettings.DEFAULT,
                null,
                Runnable::run, () -> { });
        volume = backend.volume(VolumeName.DEFAULT);
        CompletableFuture<?> inos = backend.reserveInos(VolumeName.DEFAULT, GROUP)
                .thenAccept(range -> firstIno = range.first());
        step();
        inos.join();
        List<Mutation> files = new ArrayList<>();
        for (int i = 0; i < GROUP; i++) {
            Ino ino = new Ino(firstIno + i);
            files.add(new Mutation.CreateInode(
                    new Inode(ino, FileType.REGULAR, 0644, 0, 0, 0, 0, 1, 1, 1, 1, 0, null, null)));
            files.add(new Mutation.PutDentry(Ino.ROOT, Name.of("file" + i), ino, FileType.REGULAR));
            files.add(new Mutation.WriteBytes(ino, 0, new Mutation.FileBytes.Inline(PAGE)));
        }
        CompletableFuture<CommitOutcome> created = submit(List.of(), files);
        step();
        expectCommitted(created);
    }

    @Benchmark
    @OperationsPerInvocation(GROUP)
    public void disjointCommits() {
        List<CompletableFuture<CommitOutcome>> outcomes = new ArrayList<>();
        for (int i = 0; i < GROUP; i++) {
            Ino ino = new Ino(firstIno + i);
            outcomes.add(submit(List.of(new ReadKey.Pages(ino, 0, 0), new ReadKey.LengthExactly(ino)),
                    List.of(new Mutation.WriteBytes(ino, 0, new Mutation.FileBytes.Inline(PAGE)))));
        }
        step();
        outcomes.forEach(PipelineBenchmark::expectCommitted);
    }

    private CompletableFuture<CommitOutcome> submit(List<ReadKey> reads, List<Mutation> writes) {
        TxnId txn = new TxnId(1, ++txns);
        Begun begun = backend.begin(new BeginRequest(VolumeName.DEFAULT, txn, 1, null, io.cffs.model.CommitTs.ZERO,
                null,
                List.of(), false)).join();
        return backend.commit(
                new CommitRequest(VolumeName.DEFAULT, txn, 1, null, begun.snapshot(), begun.leaseId(), reads, writes));
    }

    private void step() {
        while (volume.sequence() || volume.apply()) {
            volume.keep();
        }
    }

    private static void expectCommitted(CompletableFuture<CommitOutcome> outcome) {
        if (!(outcome.join() instanceof CommitOutcome.Committed)) {
            throw new IllegalStateException("a disjoint commit did not commit: " + outcome.join());
        }
    }
}
