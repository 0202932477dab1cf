package io.cffs.bench.jmh;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.TxnId;
import io.cffs.txn.ReadKey;
import io.cffs.txn.validate.CommittedFootprint;
import io.cffs.txn.validate.Validator;
import io.cffs.txn.validate.VersionIndex;
import io.cffs.txn.validate.WriteFootprint;
import io.cffs.txn.validate.WriteFootprint.Change;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One validation that finds nothing, against 10,000 recent commits, and one more commit for the index. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class ValidatorBenchmark {
    private static final int COMMITS = 10_000;

    /** Files that the transaction has read: three keys each. */
    @Param({"4", "200"})
    public int files;

    private VersionIndex index;
    private List<ReadKey> reads;
    private long next;

    @Setup
    public void fill() {
        index = new VersionIndex(CommitTs.ZERO, VersionIndex.COMMITS_MAX, VersionIndex.CHANGES_MAX);
        for (next = 1; next <= COMMITS; next++) {
            index.add(commit(next));
        }
        reads = new ArrayList<>();
        for (int i = 0; i < files; i++) {
            reads.add(new ReadKey.NamePresent(Ino.ROOT, Name.of("file" + i)));
            reads.add(new ReadKey.LengthExactly(new Ino(1_000_000 + i)));
            reads.add(new ReadKey.Pages(new Ino(1_000_000 + i), 0, 3));
        }
    }

    private static CommittedFootprint commit(long ts) {
        Ino ino = new Ino(2 + ts % 1000);
        return new CommittedFootprint(new CommitTs(ts), new TxnId(1, ts), new WriteFootprint(List.of(
                new Change.OfPages(ino, ts % 16, ts % 16 + 3), new Change.OfLength(ino, -1))));
    }

    @Benchmark
    public Object validate() {
        return Validator.firstStale(reads, CommitTs.ZERO, index);
    }

    @Benchmark
    public void addCommit() {
        index.add(commit(next++));
    }
}
