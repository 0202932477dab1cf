package io.cffs.txn.codec;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey;
import io.cffs.txn.apply.BlockPatch;
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
            case Effect.PatchBlock patched -> {
                to.putByte(6);
                ModelForms.putIno(patched.key().ino(), to);
                to.putUnsigned(patched.key().index());
                to.putList(patched.patch().parts(), EffectForms::putPart);
                to.putBoolean(patched.overHole());
            }
            case Effect.CloneBlocks clone -> {
                to.putByte(7);
                ModelForms.putIno(clone.ino(), to);
                to.putUnsigned(clone.firstIndex());
                ModelForms.putIno(clone.source(), to);
                to.putUnsigned(clone.sourceFirstIndex());
                to.putUnsigned(clone.count());
            }
        }
    }

    static ObjectKey.BlockKey takeBlockKey(ByteReader from) throws CodecException {
        return new ObjectKey.BlockKey(ModelForms.takeIno(from), from.takeUnsigned(INDEX_MAX));
    }

    private static void putPart(BlockPatch.Part part, ByteWriter to) {
        to.putUnsigned(part.start());
        switch (part.source()) {
            case BlockPatch.Inline inline -> {
                to.putByte(1);
                to.putRun(inline.bytes());
            }
            case BlockPatch.Staged staged -> {
                to.putByte(2);
                to.putUnsigned(part.length());
                ModelForms.putStaged(staged.object(), to);
                to.putUnsigned(staged.offsetBytes());
            }
        }
    }

    private static BlockPatch.Part takePart(ByteReader from) throws CodecException {
        int start = from.takeInt(Blocks.BLOCK_BYTES);
        int kind = from.takeByte();
        return switch (kind) {
            case 1 -> {
                Bytes bytes = Bytes.owning(from.takeRun(Blocks.BLOCK_BYTES));
                yield new BlockPatch.Part(start, bytes.length(), new BlockPatch.Inline(bytes));
            }
            case 2 -> new BlockPatch.Part(start, from.takeInt(Blocks.BLOCK_BYTES), new BlockPatch.Staged(
                    ModelForms.takeStaged(from), from.takeUnsigned(Blocks.FILE_BYTES_MAX)));
            default -> throw new CodecException("no source of a part has number " + kind);
        };
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
            case 6 -> new Effect.PatchBlock(takeBlockKey(from),
                    new BlockPatch(from.takeList(Blocks.BLOCK_BYTES, 3, EffectForms::takePart)), from.takeBoolean());
            case 7 -> takeClone(from);
            default -> throw new CodecException("no effect has number " + tag);
        };
    }

    private static Effect takeClone(ByteReader from) throws CodecException {
        Ino ino = ModelForms.takeIno(from);
        long first = from.takeUnsigned(INDEX_MAX);
        Ino source = ModelForms.takeIno(from);
        long sourceFirst = from.takeUnsigned(INDEX_MAX);
        long count = from.takeUnsigned(INDEX_MAX);
        if (count == 0) {
            throw new CodecException("a range of no blocks");
        }
        return new Effect.CloneBlocks(ino, first, source, sourceFirst, count);
    }
}
