package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Copies within a volume take their bytes over by reference, and holes are holes; the bytes are as on a local disk. */
class CopiesAndHolesMountTest extends StoreTest {
    private static final long BIG_BYTES = 48L << 20;

    private Path local;

    @BeforeEach
    void openStore() throws IOException {
        local = Files.createDirectory(scratch.resolve("local"));
        byte[] random = new byte[1 << 20];
        new SplittableRandom(7).nextBytes(random);
        Files.write(scratch.resolve("random"), random);
    }

    private void same(String script) throws Exception {
        Process onDisk = new ProcessBuilder("sh", "-ec", script).directory(local.toFile()).redirectErrorStream(true)
                .start();
        String expected = new String(onDisk.getInputStream().readAllBytes());
        assertEquals(0, onDisk.waitFor(), expected);
        assertEquals(expected, cffs.runShell(script).expectExit(0).out(), script);
    }

    /** Of the blocks alone: beside them a running backend makes and removes files of its own. */
    private long storedBytes() throws IOException {
        try (Stream<Path> files = Files.list(scratch.resolve("store/volumes/default/blocks"))) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        }
    }

    @Test
    void aCopyMovesNoBytesAndGoesItsOwnWay() throws Exception {
        same("for i in $(seq 48); do cat " + scratch.resolve("random") + "; done > big; stat -c %s big");
        long before = storedBytes();
        assertTrue(before > BIG_BYTES / 2, "stored " + before);
        same("cp big copy; cmp big copy; cp copy again; sha256sum again");
        assertTrue(storedBytes() - before < BIG_BYTES / 8, "stored " + (storedBytes() - before) + " more");
        same("printf changed | dd of=big bs=1 seek=300000 conv=notrunc status=none; sha256sum big copy again");
        same("printf changed | dd of=copy bs=1 seek=40000000 conv=notrunc status=none; sha256sum big copy again");
        same("rm big; sha256sum copy again");
        same("truncate -s 5000000 copy; cp copy short; rm copy; sha256sum short again");
        same("rm short; sha256sum again");
        cffs.expectClean();
    }

    @Test
    void whatThisFunctionHasWrittenIsInItsCopies() throws Exception {
        same("cat " + scratch.resolve("random") + " > a; cp a b; printf x >> a; cp a c; sha256sum a b c");
        same("printf y | dd of=a bs=1 seek=200000 conv=notrunc status=none; cp a d; printf z >> b; sha256sum a b c d");
        cffs.expectClean();
    }

    @Test
    void holesAndZeros() throws Exception {
        same("for i in 1 2 3; do cat " + scratch.resolve("random") + "; done > f; sha256sum f");
        same("fallocate -p -o 100000 -l 1500000 f; sha256sum f; stat -c %s f");
        same("fallocate -p -o 4096 -l 8192 f; printf w | dd of=f bs=1 seek=6000 conv=notrunc status=none; sha256sum f");
        same("fallocate -p -n -o 3000000 -l 900000 f; stat -c %s f; fallocate -l 5000000 f; stat -c %s f; sha256sum f");
        same("cp f g; fallocate -p -o 0 -l 131072 g; sha256sum f g");
        assertEquals("f\n", cffs.runShell("fallocate -z -o 10 -l 9000000 f; stat -c %s f | grep -q ^9000010$ && ls f")
                .expectExit(0).out());
        cffs.expectClean();
    }
}
