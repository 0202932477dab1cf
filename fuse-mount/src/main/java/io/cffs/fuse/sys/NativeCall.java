package io.cffs.fuse.sys;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;

/** How functions of the C library are bound: each handle takes a segment first, into which errno is put. */
final class NativeCall {
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;
    static final AddressLayout POINTER = ValueLayout.ADDRESS;

    private static final Linker LINKER = Linker.nativeLinker();
    private static final StructLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERRNO = STATE.varHandle(MemoryLayout.PathElement.groupElement("errno"));

    private NativeCall() {}

    static MethodHandle bind(String name, FunctionDescriptor type, Linker.Option... more) {
        Linker.Option[] options = new Linker.Option[more.length + 1];
        System.arraycopy(more, 0, options, 0, more.length);
        options[more.length] = Linker.Option.captureCallState("errno");
        MemorySegment address = LINKER.defaultLookup().find(name)
                .orElseThrow(() -> new LinkageError("the C library has no function " + name));
        return LINKER.downcallHandle(address, type, options);
    }

    static MemorySegment newState(Arena arena) {
        return arena.allocate(STATE);
    }

    static int errnoIn(MemorySegment state) {
        return (int) ERRNO.get(state, 0L);
    }

    /** What a method handle throws although no native function can. */
    static AssertionError impossible(Throwable thrown) {
        return new AssertionError("a native call threw", thrown);
    }
}
