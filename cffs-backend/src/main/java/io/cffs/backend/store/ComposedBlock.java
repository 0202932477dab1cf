package io.cffs.backend.store;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.Ino;
import io.cffs.model.ObjectKey.BlockKey;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import io.cffs.txn.apply.BlockPatch;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A version of a block whose bytes stand in several places, because commits have changed parts of it. It names all of
 * them itself, so reading one version never needs another one's line, and none is kept for its sake: a record of the
 * DATA
 * table belongs to the newest version that names it.
 *
 * <pre>
 *   u16 source count, per source: u8 1, i64 timestamp of its DATA record, i32 raw length, i32 CRC32C, u8 encoding
 *                              or u8 3, i64 inode, i64 index of the block that has the record, and as 1
 *                              or u8 2, i64 i64 i32 staged object
 *   u16 segment count, per segment: i32 start in the block, i32 length, u16 source, i64 offset in the source
 * </pre>
 *
 * @param segments by start, none over another; between them are zeros
 */
record ComposedBlock(List<Segment> segments) {
    /** Reading a block costs a look-up for each; a block that has more is written anew as a whole. */
    static final int SOURCES_MAX = 12;
    /** The pages of a block, and as many pieces of the block between them. */
    static final int SEGMENTS_MAX = 96;

    record Segment(int start, int length, Source source, long offset) {
        int end() {
            return start + length;
        }

        Segment slice(int from, int to) {
            return new Segment(from, to - from, source, offset + (from - start));
        }
    }

    sealed interface Source {}

    /**
     * A record of the DATA table.
     *
     * @param owner the block under whose key it stands; null for the block itself
     */
    record Recorded(BlockKey owner, long ts, int rawBytes, int checksum, byte encoding) implements Source {}

    record Staged(StagedId object) implements Source {}

    /** Gives the bytes of sources. */
    interface SourceReader {
        /** The whole raw record. */
        byte[] data(Recorded source);

        Bytes staged(StagedId object, long offset, int length);
    }

    /** A block whose bytes stand in one place, which is not the line of its version. */
    static ComposedBlock of(StoreForms.BlockPlace place, long ts) {
        return switch (place.where()) {
            case StoreForms.DATA -> new ComposedBlock(List.of(new Segment(0, place.rawBytes(),
                    new Recorded(null, ts, place.rawBytes(), place.checksum(), place.encoding()), 0)));
            case StoreForms.STAGED -> new ComposedBlock(
                    List.of(new Segment(0, place.rawBytes(), new Staged(place.object()), place.offset())));
            case StoreForms.COMPOSED -> place.composed();
            default -> throw new IllegalArgumentException("its bytes stand in the line: " + place.where());
        };
    }

    /** The same bytes, for another block: records that are this block's own are then those of a stranger. */
    ComposedBlock forAnother(BlockKey self) {
        List<Segment> shared = new ArrayList<>();
        for (Segment segment : segments) {
            Source source = segment.source() instanceof Recorded own && own.owner() == null
                    ? new Recorded(self, own.ts(), own.rawBytes(), own.checksum(), own.encoding())
                    : segment.source();
            shared.add(new Segment(segment.start(), segment.length(), source, segment.offset()));
        }
        return new ComposedBlock(shared);
    }

    /** With a patch over it; {@code data} is the record that holds the patch's own bytes, one after another. */
    ComposedBlock with(BlockPatch patch, Recorded data) {
        List<Segment> result = new ArrayList<>(segments);
        long within = 0;
        for (BlockPatch.Part part : patch.parts()) {
            cutOut(result, part.start(), part.end());
            switch (part.source()) {
                case BlockPatch.Inline inline -> {
                    result.add(new Segment(part.start(), part.length(), data, within));
                    within += part.length();
                }
                case BlockPatch.Staged staged -> result.add(new Segment(
                        part.start(), part.length(), new Staged(staged.object()), staged.offsetBytes()));
            }
        }
        result.sort((a, b) -> Integer.compare(a.start(), b.start()));
        return new ComposedBlock(result);
    }

