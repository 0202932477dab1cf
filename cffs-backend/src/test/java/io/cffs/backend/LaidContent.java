package io.cffs.backend;

import io.cffs.model.Blocks;
import io.cffs.txn.StagedId;
import io.cffs.txn.port.LaidFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32C;

/** Lays files into a staging directory, as a mount does. */
public final class LaidContent {
    private LaidContent() {}

    public static LaidFile lay(Path door, StagedId id, byte[] content) throws IOException {
        int head = LaidFile.headBytes(content.length);
        byte[] file = new byte[head + content.length];
        System.arraycopy(content, 0, file, head, content.length);
        Files.write(door.resolve(LaidFile.fileName(id)), file);
        List<Integer> checksums = new ArrayList<>();
        for (int from = 0; from < content.length; from += Blocks.BLOCK_BYTES) {
            CRC32C crc = new CRC32C();
            crc.update(content, from, Math.min(Blocks.BLOCK_BYTES, content.length - from));
            checksums.add((int) crc.getValue());
        }
        return new LaidFile(id, content.length, checksums);
    }
}
