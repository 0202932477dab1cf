package io.cffs.bench.jmh;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.codec.CodecException;
import io.cffs.txn.codec.Codecs;
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

/** A commit request to bytes and back: three read keys and one written page of each file. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class CodecBenchmark {
    @Param({"1", "100"})
    public int files;

    private CommitRequest request;
    private byte[] encoded;

    @Setup
    public void fill() {
        List<ReadKey> reads = new ArrayList<>();
        List<Mutation> writes = new ArrayList<>();
        for (int i = 0; i < files; i++) {
            Ino ino = new Ino(2 + i);
            reads.add(new ReadKey.NamePresent(Ino.ROOT, Name.of("file" + i)));
            reads.add(new ReadKey.LengthExactly(ino));
            reads.add(new ReadKey.Pages(ino, 0, 3));
            writes.add(new Mutation.WriteBytes(ino, 0, new Mutation.FileBytes.Inline(Bytes.owning(new byte[4096]))));
        }
        request = new CommitRequest(VolumeName.DEFAULT, new TxnId(1, 2), 1, "invocation", new CommitTs(7), 3, reads,
                writes);
        encoded = Codecs.COMMIT_REQUEST.encode(request);
    }

    @Benchmark
    public byte[] encode() {
        return Codecs.COMMIT_REQUEST.encode(request);
    }

    @Benchmark
    public CommitRequest decode() throws CodecException {
        return Codecs.COMMIT_REQUEST.decode(encoded);
    }
}
