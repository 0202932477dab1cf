package io.cffs.txn.codec;

import io.cffs.model.Blocks;
import io.cffs.model.ObjectKey;
import io.cffs.txn.apply.Effect;

/** The form of an effect, for stores that log what a commit does instead of what it asked for. */
final class EffectForms {
    private static final long INDEX_MAX = Blocks.blockOf(Blocks.FILE_BYTES_MAX);

    private EffectForms() {}

    static void put(Effect effect, ByteWriter to) {
        switch (effect) {
            case Effect.Put put -> {
                to.putByte(1);
                ModelForms.putKey(put.key(), to);
                ModelForms.putObject(put.value(), to);
            }
            case Effect.PutStagedBlock put -> {
                to.putByte(2);
                ModelForms.putIno(put.key().ino(), to);
                to.putUnsigned(put.key().index());
                ModelForms.putStaged(put.object(), to);
                to.putUnsigned(put.offsetBytes());
                to.putUnsigned(put.lengthBytes());
            }
            case Effect.Delete delete -> {
                to.putByte(3);
                ModelForms.putKey(delete.key(), to);
            }
            case Effect.DeleteBlocks delete -> {
                to.putByte(4);
                ModelForms.putIno(delete.ino(), to);
                to.putUnsigned(delete.firstIndex());
                to.putUnsigned(delete.lastIndex());
            }
            case Effect.DeleteInodeContent delete -> {
                to.putByte(5);
                ModelForms.putIno(delete.ino(), to);
            }
        }
    }

    static Effect take(ByteReader from) throws CodecException {
        int tag = from.takeByte();
        return switch (tag) {
            case 1 -> new Effect.Put(ModelForms.takeKey(from), ModelForms.takeObject(from));
            case 2 -> new Effect.PutStagedBlock(
                    new ObjectKey.BlockKey(ModelForms.takeIno(from), from.takeUnsigned(INDEX_MAX)),
                    ModelForms.takeStaged(from), from.takeUnsigned(Blocks.FILE_BYTES_MAX),
                    from.takeInt(Blocks.BLOCK_BYTES));
            case 3 -> new Effect.Delete(ModelForms.takeKey(from));
            case 4 -> new Effect.DeleteBlocks(
                    ModelForms.takeIno(from), from.takeUnsigned(INDEX_MAX), from.takeUnsigned(INDEX_MAX));
            case 5 -> new Effect.DeleteInodeContent(ModelForms.takeIno(from));
            default -> throw new CodecException("no effect has number " + tag);
        };
    }
}
