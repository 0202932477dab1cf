package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Small writes all over a large file, as databases and virtual disks make them: none is refused, however many blocks
 * they touch, and the file is the same as on the local file system.
 */
class ScatteredWritesMountTest extends StoreTest {
    private static final String WRITER = """
            import os, random, sys
            path, seed, writes, aligned = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4] == "aligned"
            random.seed(seed)
            file = os.open(path, os.O_RDWR | os.O_CREAT)
            for number in range(writes):
                at = random.randrange(24 << 20)
                if aligned:
                    at -= at % 4096
                os.pwrite(file, random.randbytes(4096 if aligned else random.randrange(1, 6000)), at)
            """;

    private Path local;

    @BeforeEach
    void openStore() throws IOException {
        local = Files.createDirectory(scratch.resolve("local"));
        Files.writeString(scratch.resolve("writer.py"), WRITER);
    }

    @Test
    void manyTransactionsOfManySmallWrites() throws Exception {
        same("dd if=/dev/zero bs=1M count=24 status=none | tr '\\0' x > large; sha256sum large");
        for (int seed = 1; seed <= 4; seed++) {
            String kind = seed % 2 == 0 ? "aligned" : "anywhere";
            same("python3 " + scratch.resolve("writer.py") + " large " + seed + " 1500 " + kind
                    + "; sha256sum large");
            same("sha256sum large");
        }
        same("python3 " + scratch.resolve("writer.py") + " sparse 9 1200 anywhere; truncate -s 20M sparse");
        same("sha256sum sparse large");
        for (int seed = 20; seed < 36; seed++) {
            same("python3 " + scratch.resolve("writer.py") + " large " + seed + " 30 anywhere");
        }
        same("sha256sum large; truncate -s 9999999 large; sha256sum large");
        same("sha256sum large");
        cffs.expectClean();
    }

    private void same(String script) throws Exception {
        Process onDisk = new ProcessBuilder("sh", "-ec", script).directory(local.toFile()).redirectErrorStream(true)
                .start();
        String expected = new String(onDisk.getInputStream().readAllBytes());
        assertEquals(0, onDisk.waitFor(), expected);
        assertEquals(expected, cffs.runShell(script).expectExit(0).out(), script);
    }
}
