package io.cffs.backend.store;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.LaidFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Staged data in a {@link BlockStore}: the blocks of an object one after another, each compressed when that helps,
 * behind a table of their lengths and checksums. Safe for use by many threads.
 *
 * <pre>
 *   u32 magic   u32 raw length of the object   u32 block count   u32 CRC32C of the table
 *   per block: u32 raw length, u32 stored length, u32 CRC32C of the raw bytes, u32 encoding
 * </pre>
 */
public final class StagedObjects {
    private static final Logger LOG = LoggerFactory.getLogger(StagedObjects.class);
    private static final int MAGIC = 0x43465342; // "CFSB"
    private static final int HEAD_BYTES = 16;
    private static final int LINE_BYTES = 16;
    /** What is this part of a block, or less, is a piece: others will follow. */
    private static final int PIECES_MIN = 4;
    /** Files that are read to be compressed, at a time: 4 MiB each, and as much again for what comes of it. */
    private static final int LAID_ON_HEAP_MAX = 4;
    private static final int BLOCKS_MAX = StagedId.BYTES_MAX / Blocks.BLOCK_BYTES;

    private final BlockStore blocks;
    /** No request is counted with the bytes of its file. */
    private final Semaphore onHeap = new Semaphore(LAID_ON_HEAP_MAX);
    private final Set<StagedId> condemned = ConcurrentHashMap.newKeySet();
    /** A commit of thousands of small files reads one object piece by piece. Objects never change. */
    private volatile Latest latest = new Latest(null, null, -1, null);

    public StagedObjects(BlockStore blocks) {
        this.blocks = blocks;
    }

    /** The table of an object. */
    private record Layout(int rawBytes, int[] raw, int[] stored, int[] checksums, int[] encodings) {}

    /** @param index of the block that {@code raw} holds; -1 for none */
    private record Latest(StagedId id, Layout layout, int index, byte[] raw) {}

    /**
     * Stores an object, durably when this returns. The same id again is harmless.
     *
     * @throws BackendException {@code REFUSED} for an empty or a too large object; else as {@link
     *     BlockStore#putIfAbsent}
     */
    public void put(StagedId id, Bytes content) {
        if (content.length() < 1 || content.length() > StagedId.BYTES_MAX) {
            throw new BackendException(BackendException.Cause.REFUSED,
                    "a staged object has 1 to " + StagedId.BYTES_MAX + " bytes, not " + content.length(), null);
        }
        int count = (content.length() + Blocks.BLOCK_BYTES - 1) / Blocks.BLOCK_BYTES;
        ByteBuffer table = ByteBuffer.allocate(HEAD_BYTES + count * LINE_BYTES);
        table.putInt(MAGIC).putInt(content.length()).putInt(count).putInt(0);
        List<ByteBuffer> parts = new ArrayList<>(List.of(table));
        for (int i = 0; i < count; i++) {
            int from = i * Blocks.BLOCK_BYTES;
            int length = Math.min(Blocks.BLOCK_BYTES, content.length() - from);
            byte[] packed = BlockCodec.packed(content, from, length);
            table.putInt(length).putInt(packed == null ? length : packed.length)
                    .putInt(BlockCodec.checksum(content, from, length))
                    .putInt(packed == null ? BlockCodec.RAW : BlockCodec.LZ4);
            parts.add(packed == null ? content.asBuffer().slice(from, length) : ByteBuffer.wrap(packed));
        }
        table.putInt(12, checksumOf(table.array(), count)).flip();
        blocks.putIfAbsent(nameOf(id), parts);
    }

    /** Where files may be left for {@link #adopt}; null where there is no such place. */
    public Path door() {
        return blocks.door();
    }

    /**
     * As {@link #put}, of an object that lies in {@link #door}. Nothing that was said of it is believed: it is stored
     * only if its bytes have the checksums. Gone from the door afterwards.
     *
     * @throws BackendException {@code REFUSED} when there is no such file, or it is not as described
     */
    public void adopt(LaidFile file) {
        LaidInspection inspection = new LaidInspection(file, MAGIC, onHeap);
        String name = LaidFile.fileName(file.object());
        try {
            if (!blocks.adopt(name, nameOf(file.object()), inspection)) {
                put(file.object(), inspection.compressible());
            }
        } finally {
            inspection.end();
            discard(name);
        }
    }

    private void discard(String name) {
        try {
            if (door() != null) {
                Files.deleteIfExists(door().resolve(name));
            }
        } catch (IOException failed) {
            LOG.debug("what lies in the door stays there", failed);
        }
    }

    /** Deletes files that lie in the door, by their names. What cannot be deleted stays until the store is opened. */
    public void sweepDoor(Predicate<String> names) {
        if (door() == null) {
            return;
        }
        try (DirectoryStream<Path> left = Files.newDirectoryStream(
                door(), file -> names.test(file.getFileName().toString()))) {
            left.forEach(file -> discard(file.getFileName().toString()));
        } catch (IOException | DirectoryIteratorException failed) {
            LOG.debug("what lies in the door stays there", failed);
        }
    }

    /** Whether there is such an object, sound or not. */
    boolean exists(StagedId id) {
        return blocks.get(nameOf(id), 0, HEAD_BYTES) != null;
    }

