package io.cffs.fuse.sys;

import static io.cffs.fuse.sys.NativeCall.INT;
import static io.cffs.fuse.sys.NativeCall.LONG;
import static io.cffs.fuse.sys.NativeCall.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/**
 * The few functions of the C library that mounting takes. Each returns what the function returns, or the negative
 * error number where it failed. Safe for use by several threads. Loading this class starts the foreign-function
 * machinery, which costs a fresh process about 0.2 s: not to be touched where an inherited descriptor makes it
 * needless.
 */
public final class Libc {
    public static final int O_RDONLY = 0;
    public static final int O_RDWR = 2;
    public static final int O_CLOEXEC = 02000000;
    public static final int MS_RDONLY = 1;
    public static final int MS_NOSUID = 2;
    public static final int MS_NODEV = 4;
    public static final int MNT_DETACH = 2;

    private static final int AF_UNIX = 1;
    private static final int SOCK_STREAM = 1;
    private static final int AT_FDCWD = -100;
    private static final int AT_STATX_FORCE_SYNC = 0x2000;
    private static final int STATX_TYPE_AND_MODE = 3;
    private static final int STATX_BYTES = 256;
    private static final int STATX_MODE_AT = 28;

    private static final MethodHandle OPEN = NativeCall.bind("open", FunctionDescriptor.of(INT, POINTER, INT, INT),
            Linker.Option.firstVariadicArg(2));
    private static final MethodHandle CLOSE = NativeCall.bind("close", FunctionDescriptor.of(INT, INT));
    private static final MethodHandle MOUNT = NativeCall.bind("mount",
            FunctionDescriptor.of(INT, POINTER, POINTER, POINTER, LONG, POINTER));
    private static final MethodHandle UMOUNT2 = NativeCall.bind("umount2", FunctionDescriptor.of(INT, POINTER, INT));
    private static final MethodHandle GETUID = NativeCall.bind("getuid", FunctionDescriptor.of(INT));
    private static final MethodHandle GETGID = NativeCall.bind("getgid", FunctionDescriptor.of(INT));
    private static final MethodHandle STATX = NativeCall.bind("statx",
            FunctionDescriptor.of(INT, INT, POINTER, INT, INT, POINTER));
    private static final MethodHandle SOCKETPAIR = NativeCall.bind("socketpair",
            FunctionDescriptor.of(INT, INT, INT, INT, POINTER));
    private static final MethodHandle IOCTL = NativeCall.bind("ioctl", FunctionDescriptor.of(INT, INT, LONG, POINTER),
            Linker.Option.firstVariadicArg(2));

    private Libc() {}

    /** Opens an existing file. */
    public static int open(String path, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            int fd = (int) OPEN.invokeExact(state, arena.allocateFrom(path), flags, 0);
            return fd < 0 ? -NativeCall.errnoIn(state) : fd;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    public static int close(int fd) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            int result = (int) CLOSE.invokeExact(state, fd);
            return result < 0 ? -NativeCall.errnoIn(state) : 0;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    public static int mount(String source, String target, String type, long flags, String options) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            int result = (int) MOUNT.invokeExact(state, arena.allocateFrom(source), arena.allocateFrom(target),
                    arena.allocateFrom(type), flags, arena.allocateFrom(options));
            return result < 0 ? -NativeCall.errnoIn(state) : 0;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    public static int umount2(String target, int flags) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            int result = (int) UMOUNT2.invokeExact(state, arena.allocateFrom(target), flags);
            return result < 0 ? -NativeCall.errnoIn(state) : 0;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    public static int uid() {
        return identity(GETUID);
    }

    public static int gid() {
        return identity(GETGID);
    }

    private static int identity(MethodHandle which) {
        try (Arena arena = Arena.ofConfined()) {
            return (int) which.invokeExact(NativeCall.newState(arena));
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /**
     * The mode of a file as its file system, not a cache, tells it: on a dead FUSE mount this fails with ENOTCONN.
     */
    public static int modeOf(String path) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            MemorySegment answer = arena.allocate(STATX_BYTES, 8);
            int result = (int) STATX.invokeExact(state, AT_FDCWD, arena.allocateFrom(path), AT_STATX_FORCE_SYNC,
                    STATX_TYPE_AND_MODE, answer);
            int mode = answer.get(java.lang.foreign.ValueLayout.JAVA_SHORT, STATX_MODE_AT) & 0xffff;
            return result < 0 ? -NativeCall.errnoIn(state) : mode;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /**
     * Two connected sockets that child processes inherit, or null and the cause is lost (only for lack of memory).
     */
    static int[] socketPair() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            MemorySegment pair = arena.allocate(INT, 2);
            int result = (int) SOCKETPAIR.invokeExact(state, AF_UNIX, SOCK_STREAM, 0, pair);
            return result < 0 ? null : pair.toArray(INT);
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /** ioctl with a pointer to one 32-bit number. */
    public static int ioctlInt(int fd, long request, int number) {
        try (Arena arena = Arena.ofConfined()) {
            return ioctl(fd, request, arena.allocateFrom(INT, number));
        }
    }

    /** ioctl with a pointer to a struct. */
    static int ioctl(int fd, long request, MemorySegment argument) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            int result = (int) IOCTL.invokeExact(state, fd, request, argument);
            return result < 0 ? -NativeCall.errnoIn(state) : result;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }
}
