package io.cffs.txn.port;

import io.cffs.model.Blocks;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import java.util.List;

/**
 * An object that its uploader has left as a file where the backend sees it, instead of sending its bytes. The file is
 * closed, and nobody writes to it any more.
 *
 * <p>It begins with {@link #headBytes} that mean nothing and that the store may use; the object's bytes follow.
 *
 * @param object whose file it is: it is called {@link #fileName}
 * @param lengthBytes of the object, 1 to {@link StagedId#BYTES_MAX}
 * @param checksums CRC32C of each 128 KiB of it; the last may be shorter
 */
public record LaidFile(StagedId object, int lengthBytes, List<Integer> checksums) {
    /** What the file of an object with the largest number of blocks begins with, for each block and once. */
    private static final int HEAD_UNIT_BYTES = 16;

    public LaidFile {
        if (lengthBytes < 1 || lengthBytes > StagedId.BYTES_MAX) {
            throw new IllegalArgumentException("a staged object has 1 to 4 MiB: " + lengthBytes);
        }
        if (checksums.size() != blockCount(lengthBytes)) {
            throw new IllegalArgumentException("one checksum for each block: " + checksums.size());
        }
        checksums = List.copyOf(checksums);
    }

    /** Blocks of an object of this length. */
    public static int blockCount(int lengthBytes) {
        return Math.ceilDiv(lengthBytes, Blocks.BLOCK_BYTES);
    }

    /** Where the bytes of an object of this length begin in its file. */
    public static int headBytes(int lengthBytes) {
        return HEAD_UNIT_BYTES * (1 + blockCount(lengthBytes));
    }

    /** Whose file has this name; null when it is none that {@link #fileName} gives. */
    public static TxnId transactionOf(String fileName) {
        return fileName.matches("[0-9a-f]{32}-[0-9]+\\.laid") ? TxnId.parse(fileName.substring(0, 32)) : null;
    }

    /** The name that the file of an object has. */
    public static String fileName(StagedId object) {
        return object.txn() + "-" + object.sequence() + ".laid";
    }
}
