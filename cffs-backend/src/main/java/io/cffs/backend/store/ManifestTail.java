package io.cffs.backend.store;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.zip.CRC32C;

/**
 * Cuts the torn tail off a RocksDB manifest. The file is a run of records in blocks of 32 KiB: masked CRC32C over
 * type and payload, length, type, payload; a block's last bytes are zero when no header fits (RocksDB's
 * db/log_format.h). RocksDB forgives a record that ends early, and takes one that is there but wrong for damage.
 */
final class ManifestTail {
    private static final int BLOCK_BYTES = 32 * 1024;
    private static final int HEADER_BYTES = 7;
    private static final int MASK_DELTA = 0xa282ead8;
    private static final int TYPES_MAX = 4;

    private ManifestTail() {}

    /** Cuts at the first record that is not whole; does nothing when all are. */
    static void cut(Path manifest) throws IOException {
        byte[] image = Files.readAllBytes(manifest);
        int end = wholeBytes(image);
        if (end < image.length) {
            try (FileChannel channel = FileChannel.open(manifest, StandardOpenOption.WRITE)) {
                channel.truncate(end);
                channel.force(true);
            }
        }
    }

    static int wholeBytes(byte[] image) {
        ByteBuffer fields = ByteBuffer.wrap(image).order(ByteOrder.LITTLE_ENDIAN);
        int at = 0;
        while (at < image.length) {
            int leftInBlock = BLOCK_BYTES - at % BLOCK_BYTES;
            if (leftInBlock < HEADER_BYTES) {
                at += leftInBlock;
                continue;
            }
            if (image.length - at < HEADER_BYTES) {
                return at;
            }
            int length = Short.toUnsignedInt(fields.getShort(at + 4));
            int type = image[at + 6];
            boolean fits = type >= 1 && type <= TYPES_MAX && HEADER_BYTES + length <= leftInBlock
                    && at + HEADER_BYTES + length <= image.length;
            if (!fits || fields.getInt(at) != maskedChecksum(image, at + 6, 1 + length)) {
                return at;
            }
            at += HEADER_BYTES + length;
        }
        return image.length;
    }

    private static int maskedChecksum(byte[] image, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(image, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }
}
