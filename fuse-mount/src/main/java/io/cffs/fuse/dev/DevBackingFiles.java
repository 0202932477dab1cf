package io.cffs.fuse.dev;

import io.cffs.fuse.BackingFiles;
import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseInit;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.sys.BackingCalls;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Registers files with the kernel, through the descriptor of the connection. */
final class DevBackingFiles implements BackingFiles {
    private static final Logger log = LoggerFactory.getLogger(DevBackingFiles.class);

    private final int device;
    private volatile boolean supported;

    DevBackingFiles(int device) {
        this.device = device;
    }

    void ready(FuseInit init) {
        supported = init.has(InitFlag.PASSTHROUGH);
    }

    @Override
    public boolean areSupported() {
        return supported;
    }

    @Override
    public int register(Path file) {
        if (!supported) {
            return 0;
        }
        int result = BackingCalls.register(device, file.toString());
        if (result <= 0 && result != -Errno.ENOENT) {
            // Who lacks the privilege, or has stacked file systems, will not be luckier with the next file.
            supported = false;
            log.debug("the kernel takes no backing file; error number {}", -result);
        }
        return Math.max(0, result);
    }

    @Override
    public void forget(int backingId) {
        int result = BackingCalls.forget(device, backingId);
        if (result < 0 && result != -Errno.ENODEV) {
            log.warn("a backing file was not forgotten; error number {}", -result);
        }
    }
}