    /** What is about to be deleted: {@link #lengthBytes} says that it is not there. May be changed by any thread. */
    public Set<StagedId> condemned() {
        return condemned;
    }

    /** Length of the object in bytes; -1 when there is none. */
    public long lengthBytes(StagedId id) {
        Layout layout = condemned.contains(id) ? null : latestLayoutOf(id);
        return layout == null ? -1 : layout.rawBytes();
    }

    /**
     * A range of an object.
     *
     * @throws BackendException {@code STORE_FAILED} when the object is missing, shorter, or does not match its
     *     checksums
     */
    public Bytes read(StagedId id, long offset, int length) {
        // Whole blocks come from the disk each time: whoever checks them wants to know what is there.
        boolean piece = length <= Blocks.BLOCK_BYTES / PIECES_MIN;
        Layout layout = piece ? latestLayoutOf(id) : layoutOf(id);
        if (layout == null || offset < 0 || offset + length > layout.rawBytes()) {
            throw new BackendException(BackendException.Cause.STORE_FAILED,
                    "the staged object " + nameOf(id) + " is missing or too short", null);
        }
        byte[] result = new byte[length];
        int done = 0;
        while (done < length) {
            int index = (int) Blocks.blockOf(offset + done);
            int within = (int) ((offset + done) % Blocks.BLOCK_BYTES);
            byte[] block = piece && layout.raw()[index] >= PIECES_MIN * length
                    ? latestBlockOf(id, layout, index)
                    : blockOf(id, layout, index);
            int count = Math.min(length - done, block.length - within);
            System.arraycopy(block, within, result, done, count);
            done += count;
        }
        return Bytes.owning(result);
    }

    private Layout latestLayoutOf(StagedId id) {
        Latest known = latest;
        if (id.equals(known.id())) {
            return known.layout();
        }
        Layout layout = layoutOf(id);
        if (layout != null) {
            latest = new Latest(id, layout, -1, null);
        }
        return layout;
    }

    private byte[] latestBlockOf(StagedId id, Layout layout, int index) {
        Latest known = latest;
        if (id.equals(known.id()) && known.index() == index) {
            return known.raw();
        }
        byte[] raw = blockOf(id, layout, index);
        latest = new Latest(id, layout, index, raw);
        return raw;
    }

    private byte[] blockOf(StagedId id, Layout layout, int index) {
        long at = HEAD_BYTES + (long) layout.raw().length * LINE_BYTES;
        for (int i = 0; i < index; i++) {
            at += layout.stored()[i];
        }
        Bytes stored = blocks.get(nameOf(id), at, layout.stored()[index]);
        byte[] raw = stored == null || stored.length() != layout.stored()[index]
                ? null
                : BlockCodec.decode(stored.toArray(), (byte) layout.encodings()[index], layout.raw()[index],
                        layout.checksums()[index]);
        if (raw == null) {
            throw new BackendException(BackendException.Cause.STORE_FAILED,
                    "block " + index + " of the staged object " + nameOf(id) + " does not match its checksum", null);
        }
        return raw;
    }

    private Layout layoutOf(StagedId id) {
        Bytes head = blocks.get(nameOf(id), 0, HEAD_BYTES + BLOCKS_MAX * LINE_BYTES);
        if (head == null) {
            return null;
        }
        ByteBuffer image = head.asBuffer();
        boolean plausible = head.length() >= HEAD_BYTES && image.getInt(0) == MAGIC
                && image.getInt(8) >= 1 && image.getInt(8) <= BLOCKS_MAX
                && head.length() >= HEAD_BYTES + image.getInt(8) * LINE_BYTES
                && image.getInt(12) == checksumOf(head.toArray(), image.getInt(8));
        if (!plausible) {
            throw new BackendException(BackendException.Cause.STORE_FAILED,
                    "the table of the staged object " + nameOf(id) + " does not match its checksum", null);
        }
        int count = image.getInt(8);
        Layout layout = new Layout(image.getInt(4), new int[count], new int[count], new int[count], new int[count]);
        image.position(HEAD_BYTES);
        for (int i = 0; i < count; i++) {
            layout.raw()[i] = image.getInt();
            layout.stored()[i] = image.getInt();
            layout.checksums()[i] = image.getInt();
            layout.encodings()[i] = image.getInt();
        }
        return layout;
    }

    static int checksumOf(byte[] image, int count) {
        CRC32C crc = new CRC32C();
        crc.update(image, 0, 12);
        crc.update(image, HEAD_BYTES, count * LINE_BYTES);
        return (int) crc.getValue();
    }

    public void delete(StagedId id) {
        if (id.equals(latest.id())) {
            latest = new Latest(null, null, -1, null);
        }
        blocks.delete(nameOf(id));
    }

    /** Gives the ids of all objects, in no order; foreign names are left out. */
    public void list(Consumer<StagedId> reader) {
        blocks.list(name -> {
            if (name.matches("[0-9a-f]{32}-[0-9a-f]{8}")) {
                TxnId txn = TxnId.parse(name.substring(0, 32));
                reader.accept(new StagedId(txn, Integer.parseUnsignedInt(name.substring(33), 16)));
            }
        });
    }

    static String nameOf(StagedId id) {
        return id.txn() + "-" + String.format("%08x", id.sequence());
    }
}
