package io.cffs.txn.apply;

import io.cffs.txn.validate.WriteFootprint;
import java.util.List;

/**
 * What one commit does.
 *
 * @param effects in an order that may be carried out one by one: range deletions first. Deterministic
 * @param footprint what later validations of older snapshots collide with. Exact: a write inside a file is not a
 *     change of its length, a name that was added and removed again is none at all
 * @param inodeCountDelta inodes born minus inodes dead
 * @param fileBytesDelta change of the sum of the lengths of regular files
 */
public record Applied(List<Effect> effects, WriteFootprint footprint, long inodeCountDelta, long fileBytesDelta) {
    public Applied {
        effects = List.copyOf(effects);
    }
}
