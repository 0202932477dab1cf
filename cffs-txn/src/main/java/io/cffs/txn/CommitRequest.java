package io.cffs.txn;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.Mutation.FileBytes;
import java.util.ArrayList;
import java.util.List;

/**
 * Everything the backend needs to decide on one attempt.
 *
 * @param txn the same for every resend; a new attempt of the same invocation keeps it
 * @param attempt 1 and up
 * @param invocationId what the platform calls the invocation; null when it has no name. At most 256 characters
 * @param snapshot what every read saw
 * @param leaseId of the snapshot, as {@code begin} gave it
 */
public record CommitRequest(
        VolumeName volume,
        TxnId txn,
        int attempt,
        String invocationId,
        CommitTs snapshot,
        long leaseId,
        List<ReadKey> reads,
        List<Mutation> writes) {
    /** Most file bytes that a request carries itself. */
    public static final int INLINE_BYTES_MAX = 4 * 1024 * 1024;
    /** Most bytes of a request without those of files; a message and a record of the log hold both. */
    public static final int BYTES_MAX = 56 * 1024 * 1024;
    /** Longest invocation id, in UTF-16 characters. */
    public static final int INVOCATION_ID_MAX = 256;
    /** Most read keys in a request; a session that reads more widens them (pages to whole file, names to listing). */
    public static final int READS_MAX = 1_000_000;
    /** Most mutations in a request. */
    public static final int WRITES_MAX = 1_000_000;

    /** The same with more reads. */
    public CommitRequest alsoReading(List<ReadKey> more) {
        List<ReadKey> all = new ArrayList<>(reads.size() + more.size());
        all.addAll(reads);
        all.addAll(more);
        return new CommitRequest(volume, txn, attempt, invocationId, snapshot, leaseId, all, writes);
    }

    /** File bytes that the request carries itself. */
    public long inlineBytes() {
        long sum = 0;
        for (Mutation write : writes) {
            FileBytes data = switch (write) {
                case Mutation.WriteBytes bytes -> bytes.data();
                case Mutation.Append append -> append.data();
                default -> null;
            };
            sum += data instanceof FileBytes.Inline ? data.lengthBytes() : 0;
        }
        return sum;
    }

    public CommitRequest {
        reads = List.copyOf(reads);
        writes = List.copyOf(writes);
    }
}
