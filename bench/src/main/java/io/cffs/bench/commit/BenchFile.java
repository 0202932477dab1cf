package io.cffs.bench.commit;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.BackendPort.BeginRequest;
import io.cffs.txn.port.BackendPort.Begun;
import io.cffs.txn.port.BackendPort.FetchItem;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** One file of 4 KiB, and the transaction that reads and rewrites it, as a session would send it. One thread. */
final class BenchFile {
    private static final VolumeName VOLUME = Bed.VOLUME;
    private static final int FILE_BYTES = 4096;

    private final BackendPort backend;
    private final Ino ino;
    private CommitTs lastSeen;
    private List<ReadKey> witnesses = List.of();

    private BenchFile(BackendPort backend, Ino ino) {
        this.backend = backend;
        this.ino = ino;
    }

    /** Creates {@code name} in the root directory. */
    static BenchFile create(BackendPort backend, String name) {
        Ino ino = new Ino(backend.reserveInos(VOLUME, 1).join().first());
        Begun begun = begin(backend, txn(), 1, null, List.of());
        Inode inode = new Inode(ino, FileType.REGULAR, 0644, 0, 0, 0, 0, 1, 1, 1, 1, 0, null, null);
        CommitOutcome outcome = backend.commit(new CommitRequest(VOLUME, txn(), 1, null, begun.snapshot(),
                begun.leaseId(), List.of(new ReadKey.NameAbsent(Ino.ROOT, Name.of(name))),
                List.of(new Mutation.CreateInode(inode),
                        new Mutation.PutDentry(Ino.ROOT, Name.of(name), ino, FileType.REGULAR), rewrite(ino)))).join();
        if (!(outcome instanceof CommitOutcome.Committed)) {
            throw new IllegalStateException("the benchmark's file could not be made: " + outcome);
        }
        return new BenchFile(backend, ino);
    }

    /** The same file for another client. */
    BenchFile through(BackendPort other) {
        return new BenchFile(other, ino);
    }

    private static Mutation rewrite(Ino ino) {
        byte[] bytes = new byte[FILE_BYTES];
        ThreadLocalRandom.current().nextBytes(bytes);
        return new Mutation.WriteBytes(ino, 0, new Mutation.FileBytes.Inline(Bytes.owning(bytes)));
    }

    static TxnId txn() {
        return new TxnId(ThreadLocalRandom.current().nextLong(), ThreadLocalRandom.current().nextLong());
    }

    private static Begun begin(BackendPort backend, TxnId txn, int attempt, CommitTs lastSeen,
            List<ReadKey> witnesses) {
        return backend.begin(new BeginRequest(VOLUME, txn, attempt, null, CommitTs.ZERO, lastSeen, witnesses, false))
                .join();
    }

    /** begin and end: what a read-only invocation with a warm cache costs. */
    void readNothing() {
        Begun begun = begin(backend, txn(), 1, lastSeen, List.of());
        lastSeen = begun.snapshot();
        backend.end(VOLUME, begun.leaseId()).join();
    }

    /** begin, read the file unless the cache still has it, rewrite it, commit; false when it conflicted. */
    boolean readModifyWrite(TxnId txn, int attempt) {
        Begun begun = begin(backend, txn, attempt, lastSeen, witnesses);
        ObjectKey block = new ObjectKey.BlockKey(ino, 0);
        boolean cached = lastSeen != null && begun.changes() != null && !begun.changes().contains(block);
        if (!cached) {
            backend.fetch(VOLUME, begun.snapshot(), List.of(new FetchItem(block, null))).join();
        }
        lastSeen = begun.snapshot();
        CommitOutcome outcome = backend.commit(new CommitRequest(VOLUME, txn, attempt, null, begun.snapshot(),
                begun.leaseId(), List.of(new ReadKey.Pages(ino, 0, 0), new ReadKey.LengthAtLeast(ino, FILE_BYTES)),
                List.of(rewrite(ino)))).join();
        return switch (outcome) {
            case CommitOutcome.Committed committed -> {
                witnesses = List.of();
                yield true;
            }
            case CommitOutcome.Conflicted conflicted -> {
                witnesses = List.of(conflicted.witness().key());
                yield false;
            }
            default -> throw new IllegalStateException("a commit was not decided: " + outcome);
        };
    }

    /** Runs attempts until one commits; their number. */
    int untilCommitted() {
        TxnId txn = txn();
        int attempt = 1;
        while (!readModifyWrite(txn, attempt)) {
            attempt++;
        }
        return attempt;
    }
}
