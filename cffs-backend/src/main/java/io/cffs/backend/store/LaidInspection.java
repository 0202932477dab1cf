package io.cffs.backend.store;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.LaidFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.util.concurrent.Semaphore;
import java.util.zip.CRC32C;

/**
 * Looks at a file that somebody else has written: whether its bytes are those that were described. If so, it gets its
 * table and is an object of {@link StagedObjects}, uncompressed, without a byte being copied. If it looks as if
 * compressing would help, its bytes are taken along and the file is not wanted. For one file, by one thread.
 */
final class LaidInspection implements BlockStore.Inspection {
    /** One block of so many is tried for whether the object can be compressed. */
    private static final int SAMPLED_BLOCKS = 8;
    /** A buffer for each thread that is at it; they are few, because a request holds one. */
    private static final int BUFFER_BYTES = Blocks.BLOCK_BYTES;

    private final LaidFile described;
    private final int magic;
    private final Semaphore room;
    private Bytes compressible; // null unless the file is not wanted
    private boolean roomTaken;

    /** @param room for objects whose bytes are on the heap: one permit each */
    LaidInspection(LaidFile described, int magic, Semaphore room) {
        this.described = described;
        this.magic = magic;
        this.room = room;
    }

    /** Nothing of it is on the heap any more. */
    void end() {
        compressible = null;
        if (roomTaken) {
            roomTaken = false;
            room.release();
        }
    }

    /** The object's bytes, after {@link #accepts} has said no. */
    Bytes compressible() {
        return compressible;
    }

    @Override
    public boolean accepts(FileChannel file) throws IOException {
        int length = described.lengthBytes();
        int head = LaidFile.headBytes(length);
        if (file.size() != head + length) {
            throw refused("has another length");
        }
        ByteBuffer table = ByteBuffer.allocate(head);
        int count = LaidFile.blockCount(length);
        table.putInt(magic).putInt(length).putInt(count).putInt(0);
        ByteBuffer block = ByteBuffer.allocateDirect(BUFFER_BYTES);
        for (int i = 0; i < count; i++) {
            int bytes = Math.min(Blocks.BLOCK_BYTES, length - i * Blocks.BLOCK_BYTES);
            readFully(file, block.clear().limit(bytes), head + (long) i * Blocks.BLOCK_BYTES);
            CRC32C crc = new CRC32C();
            crc.update(block.flip());
            int checksum = (int) crc.getValue();
            if (checksum != described.checksums().get(i)) {
                throw refused("does not match its checksums");
            }
            if (i % SAMPLED_BLOCKS == 0 && BlockCodec.looksCompressible(block.rewind())) {
                compressible = bytesOf(file, head, length);
                return false;
            }
            table.putInt(bytes).putInt(bytes).putInt(checksum).putInt(BlockCodec.RAW);
        }
        table.putInt(12, StagedObjects.checksumOf(table.array(), count)).flip();
        while (table.hasRemaining()) {
            file.write(table, table.position());
        }
        return true;
    }

    /** Looked at once more: the checksums that count are made of the bytes that are stored. */
    private Bytes bytesOf(FileChannel file, int head, int length) throws IOException {
        room.acquireUninterruptibly();
        roomTaken = true;
        byte[] bytes = new byte[length];
        readFully(file, ByteBuffer.wrap(bytes), head);
        Bytes content = Bytes.owning(bytes);
        for (int i = 0; i < described.checksums().size(); i++) {
            int from = i * Blocks.BLOCK_BYTES;
            int checksum = BlockCodec.checksum(content, from, Math.min(Blocks.BLOCK_BYTES, length - from));
            if (checksum != described.checksums().get(i)) {
                throw refused("does not match its checksums");
            }
        }
        return content;
    }

    private void readFully(FileChannel file, ByteBuffer target, long offset) throws IOException {
        long at = offset;
        while (target.hasRemaining()) {
            int read = file.read(target, at);
            if (read < 0) {
                throw refused("was cut short");
            }
            at += read;
        }
    }

    private BackendException refused(String what) {
        return new BackendException(BackendException.Cause.REFUSED,
                "the file " + LaidFile.fileName(described.object()) + " " + what, null);
    }
}
