package io.cffs.fuse.mount;

import java.io.IOException;

/** Nothing can be mounted there, whatever way is taken: it is the directory, or what is asked of the mount. */
public final class MountPointException extends IOException {
    private static final long serialVersionUID = 1;

    MountPointException(String sentence) {
        super(sentence);
    }

    MountPointException(String sentence, Throwable cause) {
        super(sentence, cause);
    }
}
