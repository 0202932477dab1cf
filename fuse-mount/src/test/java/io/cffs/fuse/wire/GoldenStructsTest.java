package io.cffs.fuse.wire;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The committed bytes are those of the kernel's header, and the sizes we count on are the structs'. */
class GoldenStructsTest {
    @Test
    void committedBytesAreWhatTheKernelsHeaderGives(@TempDir Path dir) throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/gcc")), "no C compiler");
        assumeTrue(Files.exists(Path.of("/usr/include/linux/fuse.h")), "no kernel header");
        Path source = dir.resolve("golden.c");
        try (InputStream in = getClass().getResourceAsStream("golden.c")) {
            Files.copy(in, source);
        }
        run("/usr/bin/gcc", "-o", dir.resolve("golden").toString(), source.toString());
        assertEquals(run(dir.resolve("golden").toString()), Golden.text());
    }

    private static String run(String... command) throws Exception {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), "it ends");
        assertEquals(0, process.exitValue(), said);
        return said;
    }

    @Test
    void sizesAreTheStructs() {
        assertEquals(Layout.IN_HEADER, Golden.bytes("in_header").length);
        assertEquals(Layout.OUT_HEADER, Golden.bytes("out_header").length);
        assertEquals(Layout.INIT_IN, Golden.bytes("init_in").length);
        assertEquals(Layout.INIT_OUT, Golden.bytes("init_out").length);
        assertEquals(Layout.ENTRY_OUT, Golden.bytes("entry_out").length);
        assertEquals(Layout.ATTR_OUT, Golden.bytes("attr_out").length);
        assertEquals(Layout.OPEN_OUT, Golden.bytes("open_out").length);
        assertEquals(Layout.WRITE_OUT, Golden.bytes("write_out").length);
        assertEquals(Layout.STATFS_OUT, Golden.bytes("statfs_out").length);
        assertEquals(Layout.GETXATTR_OUT, Golden.bytes("getxattr_out").length);
        assertEquals(Layout.LK_OUT, Golden.bytes("lk_out").length);
        assertEquals(Layout.LSEEK_OUT, Golden.bytes("lseek_out").length);
        assertEquals(Layout.STATX_OUT, Golden.bytes("statx_out").length);
        assertEquals(Layout.FORGET_ONE, Golden.bytes("forget_one").length);
        assertEquals(Layout.BATCH_FORGET_IN, Golden.bytes("batch_forget_in").length);
        assertEquals(Layout.EXT_HEADER, Golden.bytes("ext_header").length);
        assertEquals(Layout.align8(Layout.DIRENT + 3), Golden.bytes("dirent").length);
    }
}
