package io.cffs.txn.codec;

import io.cffs.model.Name;
import io.cffs.txn.CommitOutcome;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort.Fetched;
import io.cffs.txn.port.BackendPort.InoRange;
import io.cffs.txn.port.BackendPort.LedgerAnswer;
import io.cffs.txn.port.BackendPort.VolumeStatus;
import io.cffs.txn.port.DirectoryPage;
import io.cffs.txn.port.FileExtents;
import io.cffs.txn.port.QuotaPort;
import java.util.List;

/** What a server answers to one {@link Request}. */
public sealed interface Response {
    record Begun(io.cffs.txn.port.BackendPort.Begun begun) implements Response {}

    /**
     * Some of the objects that were asked for.
     *
     * @param more another answer to the same request follows
     */
    record Objects(List<Fetched> objects, boolean more) implements Response {
        public Objects {
            objects = List.copyOf(objects);
        }
    }

    record Names(DirectoryPage page) implements Response {}

    record XattrNames(List<Name> names) implements Response {
        public XattrNames {
            names = List.copyOf(names);
        }
    }

    record Extents(FileExtents extents) implements Response {}

    /** Where objects may be left as files; {@code path} is null for nowhere. */
    record StagingDirectory(String path) implements Response {}

    /** The call had no result and has succeeded. */
    record Done() implements Response {}

    record Outcome(CommitOutcome outcome) implements Response {}

    record Ledger(LedgerAnswer answer) implements Response {}

    record Inos(InoRange range) implements Response {}

    record Renewed(boolean alive) implements Response {}

    record Status(VolumeStatus status) implements Response {}

    record CheckStarted(long check) implements Response {}

    record CheckReport(io.cffs.txn.port.CheckPort.Report report) implements Response {}

    record Quotas(List<QuotaPort.TreeQuota> quotas) implements Response {
        public Quotas {
            quotas = List.copyOf(quotas);
        }
    }

    /** The call failed with a {@link BackendException}. */
    record Failed(BackendException.Cause kind, String sentence) implements Response {}
}
