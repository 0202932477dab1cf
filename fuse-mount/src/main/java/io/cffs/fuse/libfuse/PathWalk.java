package io.cffs.fuse.libfuse;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseOpcode;
import io.cffs.fuse.loopback.FuseCaller;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The inodes along a path, each held by the lookup that found it until the walk is closed. */
final class PathWalk implements AutoCloseable {
    private static final long ROOT = 1;
    /** What the JDK puts in place of bytes that are not UTF-8: such a name cannot be told to the handler. */
    static final char REPLACEMENT = '\uFFFD';

    private final FuseCaller caller;
    private final FuseCaller.Caller who;
    private final List<Long> held = new ArrayList<>();
    private final byte[] lastName;
    private long node = ROOT;
    private int errno;

    private PathWalk(FuseCaller caller, FuseCaller.Caller who, byte[] lastName) {
        this.caller = caller;
        this.who = who;
        this.lastName = lastName;
    }

    /** Walks to what the path names. */
    static PathWalk to(FuseCaller caller, FuseCaller.Caller who, String path) {
        PathWalk walk = new PathWalk(caller, who, null);
        walk.along(path);
        return walk;
    }

    /** Walks to the directory that holds the path's last component. */
    static PathWalk toParent(FuseCaller caller, FuseCaller.Caller who, String path) {
        int slash = path.lastIndexOf('/');
        PathWalk walk = new PathWalk(caller, who, path.substring(slash + 1).getBytes(StandardCharsets.UTF_8));
        if (path.indexOf(REPLACEMENT) >= 0) {
            walk.errno = Errno.EINVAL;
        }
        walk.along(path.substring(0, slash));
        return walk;
    }

    private void along(String path) {
        for (String name : path.split("/")) {
            if (!name.isEmpty() && errno == 0) {
                step(name);
            }
        }
    }

    private void step(String name) {
        if (name.indexOf(REPLACEMENT) >= 0) {
            errno = Errno.EINVAL;
            return;
        }
        FuseCaller.Answer found = caller.call(FuseOpcode.LOOKUP, node, who,
                body -> body.putName(name.getBytes(StandardCharsets.UTF_8)));
        long child = found.isOk() ? found.body().getLong(0) : 0;
        if (child == 0) {
            errno = found.isOk() ? Errno.ENOENT : found.errno();
            return;
        }
        held.add(child);
        node = child;
    }

    /** 0 when the walk arrived. */
    int errno() {
        return errno;
    }

    long node() {
        return node;
    }

    byte[] lastName() {
        return lastName;
    }

    /** Leaves the last inode held when the walk is closed: an open file needs it. False for the root, never held. */
    boolean keepLast() {
        return !held.isEmpty() && held.removeLast() != null;
    }

    @Override
    public void close() {
        held.forEach(held -> caller.forget(held, 1));
    }
}
