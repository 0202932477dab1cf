package io.cffs.fuse.mount;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.fuse.Errno;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class MountPointTest {
    private static final Path THERE = Path.of("/there");
    private static final Duration LONG = Duration.ofMinutes(1);

    @Test
    void aFileSystemThatDoesNotAnswerIsNotWaitedForWithoutEnd() {
        CompletableFuture<Integer> never = new CompletableFuture<>();
        MountPointException failed = assertThrows(MountPointException.class,
                () -> MountPoint.prepare(THERE, path -> never.join(), Duration.ofMillis(1)));
        assertEquals("cannot mount on /there: the file system there did not answer for 0 seconds",
                failed.getMessage());
        never.complete(0);
    }

    @Test
    void whatIsWrongWithTheDirectoryIsToldAsThat() {
        assertThrows(MountPointException.class, () -> MountPoint.prepare(THERE, path -> -Errno.ENOENT, LONG));
        assertThrows(MountPointException.class, () -> MountPoint.prepare(THERE, path -> 0100644, LONG));
        assertDoesNotThrow(() -> MountPoint.prepare(THERE, path -> 0040755, LONG));
    }
}
