package io.cffs.fuse.dev;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ConnectionIdTest {
    private static final String TABLE = """
            27 1 254:0 / / rw,relatime - ext4 /dev/root rw
            41 27 0:38 / /mnt/a rw,nosuid - fuse.memfs memfs rw,user_id=0
            42 27 0:39 / /mnt/a rw,nosuid - fuse.memfs memfs rw,user_id=0
            43 27 0:40 / /mnt/with\\040blank rw - fuse.memfs memfs rw
            44 27 0:41 / /mnt/b rw - tmpfs tmpfs rw
            """;

    @Test
    void theTopmostMountCounts() {
        assertEquals(OptionalInt.of(39), ConnectionId.fromMountinfo(TABLE, "/mnt/a"));
    }

    @Test
    void pathsAreEscapedInTheTable() {
        assertEquals(OptionalInt.of(40), ConnectionId.fromMountinfo(TABLE, "/mnt/with blank"));
    }

    @Test
    void whatIsNotFuseHasNone() {
        assertEquals(OptionalInt.empty(), ConnectionId.fromMountinfo(TABLE, "/mnt/b"));
        assertEquals(OptionalInt.empty(), ConnectionId.fromMountinfo(TABLE, "/mnt"));
    }

    @Test
    void newerKernelsTellItBesideTheDescriptor() {
        assertEquals(OptionalInt.of(39), ConnectionId.fromFdinfo(List.of("pos:\t0", "fuse_connection:\t39")));
        assertEquals(OptionalInt.empty(), ConnectionId.fromFdinfo(List.of("pos:\t0")));
    }
}
