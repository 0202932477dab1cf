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
import java.lang.invoke.VarHandle;

/**
 * An io_uring with one command under way at a time: one system call submits the next command and waits for what
 * completes. Opened, used and closed by one thread: the kernel insists on that, and in return does its part of the work
 * on that thread, when it waits.
 */
public final class CommandRing implements AutoCloseable {
    /** The result of a wait that ended without one, because of a signal. No command results in it. */
    public static final int NONE = Integer.MIN_VALUE;

    private static final long SYS_IO_URING_SETUP = 425;
    private static final long SYS_IO_URING_ENTER = 426;
    private static final int SETUP_COOP_TASKRUN = 1 << 8;
    private static final int SETUP_SQE128 = 1 << 10;
    private static final int SETUP_SINGLE_ISSUER = 1 << 12;
    private static final int SETUP_DEFER_TASKRUN = 1 << 13;
    private static final int SETUP_NO_SQARRAY = 1 << 16;
    /** All known to Linux 6.6: who serves FUSE through rings is newer. */
    private static final int SETUP_FLAGS = SETUP_COOP_TASKRUN | SETUP_SQE128 | SETUP_SINGLE_ISSUER
            | SETUP_DEFER_TASKRUN | SETUP_NO_SQARRAY;
    private static final int ENTER_GETEVENTS = 1;
    private static final byte OP_URING_CMD = 46;
    private static final int EINTR = 4;

    // struct io_uring_params
    private static final int PARAMS_BYTES = 120;
    private static final int PARAMS_FLAGS = 8;
    private static final int PARAMS_SQ_TAIL = 44;
    private static final int PARAMS_CQ_HEAD = 80;
    private static final int PARAMS_CQ_TAIL = 84;
    private static final int PARAMS_CQ_MASK = 88;
    private static final int PARAMS_CQES = 100;
    private static final long RINGS_OFFSET = 0;
    private static final long SQES_OFFSET = 0x1000_0000L;
    /** More than one submission and two completions take. */
    private static final int MAPPED_BYTES = 4096;

    // struct io_uring_cqe and io_uring_sqe
    private static final int CQE_BYTES = 16;
    private static final int CQE_RESULT = 8;
    private static final int SQE_FD = 4;
    private static final int SQE_COMMAND = 8;
    private static final int SQE_ADDRESS = 16;
    private static final int SQE_LENGTH = 24;
    private static final int SQE_ARGUMENTS = 48;
    private static final int SQE_ARGUMENTS_BYTES = 80;

    private static final MethodHandle SETUP = NativeCall.bind("syscall",
            FunctionDescriptor.of(LONG, LONG, INT, POINTER), Linker.Option.firstVariadicArg(1));
    private static final MethodHandle ENTER = NativeCall.bind("syscall",
            FunctionDescriptor.of(LONG, LONG, INT, INT, INT, INT, POINTER, LONG), Linker.Option.firstVariadicArg(1));
    private static final VarHandle COUNTER = ValueLayout.JAVA_INT.varHandle();

    private final int fd;
    private final Arena mapped;
    private final MemorySegment state = NativeCall.newState(Arena.ofAuto());
    private final MemorySegment rings;
    private final MemorySegment sqe;
    private final MemorySegment arguments;
    private final long sqTailAt;
    private final long cqHeadAt;
    private final long cqTailAt;
    private final long cqesAt;
    private final int cqMask;
    private int readyCount;

    private CommandRing(int fd, Arena mapped, MemorySegment params, MemorySegment rings, MemorySegment sqe) {
        this.fd = fd;
        this.mapped = mapped;
        this.rings = rings;
        this.sqe = sqe;
        this.arguments = sqe.asSlice(SQE_ARGUMENTS, SQE_ARGUMENTS_BYTES);
        this.sqTailAt = params.get(INT, PARAMS_SQ_TAIL);
        this.cqHeadAt = params.get(INT, PARAMS_CQ_HEAD);
        this.cqTailAt = params.get(INT, PARAMS_CQ_TAIL);
        this.cqesAt = params.get(INT, PARAMS_CQES);
        this.cqMask = rings.get(INT, params.get(INT, PARAMS_CQ_MASK));
        sqe.set(ValueLayout.JAVA_BYTE, 0, OP_URING_CMD);
    }

    /** For the current thread. Null when this process may have none (seccomp, sysctl), or has too many. */
    public static CommandRing open() {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment params = arena.allocate(PARAMS_BYTES, 8);
            params.set(INT, PARAMS_FLAGS, SETUP_FLAGS);
            long fd = (long) SETUP.invokeExact(NativeCall.newState(arena), SYS_IO_URING_SETUP, 1, params);
            if (fd < 0) {
                return null;
            }
            Arena mapped = Arena.ofConfined();
            MemorySegment rings = Mapping.ofFile(mapped, (int) fd, RINGS_OFFSET, MAPPED_BYTES);
            MemorySegment sqe = Mapping.ofFile(mapped, (int) fd, SQES_OFFSET, MAPPED_BYTES);
            if (rings == null || sqe == null) {
                mapped.close();
                Libc.close((int) fd);
                return null;
            }
            return new CommandRing((int) fd, mapped, params, rings, sqe);
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /** What the next command takes beside an address, 80 bytes; zeros at first, then what the last one was given. */
    public MemorySegment arguments() {
        return arguments;
    }

    /** Makes a command of the file {@code target} ready: {@link #await} submits it. */
    public void prepare(int target, int command, long address, int length) {
        sqe.set(INT, SQE_FD, target);
        sqe.set(INT, SQE_COMMAND, command);
        sqe.set(LONG, SQE_ADDRESS, address);
        sqe.set(INT, SQE_LENGTH, length);
        COUNTER.setRelease(rings, sqTailAt, (int) COUNTER.get(rings, sqTailAt) + 1);
        readyCount = 1;
    }

    /**
     * Submits what is ready, and waits for a completion.
     *
     * @return the command's result; or {@link #NONE}; or, where {@link #isSubmitted} says no, the negative error number
     * of submitting: to be tried again
     */
    public int await() {
        int head = (int) COUNTER.get(rings, cqHeadAt);
        int error = enter(1);
        if (head == (int) COUNTER.getAcquire(rings, cqTailAt)) {
            return error == 0 || error == EINTR ? NONE : -error;
        }
        int result = rings.get(INT, cqesAt + (long) (head & cqMask) * CQE_BYTES + CQE_RESULT);
        COUNTER.setRelease(rings, cqHeadAt, head + 1);
        return result;
    }

    private int enter(int waitCount) {
        try {
            long result = (long) ENTER.invokeExact(state, SYS_IO_URING_ENTER, fd, readyCount, waitCount,
                    ENTER_GETEVENTS, MemorySegment.NULL, 0L);
            if (result < 0) {
                return NativeCall.errnoIn(state);
            }
            readyCount -= (int) result;
            return 0;
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /** Submits what is ready. @return whether the kernel has taken it */
    public boolean submit() {
        enter(0);
        return isSubmitted();
    }

    /** Whether the kernel has taken the command that was made ready last. */
    public boolean isSubmitted() {
        return readyCount == 0;
    }

    /** The command under way is cancelled, soon. */
    @Override
    public void close() {
        mapped.close();
        Libc.close(fd);
    }
}
