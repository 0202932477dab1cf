package io.cffs.fuse.mount;

import io.cffs.fuse.sys.Libc;
import java.nio.file.Files;
import java.nio.file.Path;

/** What this process may do. */
final class Privileges {
    private Privileges() {}

    static boolean canMount() {
        return Files.isWritable(Path.of("/dev/fuse")) && Libc.uid() == 0;
    }

    /** Whether io_uring can be switched on for a test, and used. */
    static boolean canUseRings() {
        return canMount() && KernelRings.canSwitch();
    }
}
