package io.cffs.backend.fsck;

import io.cffs.model.CommitTs;
import io.cffs.model.TxnId;
import java.util.List;

/**
 * One thing that does not fit.
 *
 * @param ino number of the inode concerned; 0 when none is
 * @param paths where people find it, from the root, '/'-separated, the bytes of names as ISO 8859-1 characters so
 * that none
 *     is lost; empty when nothing reachable names it
 * @param expected what should be there, for people
 * @param actual what is there, for people
 * @param version the commit that last wrote the object; null when not known
 * @param writer its transaction; null when the ledger has forgotten it
 */
public record Finding(
        CheckId check,
        long ino,
        List<String> paths,
        String expected,
        String actual,
        CommitTs version,
        TxnId writer) {
    public Finding {
        paths = List.copyOf(paths);
    }

    Finding withPaths(List<String> found) {
        return new Finding(check, ino, found, expected, actual, version, writer);
    }
}
