package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Functions that write more than travels with a commit: it is uploaded while they run. */
class BulkMountTest extends StoreTest {
    private static final int MIB = 1024 * 1024;
    private static final int SOURCE_MIB = 100;
    /** What objects hold besides the bytes of files: their tables, and gaps of less than half. */
    private static final long SLACK_BYTES = 8L * MIB;
    private static final long PATIENCE_SECONDS = 60;

    private Path source;

    @BeforeEach
    void writeSource() throws Exception {
        source = scratch.resolve("source");
        SplittableRandom random = new SplittableRandom(11);
        byte[] piece = new byte[MIB];
        try (OutputStream out = Files.newOutputStream(source)) {
            for (int i = 0; i < SOURCE_MIB; i++) {
                random.nextBytes(piece);
                out.write(piece);
            }
        }
    }

    /** What was uploaded and is then written over, cut off, written again, or written meanwhile by somebody else. */
    @Test
    void everyByteIsTheLastOneWritten() throws Exception {
        String script = """
                set -e
                S=%s
                cat $S >a
                seq 1 4000000 >t
                dd if=$S of=a bs=128k seek=3 count=2 conv=notrunc status=none
                dd if=$S of=a bs=1000 seek=70000 count=1 conv=notrunc status=none
                truncate -s 61000001 a
                cat $S >>a &
                dd if=$S of=a bs=64k skip=100 seek=40 count=300 conv=notrunc status=none &
                dd if=$S of=t bs=1M seek=9 count=6 conv=notrunc status=none
                wait
                truncate -s 150M a
                cp t u
                cat $S >gone
                rm gone
                cksum a t u
                """.formatted(source);
        Path plain = Files.createDirectory(scratch.resolve("plain"));
        String expected = sh(script, plain, 0);
        assertEquals(expected, cffs.runShell(script).expectExit(0).out());
        assertEquals(expected, cffs.runShell("cksum a t u").expectExit(0).out());
        cffs.expectClean();
        awaitObjects(bytes -> bytes <= 150L * MIB + 2 * Files.size(plain.resolve("t")) + SLACK_BYTES);
    }

    @Test
    void whatAFunctionUploadedThatFailedGoes() throws Exception {
        cffs.runShell("cat " + source + " >kept").expectExit(0);
        Set<Path> before = objects();
        assertTrue(!before.isEmpty());
        cffs.runShell("cat " + source + " " + source + " >lost; exit 3").expectExit(3);
        awaitObjects(bytes -> objects().equals(before));
        CffsCommand.Started killed = cffs.startShell("cat " + source + " >lost; kill -KILL $PPID; cat");
        cffs.finish(killed);
        assertEquals("kept\n", cffs.runShell("ls; cmp kept " + source).expectExit(0).out());
        cffs.expectClean();
    }

    /** The first attempt uploads much, another function comes first, and the second attempt writes something else. */
    @Test
    void whatTheAttemptBeforeUploadedIsNotCommitted() throws Exception {
        cffs.runShell("echo 1 >marker").expectExit(0);
        sh("mkfifo ready go", scratch, 0);
        String script = """
                read seen <marker
                if [ "$seen" = 1 ]; then
                    cat %1$s >big
                    echo >%2$s/ready
                    read line <%2$s/go
                else
                    tail -c 70000001 %1$s >big
                fi
                """.formatted(source, scratch);
        CffsCommand.Started started = cffs.startShell(script);
        sh("timeout 100 cat ready >/dev/null", scratch, 0);
        cffs.runShell("echo 2 >marker").expectExit(0);
        sh("timeout 100 sh -c 'echo >go'", scratch, 0);
        cffs.finish(started).expectExit(0);
        assertEquals("", cffs.runShell("tail -c 70000001 " + source + " | cmp - big").expectExit(0).out());
        cffs.expectClean();
        awaitObjects(bytes -> bytes <= 70_000_001 + SLACK_BYTES);
    }

    @Test
    void aFunctionMayWriteMoreThanThereIsMemory() throws Exception {
        String run = "CFFS_HEAP=64m TMPDIR=" + scratch + " " + CffsCommand.launcher() + " run --store " + cffs.store()
                + " -- sh -c 'cat " + source + " >a; cat a " + source + " >b; cmp -n " + SOURCE_MIB * MIB + " a b'";
        sh(run, scratch, 0);
        assertEquals("", cffs.runShell("cmp a " + source).expectExit(0).out());
    }

    @Test
    void aFullSpillDirectoryIsToldWhoeverWrites() throws Exception {
        Path small = Files.createDirectory(scratch.resolve("small"));
        sh("mount -t tmpfs -o size=8m cffs-test-spill " + small, scratch, 0);
        try {
            String run = "CFFS_HEAP=64m TMPDIR=" + small + " " + CffsCommand.launcher() + " run --store "
                    + cffs.store() + " -- sh -c 'echo before >x; cat " + source + " >a; echo $?; %s' 2>&1";
            String failed = sh(run.formatted("exit 1"), scratch, 1);
            assertTrue(failed.contains("No space left on device"), failed);
            assertTrue(failed.endsWith("\n1\n"), failed);
            // Who writes less after all may commit: what was refused at the write is not in the file.
            String gaveUp = sh(run.formatted("rm a"), scratch, 0);
            assertTrue(gaveUp.contains("No space left on device"), gaveUp);
            assertEquals("x\n", cffs.runShell("ls").expectExit(0).out());
            assertEquals("", sh("ls -A " + small, scratch, 0));
        } finally {
            sh("umount -l " + small, scratch, 0);
        }
    }

    private interface Wanted {
        boolean isThere(long objectBytes) throws IOException;
    }

    private void awaitObjects(Wanted wanted) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (true) {
            long bytes = 0;
            for (Path object : objects()) {
                // 0 for one that has gone meanwhile, which is what is waited for.
                bytes += object.toFile().length();
            }
            if (wanted.isThere(bytes)) {
                return;
            }
            assertTrue(System.nanoTime() < end, "objects of " + bytes + " bytes are left");
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private Set<Path> objects() throws IOException {
        try (Stream<Path> files = Files.list(cffs.store().resolve("volumes/default/blocks"))) {
            return files.collect(Collectors.toSet());
        }
    }

    private static String sh(String script, Path directory, int exit) throws Exception {
        Process process = new ProcessBuilder(List.of("sh", "-c", script)).directory(directory.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT).start();
        String out = new String(process.getInputStream().readAllBytes());
        assertEquals(exit, process.waitFor(), () -> script + "\n" + out);
        return out;
    }
}
