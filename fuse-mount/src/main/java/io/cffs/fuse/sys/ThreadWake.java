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
 * Wakes a thread that is blocked in a system call: it returns EINTR. Done by a real-time signal whose handler does
 * nothing, as the JDK does for its own channels (with another number).
 */
public final class ThreadWake {
    /** SIGRTMAX - 3. The JDK uses SIGRTMAX - 2. */
    private static final int SIGNAL = 61;
    private static final int SIGACTION_BYTES = 152;

    private static final MethodHandle GETTID = NativeCall.bind("gettid", FunctionDescriptor.of(INT));
    private static final MethodHandle TGKILL = NativeCall.bind("syscall",
            FunctionDescriptor.of(LONG, LONG, INT, INT, INT), Linker.Option.firstVariadicArg(1));
    private static final MethodHandle SIGACTION = NativeCall.bind("sigaction",
            FunctionDescriptor.of(INT, INT, POINTER, POINTER));
    private static final long SYS_TGKILL = "aarch64".equals(System.getProperty("os.arch")) ? 131 : 234;

    static {
        install();
    }

    private ThreadWake() {}

    private static void install() {
        try (Arena arena = Arena.ofConfined()) {
            // Without SA_RESTART, so that calls end. The handler is abs(3): it takes an int, and touches nothing.
            MemorySegment action = arena.allocate(SIGACTION_BYTES, 8);
            action.set(POINTER, 0, Linker.nativeLinker().defaultLookup().findOrThrow("abs"));
            int ignored = (int) SIGACTION.invokeExact(NativeCall.newState(arena), SIGNAL, action, MemorySegment.NULL);
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /** The kernel's number of the current thread. */
    public static int currentThread() {
        try (Arena arena = Arena.ofConfined()) {
            return (int) GETTID.invokeExact(NativeCall.newState(arena));
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /** Wakes a thread of this process; nothing happens when it does not block or is no more. */
    public static void wake(int thread) {
        try (Arena arena = Arena.ofConfined()) {
            long ignored = (long) TGKILL.invokeExact(NativeCall.newState(arena), SYS_TGKILL,
                    (int) ProcessHandle.current().pid(), thread, SIGNAL);
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }
}
