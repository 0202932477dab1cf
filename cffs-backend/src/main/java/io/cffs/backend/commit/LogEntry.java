package io.cffs.backend.commit;

import io.cffs.backend.store.CommitHeader;
import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.codec.ByteReader;
import io.cffs.txn.codec.ByteWriter;
import io.cffs.txn.codec.CodecException;
import io.cffs.txn.codec.Codecs;
import io.cffs.txn.codec.Pieces;
import io.cffs.txn.port.BackendException;
import java.util.List;

/** What a record of a volume's log says. A commit is logged as its mutations: folding them again gives the same. */
public sealed interface LogEntry {
    /** @param request without its reads: it has been validated */
    record Commit(CommitTs at, long wallNanos, CommitRequest request) implements LogEntry {
        CommitHeader header() {
            return new CommitHeader(at, request.txn(), request.invocationId(), wallNanos);
        }

        /** Once its record is made: its mutations may be many, and what they do is in the effects. */
        Commit decided() {
            return new Commit(at, wallNanos, new CommitRequest(request.volume(), request.txn(), request.attempt(),
                    request.invocationId(), request.snapshot(), request.leaseId(), List.of(), List.of()));
        }
    }

    /** The ledger was asked for this transaction and did not know it, so it never commits. */
    record Refusal(TxnId txn, long wallNanos) implements LogEntry {}

    /** Inode numbers below this may be handed out. */
    record InoCeiling(long ceiling) implements LogEntry {}

    /** File bytes stay where the request has them. */
    static Pieces encode(LogEntry entry) {
        ByteWriter to = ByteWriter.gathering(64);
        switch (entry) {
            case Commit commit -> {
                to.putByte(1);
                to.putFixed(commit.at().value());
                to.putFixed(commit.wallNanos());
                CommitRequest request = commit.request();
                Codecs.COMMIT_REQUEST.encode(new CommitRequest(request.volume(), request.txn(), request.attempt(),
                        request.invocationId(), request.snapshot(), request.leaseId(), List.of(), request.writes()),
                                to);
            }
            case Refusal refusal -> {
                to.putByte(2);
                to.putFixed(refusal.txn().high());
                to.putFixed(refusal.txn().low());
                to.putFixed(refusal.wallNanos());
            }
            case InoCeiling ino -> {
                to.putByte(3);
                to.putFixed(ino.ceiling());
            }
        }
        return to.pieces();
    }

    /** Throws BackendException {@code STORE_FAILED} for a record that this program cannot read. */
    static LogEntry decode(long position, byte[] record) {
        try {
            ByteReader from = new ByteReader(record);
            int kind = from.takeByte();
            return switch (kind) {
                case 1 -> new Commit(
                        new CommitTs(from.takeFixed()), from.takeFixed(), Codecs.COMMIT_REQUEST.decode(from));
                case 2 -> new Refusal(new TxnId(from.takeFixed(), from.takeFixed()), from.takeFixed());
                case 3 -> new InoCeiling(from.takeFixed());
                default -> throw new CodecException("no kind of record has number " + kind);
            };
        } catch (CodecException | IllegalArgumentException unreadable) {
            throw new BackendException(BackendException.Cause.STORE_FAILED,
                    "record " + position + " of the commit log cannot be read: " + unreadable.getMessage(), unreadable);
        }
    }
}
