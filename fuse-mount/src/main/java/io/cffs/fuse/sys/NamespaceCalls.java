package io.cffs.fuse.sys;

import static io.cffs.fuse.sys.NativeCall.INT;
import static io.cffs.fuse.sys.NativeCall.LONG;
import static io.cffs.fuse.sys.NativeCall.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/**
 * Calls that move the calling thread, and it alone, between mount name spaces, and mounts between name spaces. Each
 * returns what the call returns, or the negative error number. open_tree(2) and move_mount(2) are in Linux since 5.2;
 * they are called by number, which is the same on every architecture, because older C libraries do not name them.
 */
public final class NamespaceCalls {
    public static final int CLONE_FS = 0x200;
    public static final int CLONE_NEWNS = 0x20000;
    public static final int MS_NOEXEC = 8;
    public static final int MS_REC = 0x4000;
    public static final int MS_SLAVE = 1 << 19;
    public static final int O_PATH = 010000000;
    public static final int O_DIRECTORY = 0200000;

    private static final int AT_FDCWD = -100;
    private static final int AT_EMPTY_PATH = 0x1000;
    private static final long SYS_OPEN_TREE = 428;
    private static final long SYS_MOVE_MOUNT = 429;
    private static final int OPEN_TREE_CLONE = 1;
    private static final int MOVE_MOUNT_EMPTY_PATHS = 0x4 | 0x40;
    private static final int STATX_BASIC = 0x7ff;
    private static final int STATX_BYTES = 256;
    private static final int STATX_UID_AT = 20;

    private static final MethodHandle UNSHARE = NativeCall.bind("unshare", FunctionDescriptor.of(INT, INT));
    private static final MethodHandle SETNS = NativeCall.bind("setns", FunctionDescriptor.of(INT, INT, INT));
    private static final MethodHandle OPEN_TREE = NativeCall.bind("syscall",
            FunctionDescriptor.of(LONG, LONG, INT, POINTER, INT), Linker.Option.firstVariadicArg(1));
    private static final MethodHandle MOVE_MOUNT = NativeCall.bind("syscall",
            FunctionDescriptor.of(LONG, LONG, INT, POINTER, INT, POINTER, INT), Linker.Option.firstVariadicArg(1));
    private static final MethodHandle STATX = NativeCall.bind("statx",
            FunctionDescriptor.of(INT, INT, POINTER, INT, INT, POINTER));

    private NamespaceCalls() {}

    /** The calling thread gets what the flags name for itself. */
    public static int unshare(int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            int result = (int) UNSHARE.invokeExact(state, flags);
            return result < 0 ? -NativeCall.errnoIn(state) : 0;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /** The calling thread enters a mount name space. Before, it must have unshared CLONE_FS. */
    public static int enterMounts(int namespaceFd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            int result = (int) SETNS.invokeExact(state, namespaceFd, CLONE_NEWNS);
            return result < 0 ? -NativeCall.errnoIn(state) : 0;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /** A descriptor of a copy of the mount at {@code path} that is attached nowhere yet. */
    public static int cloneMount(String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            long result = (long) OPEN_TREE.invokeExact(state, SYS_OPEN_TREE, AT_FDCWD, arena.allocateFrom(path),
                    OPEN_TREE_CLONE | Libc.O_CLOEXEC);
            return result < 0 ? -NativeCall.errnoIn(state) : (int) result;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /** Attaches such a copy on an open directory of the calling thread's name space. */
    public static int attachMount(int mountFd, int directoryFd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            MemorySegment empty = arena.allocateFrom("");
            long result = (long) MOVE_MOUNT.invokeExact(
                    state, SYS_MOVE_MOUNT, mountFd, empty, directoryFd, empty, MOVE_MOUNT_EMPTY_PATHS);
            return result < 0 ? -NativeCall.errnoIn(state) : 0;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /** Who owns an open file: the user's number, unsigned, or the negative error number. */
    public static long ownerOf(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            MemorySegment answer = arena.allocate(STATX_BYTES, 8);
            int result = (int) STATX.invokeExact(
                    state, fd, arena.allocateFrom(""), AT_EMPTY_PATH, STATX_BASIC, answer);
            return result < 0 ? -NativeCall.errnoIn(state)
                    : answer.get(ValueLayout.JAVA_INT, STATX_UID_AT) & 0xffff_ffffL;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }
}
