package io.cffs.fuse.sys;

import static io.cffs.fuse.sys.NativeCall.INT;
import static io.cffs.fuse.sys.NativeCall.LONG;
import static io.cffs.fuse.sys.NativeCall.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Starts a program that is handed a socket, and takes the descriptor that it sends back. The JDK's own ProcessBuilder
 * closes every descriptor that a child might inherit, so it cannot be used.
 */
public final class Spawn {
    private static final MethodHandle POSIX_SPAWNP = NativeCall.bind("posix_spawnp",
            FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, POINTER, POINTER, POINTER));
    private static final MethodHandle WAITPID = NativeCall.bind("waitpid",
            FunctionDescriptor.of(INT, INT, POINTER, INT));
    private static final MethodHandle RECVMSG = NativeCall.bind("recvmsg",
            FunctionDescriptor.of(LONG, INT, POINTER, INT));
    private static final MethodHandle FCNTL = NativeCall.bind("fcntl", FunctionDescriptor.of(INT, INT, INT, INT),
            java.lang.foreign.Linker.Option.firstVariadicArg(2));

    private static final MethodHandle ACTIONS_INIT = NativeCall.bind("posix_spawn_file_actions_init",
            FunctionDescriptor.of(INT, POINTER));
    private static final MethodHandle ACTIONS_ADDOPEN = NativeCall.bind("posix_spawn_file_actions_addopen",
            FunctionDescriptor.of(INT, POINTER, INT, POINTER, INT, INT));
    private static final MethodHandle ACTIONS_DESTROY = NativeCall.bind("posix_spawn_file_actions_destroy",
            FunctionDescriptor.of(INT, POINTER));

    /** More than the 76 to 80 bytes that the C libraries use. */
    private static final int ACTIONS_BYTES = 256;
    private static final int STANDARD_ERROR = 2;
    private static final int O_WRONLY = 1;
    private static final int F_SETFD = 2;
    private static final int FD_CLOEXEC = 1;
    private static final int MSGHDR_BYTES = 56;
    private static final int CONTROL_BYTES = 64;
    /** struct cmsghdr: length (8), level, type; then the descriptor. */
    private static final int CMSG_FD_AT = 16;
    private static final int SOL_SOCKET = 1;
    private static final int SCM_RIGHTS = 1;
    private static final int EINTR = 4;

    private Spawn() {}

    /**
     * What came of it.
     *
     * @param fd the descriptor sent back, or -1
     * @param exitStatus of the program; 127 when it could not be started
     */
    public record Result(int fd, int exitStatus) {}

    /**
     * Runs a program found along PATH with a socket whose number is in the environment variable {@code
     * socketVariable}, and waits for a descriptor and the program's end.
     *
     * @param errorsTo an existing file that the program's standard error goes to
     */
    public static Result forDescriptor(List<String> command, String socketVariable, String errorsTo) {
        int[] pair = Libc.socketPair();
        if (pair == null) {
            return new Result(-1, 127);
        }
        setCloseOnExec(pair[0]);
        int pid = spawn(command, socketVariable + "=" + pair[1], errorsTo);
        Libc.close(pair[1]);
        int fd = pid < 0 ? -1 : receiveDescriptor(pair[0]);
        Libc.close(pair[0]);
        int status = pid < 0 ? 127 : await(pid);
        return new Result(fd, status);
    }

    private static int spawn(List<String> command, String variable, String errorsTo) {
        try (Arena arena = Arena.ofConfined()) {
            List<String> environment = new ArrayList<>();
            for (Map.Entry<String, String> entry : System.getenv().entrySet()) {
                environment.add(entry.getKey() + "=" + entry.getValue());
            }
            environment.add(variable);
            MemorySegment pid = arena.allocate(INT);
            MemorySegment state = NativeCall.newState(arena);
            MemorySegment actions = arena.allocate(ACTIONS_BYTES, 16);
            int ignored = (int) ACTIONS_INIT.invokeExact(state, actions);
            ignored = (int) ACTIONS_ADDOPEN.invokeExact(state, actions, STANDARD_ERROR, arena.allocateFrom(errorsTo),
                    O_WRONLY, 0);
            int error = (int) POSIX_SPAWNP.invokeExact(state, pid, arena.allocateFrom(command.getFirst()), actions,
                    MemorySegment.NULL, strings(arena, command), strings(arena, environment));
            ignored = (int) ACTIONS_DESTROY.invokeExact(state, actions);
            return error != 0 ? -error : pid.get(INT, 0);
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    private static MemorySegment strings(Arena arena, List<String> values) {
        MemorySegment array = arena.allocate(POINTER, values.size() + 1L);
        for (int i = 0; i < values.size(); i++) {
            array.setAtIndex(POINTER, i, arena.allocateFrom(values.get(i)));
        }
        return array;
    }

    private static int await(int pid) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            MemorySegment status = arena.allocate(INT);
            int result;
            do {
                result = (int) WAITPID.invokeExact(state, pid, status, 0);
            } while (result < 0 && NativeCall.errnoIn(state) == EINTR);
            int word = status.get(INT, 0);
            return (word & 0x7f) == 0 ? word >> 8 & 0xff : 128 + (word & 0x7f);
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    private static void setCloseOnExec(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            int ignored = (int) FCNTL.invokeExact(NativeCall.newState(arena), fd, F_SETFD, FD_CLOEXEC);
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /** The descriptor in the next message, close-on-exec, or -1 when the other side ended without sending one. */
    private static int receiveDescriptor(int socket) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            MemorySegment vector = arena.allocate(16, 8);
            vector.set(POINTER, 0, arena.allocate(8));
            vector.set(LONG, 8, 1);
            MemorySegment control = arena.allocate(CONTROL_BYTES, 8);
            MemorySegment message = arena.allocate(MSGHDR_BYTES, 8);
            message.set(POINTER, 16, vector);
            message.set(LONG, 24, 1);
            message.set(POINTER, 32, control);
            message.set(LONG, 40, CONTROL_BYTES);
            long count;
            do {
                count = (long) RECVMSG.invokeExact(state, socket, message, 0x40000000);
            } while (count < 0 && NativeCall.errnoIn(state) == EINTR);
            boolean rights = count > 0 && message.get(LONG, 40) >= CMSG_FD_AT + 4 && control.get(INT, 8) == SOL_SOCKET
                    && control.get(INT, 12) == SCM_RIGHTS;
            return rights ? control.get(INT, CMSG_FD_AT) : -1;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }
}
