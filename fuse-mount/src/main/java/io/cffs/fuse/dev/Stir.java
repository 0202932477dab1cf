package io.cffs.fuse.dev;

import io.cffs.fuse.FuseOpcode;
import io.cffs.fuse.sys.Libc;
import io.cffs.fuse.sys.Processors;
import io.cffs.fuse.sys.ThreadWake;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Makes the kernel look into a queue. It gives a request that waits there to a thread that comes back with an answer,
 * but not to one that registers a new place: so where all others wait inside requests, what has come meanwhile would
 * stay. A request of our own, on the processor of the queue, is given to the new place, is answered here, and what
 * waits comes next.
 *
 * <p>This is the one exception to the rule that a process makes no calls on its own mount: it is made when there is a
 * free thread, by one that holds nothing and that nobody waits for, and the file system does not hear of it.
 */
final class Stir {
    private static final long ROOT = 1;

    private final Path mountPoint;
    private final Set<Integer> callers = ConcurrentHashMap.newKeySet();

    Stir(Path mountPoint) {
        this.mountPoint = mountPoint;
    }

    /** Does not wait for it. */
    void queueOf(int processor) {
        Thread.ofPlatform().daemon().name("fuse-stir-" + processor).start(() -> {
            int self = ThreadWake.currentThread();
            Processors.pinTo(processor);
            callers.add(self);
            try {
                // The kernel asks for the attributes whatever it knows. The answer is an error, and of no interest.
                Libc.modeOf(mountPoint.toString());
            } finally {
                callers.remove(self);
                Processors.unpin();
            }
        });
    }

    /** Whether a request is one of these, and of no more use now that it has come. */
    boolean isOurs(int opcode, long nodeId, int callerThread) {
        return opcode == FuseOpcode.GETATTR && nodeId == ROOT && !callers.isEmpty() && callers.contains(callerThread);
    }
}