    private static void cutOut(List<Segment> segments, int from, int to) {
        for (Segment segment : List.copyOf(segments)) {
            if (segment.start() < to && from < segment.end()) {
                segments.remove(segment);
                if (segment.start() < from) {
                    segments.add(segment.slice(segment.start(), from));
                }
                if (to < segment.end()) {
                    segments.add(segment.slice(to, segment.end()));
                }
            }
        }
    }

    int rawBytes() {
        return segments.getLast().end();
    }

    boolean isScattered() {
        return segments.size() > SEGMENTS_MAX || sources().size() > SOURCES_MAX;
    }

    Set<Source> sources() {
        Set<Source> all = new HashSet<>();
        segments.forEach(segment -> all.add(segment.source()));
        return all;
    }

    Bytes read(SourceReader reader) {
        byte[] bytes = new byte[rawBytes()];
        Map<Recorded, byte[]> records = new HashMap<>();
        for (Segment segment : segments) {
            switch (segment.source()) {
                case Recorded data -> System.arraycopy(records.computeIfAbsent(data, reader::data),
                        (int) segment.offset(),
                        bytes, segment.start(), segment.length());
                case Staged staged -> reader.staged(staged.object(), segment.offset(), segment.length())
                        .copyTo(0, bytes, segment.start(), segment.length());
            }
        }
        return Bytes.owning(bytes);
    }

    byte[] encode() {
        List<Source> sources = new ArrayList<>(sources());
        ByteBuffer form = ByteBuffer.allocate(4 + sources.size() * 34 + segments.size() * 18);
        form.putShort((short) sources.size());
        for (Source source : sources) {
            switch (source) {
                case Recorded data -> {
                    if (data.owner() != null) {
                        form.put((byte) 3).putLong(data.owner().ino().value()).putLong(data.owner().index());
                    } else {
                        form.put((byte) 1);
                    }
                    form.putLong(data.ts()).putInt(data.rawBytes()).putInt(data.checksum()).put(data.encoding());
                }
                case Staged staged -> form.put((byte) 2).putLong(staged.object().txn().high())
                        .putLong(staged.object().txn().low()).putInt(staged.object().sequence());
            }
        }
        form.putShort((short) segments.size());
        for (Segment segment : segments) {
            form.putInt(segment.start()).putInt(segment.length());
            form.putShort((short) sources.indexOf(segment.source())).putLong(segment.offset());
        }
        return Arrays.copyOf(form.array(), form.position());
    }

    /** Throws IllegalArgumentException or a buffer's or an index's exception for what is no such form. */
    static ComposedBlock decode(ByteBuffer form) {
        List<Source> sources = new ArrayList<>();
        for (int left = form.getShort() & 0xffff; left > 0; left--) {
            sources.add(switch (form.get()) {
                case 1 -> new Recorded(null, form.getLong(), form.getInt(), form.getInt(), form.get());
                case 3 -> new Recorded(new BlockKey(new Ino(form.getLong()), form.getLong()), form.getLong(),
                        form.getInt(), form.getInt(), form.get());
                case 2 -> {
                    TxnId txn = new TxnId(form.getLong(), form.getLong());
                    yield new Staged(new StagedId(txn, form.getInt()));
                }
                default -> throw new IllegalArgumentException("no source of a block");
            });
        }
        List<Segment> segments = new ArrayList<>();
        int end = 0;
        for (int left = form.getShort() & 0xffff; left > 0; left--) {
            int start = form.getInt();
            int length = form.getInt();
            Segment segment = new Segment(start, length, sources.get(form.getShort()), form.getLong());
            boolean fits = start >= end && length > 0 && length <= Blocks.BLOCK_BYTES - start
                    && segment.offset() >= 0 && !(segment.source() instanceof Recorded data
                            && segment.offset() > data.rawBytes() - length);
            if (!fits) {
                throw new IllegalArgumentException("no segment of a block");
            }
            end = segment.end();
            segments.add(segment);
        }
        if (segments.isEmpty()) {
            throw new IllegalArgumentException("a block without bytes");
        }
        return new ComposedBlock(List.copyOf(segments));
    }
}
