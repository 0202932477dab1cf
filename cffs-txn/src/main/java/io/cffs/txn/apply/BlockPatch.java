package io.cffs.txn.apply;

import io.cffs.model.BlockPages;
import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.txn.StagedId;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * New bytes for parts of a block whose other bytes stay, whatever they are. A commit that changes a page of a large
 * file is this small, and folding it does not look at the block.
 *
 * @param parts at least one, by where they start, none over another
 */
public record BlockPatch(List<Part> parts) {
    public BlockPatch {
        parts = List.copyOf(parts);
        int end = 0;
        for (Part part : parts) {
            if (part.start() < end) {
                throw new IllegalArgumentException("parts out of order, or one over another, at " + part.start());
            }
            end = part.end();
        }
        if (end == 0) {
            throw new IllegalArgumentException("a patch has a part");
        }
    }

    /**
     * @param start where in the block, in bytes
     * @param length 1 and up; the part ends within the block
     * @param source where the bytes are
     */
    public record Part(int start, int length, Source source) {
        public Part {
            if (start < 0 || length < 1 || start > Blocks.BLOCK_BYTES - length) {
                throw new IllegalArgumentException("no part of a block: " + start + " + " + length);
            }
            if (source instanceof Inline inline && inline.bytes().length() != length) {
                throw new IllegalArgumentException("a part of other length than its bytes");
            }
        }

        public int end() {
            return start + length;
        }

        /** The bytes from {@code from} to {@code to} (exclusive) in the block, which lie within this part. */
        Part slice(int from, int to) {
            return new Part(from, to - from, switch (source) {
                case Inline inline -> new Inline(inline.bytes().slice(from - start, to - start));
                case Staged staged -> new Staged(staged.object(), staged.offsetBytes() + (from - start));
            });
        }
    }

    /** Where the bytes of a part are. */
    public sealed interface Source {}

    public record Inline(Bytes bytes) implements Source {}

    /** From {@code offsetBytes} on, any number, in a staged object. */
    public record Staged(StagedId object, long offsetBytes) implements Source {}

    /** Reads a range of a staged object. */
    @FunctionalInterface
    public interface StagedReader {
        Bytes read(StagedId object, long offsetBytes, int lengthBytes);
    }

    /** This patch and then another one, as one. */
    public BlockPatch then(BlockPatch later) {
        Builder both = new Builder();
        parts.forEach(both::add);
        later.parts.forEach(both::add);
        return both.build();
    }

    /** Where the last part ends. */
    public int end() {
        return parts.getLast().end();
    }

    /** The pages that hold data once it is carried out, whatever was there; as {@link BlockPages} has them. */
    public int pages() {
        int pages = 0;
        for (Part part : parts) {
            pages |= BlockPages.touched(part.start(), part.end());
        }
        return pages;
    }

    /** How many bytes it brings itself. */
    public int inlineBytes() {
        return parts.stream().mapToInt(part -> part.source() instanceof Inline ? part.length() : 0).sum();
    }

    /**
     * The block with this patch.
     *
     * @param base its bytes so far; null for a hole
     */
    public Bytes over(Bytes base, StagedReader staged) {
        int baseLength = base == null ? 0 : base.length();
        byte[] bytes = base == null ? new byte[end()] : Arrays.copyOf(base.toArray(), Math.max(baseLength, end()));
        for (Part part : parts) {
            switch (part.source()) {
                case Inline inline -> inline.bytes().copyTo(0, bytes, part.start(), part.length());
                case Staged at -> staged.read(at.object(), at.offsetBytes(), part.length())
                        .copyTo(0, bytes, part.start(), part.length());
            }
        }
        return Bytes.owning(bytes);
    }

    /** Collects parts; of two over another the later one shows. Not safe for use by several threads. */
    static final class Builder {
        private final TreeMap<Integer, Part> parts = new TreeMap<>();

        void add(Part added) {
            Map.Entry<Integer, Part> left = parts.lowerEntry(added.start());
            if (left != null && left.getValue().end() > added.start()) {
                Part before = left.getValue();
                parts.put(before.start(), before.slice(before.start(), added.start()));
                if (before.end() > added.end()) {
                    parts.put(added.end(), before.slice(added.end(), before.end()));
                }
            }
            var covered = parts.subMap(added.start(), added.end());
            if (!covered.isEmpty() && covered.lastEntry().getValue().end() > added.end()) {
                Part last = covered.lastEntry().getValue();
                parts.put(added.end(), last.slice(added.end(), last.end()));
            }
            covered.clear();
            parts.put(added.start(), added);
        }

        BlockPatch build() {
            return new BlockPatch(new ArrayList<>(parts.values()));
        }
    }
}
