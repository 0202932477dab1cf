package io.cffs.fuse.libfuse;

import io.cffs.fuse.loopback.FuseCaller;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** What libfuse's one number for an open file stands for. */
final class OpenFiles {
    private final Map<Long, OpenFile> byNumber = new ConcurrentHashMap<>();
    private final AtomicLong next = new AtomicLong(1);
    private final FuseCaller caller;

    /** @param isHeld whether a lookup of the node is kept for this file */
    record OpenFile(long node, long fh, boolean isHeld) {}

    OpenFiles(FuseCaller caller) {
        this.caller = caller;
    }

    long add(OpenFile file) {
        long number = next.getAndIncrement();
        byNumber.put(number, file);
        return number;
    }

    /** Null when there is none. */
    OpenFile get(long number) {
        return byNumber.get(number);
    }

    void remove(long number) {
        OpenFile file = byNumber.remove(number);
        if (file != null && file.isHeld()) {
            caller.forget(file.node(), 1);
        }
    }
}
