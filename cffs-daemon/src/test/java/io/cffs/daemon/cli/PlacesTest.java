package io.cffs.daemon.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Where processes meet: sockets, notes about mounts, the kernel's list of them, and what is handed on. */
class PlacesTest {
    @TempDir
    Path scratch;

    private Surroundings around() {
        return new Surroundings(Map.of("XDG_RUNTIME_DIR", scratch.toString(), "HOME", "/home/x"),
                new PrintWriter(new StringWriter()), new PrintWriter(new StringWriter()), null, null, null);
    }

    @Test
    void aSocketLiesBesideItsStoreUnlessThePathIsTooLong() {
        RuntimeDirectory runtime = new RuntimeDirectory(around());
        assertEquals(Path.of("/srv/cffs/backend.sock"), StorePlaces.of(Path.of("/srv/cffs"), runtime).socket());
        Path deep = Path.of("/" + "d".repeat(100));
        Path socket = StorePlaces.of(deep, runtime).socket();
        assertTrue(socket.startsWith(scratch), socket.toString());
        assertTrue(socket.toString().length() <= StorePlaces.SOCKET_PATH_BYTES_MAX, socket.toString());
        assertEquals(socket, StorePlaces.of(deep, runtime).socket(), "every process must find the same");
    }

    @Test
    void aNoteIsFoundWhileItsProcessRuns() throws Exception {
        MountNote note = MountNote.ofThisProcess(Path.of("/mnt/a b"), around(), "default", "/srv/cffs");
        note.write(scratch);
        assertEquals(note, MountNote.of(scratch, Path.of("/mnt/a b")).orElseThrow());
        assertEquals(List.of(note), MountNote.running(scratch));
        MountNote reused = new MountNote(note.directory(), note.pid(), note.startedMillis() - 1, "default", "x");
        reused.write(scratch);
        assertEquals(List.of(), MountNote.running(scratch), "the number came again, the process is another one");
        MountNote.remove(scratch, note.directory());
        assertTrue(MountNote.of(scratch, note.directory()).isEmpty());
        Files.writeString(scratch.resolve("x.mount"), "rubbish");
        assertEquals(List.of(), MountNote.running(scratch));
    }

    @Test
    void theKernelsListOfMountsIsRead() {
        List<String> table = List.of(
                "36 35 0:30 / /mnt/a\\040b rw,relatime shared:1 - fuse.cffs cffs:default rw,user_id=0",
                "37 35 0:31 / /mnt/other rw - fuse.sshfs host: rw",
                "38 35 8:1 / /mnt/disk rw - ext4 /dev/fuse.cffs rw");
        assertTrue(MountTable.mentions(table, Path.of("/mnt/a b")));
        assertFalse(MountTable.mentions(table, Path.of("/mnt/other")));
        assertFalse(MountTable.mentions(table, Path.of("/mnt/disk")));
        assertFalse(MountTable.mentions(table, Path.of("/mnt")));
    }

    @Test
    void theDefaultStoreFollowsTheEnvironment() {
        assertEquals(Path.of("/home/x/.local/share/cffs/store"), around().defaultStore());
    }

    @Test
    void aBackendInheritsNoOptionOfTheFunctionThatStartsIt() {
        Map<String, String> environment = new HashMap<>(Map.of(
                "PATH", "/bin", "CFFS_VOLUME", "shop", "CFFS_JSON", "true", "CFFS_HEAP", "1g",
                "CFFS_FUSE_FD", "9", "CFFS_SAVED_LC_ALL", "", "LC_ALL", "C.UTF-8"));
        BackendStarter.strip(environment);
        assertEquals(Map.of("PATH", "/bin", "CFFS_HEAP", "1g"), environment);
    }
}
