package io.cffs.backend;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.port.BackendPort.BeginRequest;
import io.cffs.txn.port.BackendPort.Begun;
import java.util.ArrayList;
import java.util.List;

/** Requests as a session would send them, and short words for what they hold. */
public final class Requests {
    public static final VolumeName VOLUME = new VolumeName("test");

    private Requests() {}

    public static TxnId txn(long number) {
        return new TxnId(0x7e57, number);
    }

    public static BeginRequest begin(TxnId txn) {
        return new BeginRequest(VOLUME, txn, 1, null, CommitTs.ZERO, null, List.of(), false);
    }

    public static BeginRequest begin(TxnId txn, int attempt, ReadKey... witnesses) {
        return new BeginRequest(VOLUME, txn, attempt, null, CommitTs.ZERO, null, List.of(witnesses), false);
    }

    public static CommitRequest commit(TxnId txn, Begun begun, List<ReadKey> reads, List<Mutation> writes) {
        return new CommitRequest(VOLUME, txn, 1, null, begun.snapshot(), begun.leaseId(), reads, writes);
    }

    public static CommitRequest named(CommitRequest request, String invocationId) {
        return new CommitRequest(request.volume(), request.txn(), request.attempt(), invocationId, request.snapshot(),
                request.leaseId(), request.reads(), request.writes());
    }

    public static Inode file(long ino) {
        return new Inode(new Ino(ino), FileType.REGULAR, 0644, 0, 0, 1, 0, 1, 1, 1, 1, 0, null, null);
    }

    /** A new file in the root with this content. */
    public static List<Mutation> create(long ino, String name, String content) {
        List<Mutation> writes = new ArrayList<>();
        writes.add(new Mutation.CreateInode(file(ino)));
        writes.add(new Mutation.PutDentry(Ino.ROOT, Name.of(name), new Ino(ino), FileType.REGULAR));
        if (!content.isEmpty()) {
            writes.add(write(ino, 0, content));
        }
        return writes;
    }

    public static Mutation write(long ino, long offset, String content) {
        return new Mutation.WriteBytes(
                new Ino(ino), offset, new Mutation.FileBytes.Inline(Bytes.ofUtf8(content)));
    }

    public static ReadKey absent(String name) {
        return new ReadKey.NameAbsent(Ino.ROOT, Name.of(name));
    }

    public static ReadKey page(long ino) {
        return new ReadKey.Pages(new Ino(ino), 0, 0);
    }
}
