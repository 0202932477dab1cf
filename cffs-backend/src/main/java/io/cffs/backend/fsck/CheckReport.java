package io.cffs.backend.fsck;

import io.cffs.model.CommitTs;
import java.util.List;

/**
 * What a check has found, so far or at its end.
 *
 * @param at the snapshot
 * @param findings in the order found; at most {@link VolumeCheck#FINDINGS_MAX}, the rest is only counted
 * @param findingCount all of them
 * @param complete false while the check runs and when it was cancelled
 */
public record CheckReport(
        CommitTs at,
        List<Finding> findings,
        long findingCount,
        long inodes,
        long dentries,
        long blocks,
        long commits,
        boolean complete) {
    public CheckReport {
        findings = List.copyOf(findings);
    }
}
