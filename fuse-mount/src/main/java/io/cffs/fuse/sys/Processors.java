package io.cffs.fuse.sys;

import static io.cffs.fuse.sys.NativeCall.INT;
import static io.cffs.fuse.sys.NativeCall.LONG;
import static io.cffs.fuse.sys.NativeCall.POINTER;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The processors of the machine, and on which of them a thread runs. */
public final class Processors {
    private static final Path POSSIBLE = Path.of("/sys/devices/system/cpu/possible");
    private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
    /** The kernel's numbers of those threads that are pinned. */
    private static final Set<Integer> PINNED = ConcurrentHashMap.newKeySet();
    /** Where the threads of this process may run. */
    private static final AtomicReference<byte[]> USUAL = new AtomicReference<>();
    private static final MethodHandle SET_AFFINITY = NativeCall.bind("sched_setaffinity",
            FunctionDescriptor.of(INT, INT, LONG, POINTER));
    private static final MethodHandle GET_AFFINITY = NativeCall.bind("sched_getaffinity",
            FunctionDescriptor.of(INT, INT, LONG, POINTER));
    private static final Pattern RANGE = Pattern.compile("0(?:-([0-9]{1,5}))?");
    /** For 8192 processors. */
    private static final int MASK_BYTES = 1024;

    private Processors() {}

    /** How many the kernel is prepared for, those that are off included; 0 when it does not tell, or has gaps. */
    public static int possible() {
        try {
            return countOf(Files.readString(POSSIBLE).strip());
        } catch (IOException notTold) {
            return 0;
        }
    }

    /** Of "0" or "0-7"; 0 for what has gaps. */
    static int countOf(String range) {
        Matcher whole = RANGE.matcher(range);
        if (!whole.matches()) {
            return 0;
        }
        return whole.group(1) == null ? 1 : Integer.parseInt(whole.group(1)) + 1;
    }

    /**
     * From now on the current thread runs on this one only, if it may run there at all; else nothing changes. Threads
     * that it starts inherit that: see {@link #releaseOthers}. To be ended with {@link #unpin}.
     */
    public static void pinTo(int processor) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            MemorySegment mask = arena.allocate(MASK_BYTES, 8);
            int told = (int) GET_AFFINITY.invokeExact(state, 0, (long) MASK_BYTES, mask);
            if (told < 0 || (mask.get(BYTE, processor / 8) & 1 << processor % 8) == 0) {
                return;
            }
            USUAL.compareAndSet(null, mask.toArray(BYTE));
            mask.fill((byte) 0).set(BYTE, processor / 8, (byte) (1 << processor % 8));
            PINNED.add(ThreadWake.currentThread());
            int ignored = (int) SET_AFFINITY.invokeExact(state, 0, (long) MASK_BYTES, mask);
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    /** The current thread ends. */
    public static void unpin() {
        PINNED.remove(ThreadWake.currentThread());
    }

    /**
     * Lets all threads of this process run where they might, that run on one processor only because a pinned thread has
     * started them: pools and the carriers of virtual threads grow while a pinned thread asks something of them.
     */
    public static void releaseOthers() {
        byte[] mask = USUAL.get();
        if (mask == null || bitCount(mask) == 1) {
            return;
        }
        try (DirectoryStream<Path> threads = Files.newDirectoryStream(Path.of("/proc/self/task"))) {
            for (Path thread : threads) {
                int number = Integer.parseInt(thread.getFileName().toString());
                if (!PINNED.contains(number)) {
                    release(number, mask);
                }
            }
        } catch (IOException | NumberFormatException noProc) {
            // They stay where they are, which is slower and no worse.
        }
    }

    private static void release(int thread, byte[] mask) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment state = NativeCall.newState(arena);
            MemorySegment now = arena.allocate(MASK_BYTES, 8);
            int told = (int) GET_AFFINITY.invokeExact(state, thread, (long) MASK_BYTES, now);
            if (told == 0 && bitCount(now.toArray(BYTE)) == 1) {
                int ignored = (int) SET_AFFINITY.invokeExact(state, thread, (long) MASK_BYTES,
                        now.copyFrom(MemorySegment.ofArray(mask)));
            }
        } catch (Throwable thrown) {
            throw NativeCall.impossible(thrown);
        }
    }

    private static int bitCount(byte[] mask) {
        return BitSet.valueOf(mask).cardinality();
    }
}
