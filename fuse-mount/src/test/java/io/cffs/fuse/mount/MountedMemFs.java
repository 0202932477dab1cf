package io.cffs.fuse.mount;

import io.cffs.fuse.FuseSession;
import io.cffs.fuse.mem.MemFs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** A memory file system served by this process. Closing it leaves no mount behind, or fails. */
final class MountedMemFs implements AutoCloseable {
    static final Duration READY_AT_MOST = Duration.ofSeconds(20);

    final MemFs fs;
    final Path path;
    final FuseSession session;

    MountedMemFs(MemFs fs, UnaryOperator<MountOptions> change) throws IOException {
        this.fs = fs;
        this.path = Files.createTempDirectory("cffs-mount-test");
        this.session = FuseMount.mount(change.apply(MountOptions.at(path).withNames("memfs", "memfs")), fs);
        try {
            session.awaitReady(READY_AT_MOST);
        } catch (IOException failed) {
            close();
            throw failed;
        }
    }

    String sh(String script) throws IOException {
        return Shell.ok(path, script);
    }

    @Override
    public void close() throws IOException {
        session.close();
        if (Shell.isMounted(path)) {
            throw new AssertionError("still mounted: " + path);
        }
        Files.delete(path);
    }
}
