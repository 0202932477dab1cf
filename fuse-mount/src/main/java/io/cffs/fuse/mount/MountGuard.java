package io.cffs.fuse.mount;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A shell in a session of its own that unmounts when this process dies without having done so: it reads from a pipe,
 * and the pipe ends with us, however we end. It looks at the connection's number first, so that it never takes away a
 * mount that somebody else has put there since.
 */
final class MountGuard {
    private static final Logger log = LoggerFactory.getLogger(MountGuard.class);
    private static final String SCRIPT = "trap '' HUP INT TERM; read answer; [ \"$answer\" = done ] && exit; "
            + "grep -q \" 0:$2 / \" /proc/self/mountinfo || exit; "
            + "umount -l \"$1\" || fusermount3 -u -z -q -- \"$1\"";

    private final OutputStream pipe;

    private MountGuard(OutputStream pipe) {
        this.pipe = pipe;
    }

    /** Starts a guard, or returns null and logs when that is not possible. */
    static MountGuard over(Path mountPoint, int connectionId) {
        try {
            Process shell = new ProcessBuilder("setsid", "sh", "-c", SCRIPT, "mount-guard", mountPoint.toString(),
                    Integer.toString(connectionId)).redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD).start();
            return new MountGuard(shell.getOutputStream());
        } catch (IOException noShell) {
            log.warn("nobody will unmount if this process is killed: {}", noShell.getMessage());
            return null;
        }
    }

    /** The mount is gone: nothing is left to guard. */
    void dismiss() {
        try (pipe) {
            pipe.write("done\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException dead) {
            log.debug("the guard of a mount had ended before", dead);
        }
    }
}
