package io.cffs.daemon.cli;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A shell beside the function that ends everything in this process's mount name space when this process is killed: it
 * reads from a pipe, and the pipe ends with us, however we end. The function's first process dies with us by itself
 * (PDEATHSIG); what that one has started would go on, on a mount that nobody serves any more.
 *
 * <p>Only for a mount name space that holds nothing but this process and the function. A process id name space would do
 * the same without a shell, but not without harm: its first process ignores signals that it has no handler for, its
 * own included, and needs a /proc of its own, and functions would see each other's numbers as theirs.
 */
final class FunctionGuard {
    private static final String SCRIPT = "trap '' HUP INT TERM; read answer; [ \"$answer\" = done ] && exit; "
            + "for round in 1 2 3 4 5 6 7 8; do for each in /proc/[0-9]*; do "
            + "[ \"$each/ns/mnt\" -ef /proc/self/ns/mnt ] && [ \"${each#/proc/}\" != $$ ] "
            + "&& kill -s KILL \"${each#/proc/}\"; done; done 2> /dev/null";

    private final OutputStream pipe;

    private FunctionGuard(OutputStream pipe) {
        this.pipe = pipe;
    }

    /**
     * Whether the launcher has made a mount name space for this process. Believed only when the one outside of it,
     * which the launcher has left open, is another one: what is in it will be killed.
     */
    static boolean isAlone(Surroundings around) {
        String outer = around.variable(FunctionEnvironment.OUTER_NAMESPACE_FD);
        if (outer == null || around.variable(FunctionEnvironment.FUSE_MOUNT) == null) {
            return false;
        }
        try {
            String outside = Files.readSymbolicLink(Path.of("/proc/self/fd/" + outer)).toString();
            return outside.startsWith("mnt:")
                    && !outside.equals(Files.readSymbolicLink(Path.of("/proc/self/ns/mnt")).toString());
        } catch (IOException e) {
            return false;
        }
    }

    /** @throws IOException when there is no shell to be had */
    static FunctionGuard start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder("setsid", "sh", "-c", SCRIPT)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear(); // not a part of whatever function this process itself may run in
        builder.environment().put("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        return new FunctionGuard(builder.start().getOutputStream());
    }

    /** The function has ended: nothing is left to guard. */
    void close() {
        try (pipe) {
            pipe.write("done\n".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            return; // somebody has ended the guard
        }
    }
}
