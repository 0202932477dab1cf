package io.cffs.txn.apply;

import io.cffs.model.BlockPages;
import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.StoredObject.BlockObject;
import io.cffs.txn.StagedId;
import java.util.Arrays;

/** What a commit makes of a block. */
sealed interface BlockContent {
    /** @param overHole as {@link Effect.PatchBlock} has it */
    Effect effect(BlockKey key, boolean overHole);

    /** The pages that hold data when those in {@code under} did; as {@link BlockPages} has them. */
    int pagesOver(int under);

    /**
     * An array is owned and may be changed; its first {@code length} bytes count.
     *
     * @param pages those that hold data
     */
    record Raw(byte[] bytes, int length, int pages) implements BlockContent {
        @Override
        public int pagesOver(int under) {
            return pages;
        }

        /**
         * An array with the content's bytes, zeros up to {@code wanted}; room is left so that many appends stay linear.
         */
        byte[] grown(int wanted) {
            byte[] grown = bytes;
            if (grown.length < wanted) {
                grown = Arrays.copyOf(grown, Math.min(Blocks.BLOCK_BYTES, Math.max(wanted, grown.length * 2)));
            }
            if (length < wanted) {
                // A trim leaves old bytes behind the length.
                Arrays.fill(grown, length, wanted, (byte) 0);
            }
            return grown;
        }

        @Override
        public Effect effect(BlockKey key, boolean overHole) {
            return new Effect.Put(key, new BlockObject(
                    Bytes.owning(bytes.length == length ? bytes : Arrays.copyOf(bytes, length)), pages));
        }
    }

    /** Bytes that the request carries and that are the whole block: kept as they came, for they never change. */
    record Given(Bytes bytes) implements BlockContent {
        @Override
        public int pagesOver(int under) {
            return BlockPages.covering(bytes.length());
        }

        /** The same in an array that may be changed. */
        Raw loaded() {
            return new Raw(bytes.toArray(), bytes.length(), pagesOver(0));
        }

        @Override
        public Effect effect(BlockKey key, boolean overHole) {
            return new Effect.Put(key, new BlockObject(bytes, pagesOver(0)));
        }
    }

    record Reference(StagedId object, long offsetBytes, int length) implements BlockContent {
        @Override
        public int pagesOver(int under) {
            return BlockPages.covering(length);
        }

        @Override
        public Effect effect(BlockKey key, boolean overHole) {
            return new Effect.PutStagedBlock(key, object, offsetBytes, length);
        }
    }

    /** Over what is stored, whatever that is. */
    record Patched(BlockPatch.Builder parts) implements BlockContent {
        @Override
        public int pagesOver(int under) {
            return under | parts.build().pages();
        }

        @Override
        public Effect effect(BlockKey key, boolean overHole) {
            return new Effect.PatchBlock(key, parts.build(), overHole);
        }
    }
}
