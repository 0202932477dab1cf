package io.cffs.fuse.sys;

import static io.cffs.fuse.sys.NativeCall.INT;
import static io.cffs.fuse.sys.NativeCall.LONG;
import static io.cffs.fuse.sys.NativeCall.POINTER;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** Memory by mmap: its pages exist only once they are touched. */
public final class Mapping {
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_SHARED = 1;
    private static final int MAP_PRIVATE = 2;
    private static final int MAP_ANONYMOUS = 0x20;
    private static final int MAP_NORESERVE = 0x4000;
    private static final int MAP_POPULATE = 0x8000;
    private static final long FAILED = -1;

    private static final MethodHandle MMAP = NativeCall.bind("mmap",
            FunctionDescriptor.of(LONG, POINTER, LONG, INT, INT, INT, LONG));
    private static final MethodHandle MUNMAP = NativeCall.bind("munmap", FunctionDescriptor.of(INT, LONG, LONG));

    private Mapping() {}

    /** Zeroed pages, until nothing refers to them any more. */
    public static MemorySegment anonymous(long bytes) {
        MemorySegment mapped = map(Arena.ofAuto(), bytes, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (mapped == null) {
            throw new OutOfMemoryError("no address space for " + bytes + " bytes");
        }
        return mapped;
    }

    /**
     * A part of a file, which all who map it see, until {@code arena} is closed: the file is open until then. Null when
     * it cannot be mapped.
     */
    static MemorySegment ofFile(Arena arena, int fd, long offset, long bytes) {
        return map(arena, bytes, MAP_SHARED | MAP_POPULATE, fd, offset);
    }

    private static MemorySegment map(Arena holder, long bytes, int flags, int fd, long offset) {
        try (Arena arena = Arena.ofConfined()) {
            long address = (long) MMAP.invokeExact(NativeCall.newState(arena), MemorySegment.NULL, bytes,
                    PROT_READ_WRITE, flags, fd, offset);
            return address == FAILED
                    ? null
                    : MemorySegment.ofAddress(address).reinterpret(bytes, holder,
                            mapped -> unmap(mapped.address(), bytes));
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    private static void unmap(long address, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            int ignored = (int) MUNMAP.invokeExact(NativeCall.newState(arena), address, bytes);
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }
}
