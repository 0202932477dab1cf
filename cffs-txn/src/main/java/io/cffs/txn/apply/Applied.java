package io.cffs.txn.apply;

import io.cffs.model.StoredObject;
import io.cffs.txn.validate.WriteFootprint;
import java.util.List;

/**
 * What one commit does.
 *
 * @param effects in an order that may be carried out one by one: range deletions first. Deterministic
 * @param footprint what later validations of older snapshots collide with. Exact: a write inside a file is not a
 *     change of its length, a name that was added and removed again is none at all
 * @param inodeCountDelta inodes born minus inodes dead
 * @param fileBytesDelta change of what regular files take together, in bytes
 */
public record Applied(List<Effect> effects, WriteFootprint footprint, long inodeCountDelta, long fileBytesDelta) {
    /** What an effect takes beside the bytes of a block. */
    private static final int EFFECT_BYTES = 250;

    public Applied {
        effects = List.copyOf(effects);
    }

    /** Roughly how much memory the effects take while they wait to be stored, in bytes. */
    public long effectBytes() {
        long bytes = 0;
        for (Effect effect : effects) {
            bytes += EFFECT_BYTES;
            if (effect instanceof Effect.Put put && put.value() instanceof StoredObject.BlockObject block) {
                bytes += block.raw().length();
            } else if (effect instanceof Effect.PatchBlock patched) {
                for (BlockPatch.Part part : patched.patch().parts()) {
                    bytes += part.source() instanceof BlockPatch.Inline ? part.length() : EFFECT_BYTES;
                }
            }
        }
        return bytes;
    }
}
