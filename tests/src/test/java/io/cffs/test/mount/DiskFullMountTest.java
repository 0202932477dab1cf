package io.cffs.test.mount;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A store whose disk is full refuses new commits in one sentence, keeps every old one, and goes on when there is room.
 */
class DiskFullMountTest {
    private static final int DISK_MEGABYTES = 400;

    @TempDir
    Path scratch;

    private Path disk;
    private CffsCommand cffs;

    @BeforeEach
    void openStore() throws Exception {
        disk = Files.createDirectory(scratch.resolve("disk"));
        sh("mount -t tmpfs -o size=" + DISK_MEGABYTES + "m cffs-test-disk " + disk);
        cffs = new CffsCommand(disk);
    }

    @AfterEach
    void closeStore() throws Exception {
        cffs.stopBackend();
        sh("umount -l " + disk);
    }

    @Test
    void fullDiskLosesNothingThatWasAcknowledged() throws Exception {
        cffs.runShell("echo kept > a").expectExit(0);
        Path ballast = disk.resolve("ballast");
        sh("dd if=/dev/zero of=" + ballast + " bs=1M status=none 2>/dev/null; truncate -s -2M " + ballast);
        CffsCommand.Finished refused = cffs.runShell("head -c 60000000 /dev/urandom > big; echo lost > a");
        assertNotEquals(0, refused.exit());
        assertTrue(refused.err().lines().anyMatch(line -> line.toLowerCase().contains("space")), refused.err());
        assertTrue(!refused.err().contains("\tat "), refused.err());
        Files.delete(ballast);
        assertEquals("a\nkept\n", cffs.runShell("ls; cat a").expectExit(0).out());
        cffs.runShell("echo more >> a").expectExit(0);
        cffs.stopBackend();
        assertEquals("kept\nmore\n", cffs.runShell("cat a").expectExit(0).out());
        cffs.expectClean();
    }

    private static void sh(String script) throws Exception {
        Process process = new ProcessBuilder("sh", "-c", script).inheritIO().start();
        assertEquals(0, process.waitFor(), script);
    }
}
