package io.cffs.txn.port;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import io.cffs.model.VolumeName;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Consistency checks of a volume that is in use. A check runs in the backend, at one snapshot; the caller asks again
 * and again how far it is. Safe for use by many threads. A future fails only with {@link BackendException}.
 */
public interface CheckPort {
    /** Most findings in one {@link Report}. */
    int FINDINGS_PER_REPORT_MAX = 500;
    /** Most paths that a finding names. */
    int PATHS_MAX = 100;
    /** Longest sentence or path in a finding, in UTF-16 characters. */
    int TEXT_MAX = 1 << 20;

    /**
     * Starts a check.
     *
     * @param readBytes also read all blocks and compare their checksums
     * @return a number that names the check; REFUSED when too many run already
     */
    CompletableFuture<Long> startCheck(VolumeName volume, boolean readBytes);

    /**
     * How far a check is, with its findings from number {@code findingsFrom} on. While it runs there are none yet.
     * REFUSED for a check that is not known; a check that nobody asks about is forgotten in the end.
     */
    CompletableFuture<Report> checkReport(VolumeName volume, long check, int findingsFrom);

    /** Ends a check soon. An unknown one is ignored. */
    CompletableFuture<Void> cancelCheck(VolumeName volume, long check);

    /** Where a check is. */
    enum State { RUNNING, COMPLETE, CANCELLED, FAILED }

    /**
     * @param at the snapshot
     * @param findings at most {@link #FINDINGS_PER_REPORT_MAX}
     * @param findingCount of the whole check so far
     * @param failure one sentence when the check failed, else null
     */
    record Report(
            State state,
            CommitTs at,
            List<Finding> findings,
            long findingCount,
            long inodes,
            long dentries,
            long blocks,
            long commits,
            String failure) {
        public Report {
            findings = List.copyOf(findings);
        }
    }

    /**
     * One thing that does not fit.
     *
     * @param check short stable id of the check, for example D4
     * @param promise what holds when there is no such finding, as a clause for people
     * @param ino number of the inode concerned; 0 when none is
     * @param paths where people find it, from the root, '/'-separated, each byte of a name as one ISO 8859-1
     * character so
     *     that none is lost; empty when nothing reachable names it
     * @param expected what should be there, for people
     * @param actual what is there, for people
     * @param version the commit that last wrote the object; null when not known
     * @param writer its transaction; null when the ledger has forgotten it
     */
    record Finding(
            String check,
            String promise,
            long ino,
            List<String> paths,
            String expected,
            String actual,
            CommitTs version,
            TxnId writer) {
        public Finding {
            paths = List.copyOf(paths);
        }

        public Finding withPaths(List<String> found) {
            return new Finding(check, promise, ino, found, expected, actual, version, writer);
        }
    }
}
