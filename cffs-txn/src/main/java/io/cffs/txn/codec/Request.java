package io.cffs.txn.codec;

import io.cffs.model.Bytes;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendPort.BeginRequest;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.LaidFile;
import java.util.List;

/**
 * One call of {@link io.cffs.txn.port.BackendPort} or {@link io.cffs.txn.port.CheckPort} as a value: what a client
 * sends.
 */
public sealed interface Request {
    /** Most objects that one {@link Fetch} may ask for. */
    int FETCH_ITEMS_MAX = 65_536;
    /** Most inode numbers that one {@link ReserveInos} may ask for. */
    int INOS_MAX = 1 << 24;

    /** Whether bytes are the top-level form of a {@link Commit}, if they are one at all: it may be large to decode. */
    static boolean isCommit(byte[] form) {
        return form.length > 1 && form[0] == Codec.FORMAT_VERSION && form[1] == RequestForms.COMMIT;
    }

    record Begin(BeginRequest begin) implements Request {}

    record Fetch(VolumeName volume, CommitTs snapshot, List<FetchItem> items) implements Request {
        public Fetch {
            items = List.copyOf(items);
        }
    }

    /** {@code after} is null for the start. */
    record ListNames(VolumeName volume, CommitTs snapshot, Ino directory, Name after, int limit) implements Request {}

    record XattrNames(VolumeName volume, CommitTs snapshot, Ino ino) implements Request {}

    record Extents(VolumeName volume, CommitTs snapshot, Ino ino, long fromPage) implements Request {}

    record Stage(VolumeName volume, StagedId object, Bytes bytes) implements Request {}

    record StagingDirectory(VolumeName volume) implements Request {}

    record StageFile(VolumeName volume, LaidFile file) implements Request {}

    record Commit(CommitRequest commit) implements Request {}

    record OutcomeOf(VolumeName volume, TxnId txn) implements Request {}

    record ReserveInos(VolumeName volume, int count) implements Request {}

    record End(VolumeName volume, long leaseId) implements Request {}

    record Renew(VolumeName volume, long leaseId) implements Request {}

    record Status(VolumeName volume) implements Request {}

    record StartCheck(VolumeName volume, boolean readBytes) implements Request {}

    record CheckReport(VolumeName volume, long check, int findingsFrom) implements Request {}

    record CancelCheck(VolumeName volume, long check) implements Request {}

    /** {@code after} is null for the start. */
    record Quotas(VolumeName volume, CommitTs snapshot, Ino after, int limit) implements Request {}

    /** Asks nothing: whoever answers is there. */
    record Ping() implements Request {}
}
