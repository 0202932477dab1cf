package io.cffs.fuse.libfuse;

import io.cffs.fuse.Errno;
import io.cffs.fuse.FuseOpcode;
import io.cffs.fuse.loopback.FuseCaller;
import io.cffs.fuse.loopback.FuseCaller.Answer;
import io.cffs.fuse.loopback.FuseCaller.Caller;
import io.cffs.fuse.wire.Layout;
import io.cffs.fuse.wire.RequestWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Calls in paths, made as requests in inodes. Free of libfuse's types. Each returns 0 (or a count) or a negative error
 * number, or an answer.
 */
final class PathCalls {
    private static final Consumer<RequestWriter> NOTHING = body -> {};

    private final FuseCaller caller;
    private final OpenFiles files;

    PathCalls(FuseCaller caller) {
        this.caller = caller;
        this.files = new OpenFiles(caller);
    }

    int transferBytesMax() {
        return caller.transferBytesMax();
    }

    /** A request about what a path names. */
    Answer at(Caller who, String path, int opcode, Consumer<RequestWriter> body) {
        try (PathWalk walk = PathWalk.to(caller, who, path)) {
            return walk.errno() != 0 ? failed(walk.errno()) : caller.call(opcode, walk.node(), who, body);
        }
    }

    /** A request about a name in a directory; the name is put behind {@code fixed}, then {@code rest}. */
    Answer named(Caller who, String path, int opcode, Consumer<RequestWriter> fixed, Consumer<RequestWriter> rest) {
        try (PathWalk walk = PathWalk.toParent(caller, who, path)) {
            if (walk.errno() != 0) {
                return failed(walk.errno());
            }
            Answer answer = caller.call(opcode, walk.node(), who,
                    fixed.andThen(body -> body.putName(walk.lastName())).andThen(rest));
            return answer;
        }
    }

    /**
     * As {@link #named}, for operations that answer with an entry: the lookup that this counts is given up at once.
     */
    int make(Caller who, String path, int opcode, Consumer<RequestWriter> fixed, Consumer<RequestWriter> rest) {
        Answer made = named(who, path, opcode, fixed, rest);
        if (made.isOk() && made.body().getLong(0) != 0) {
            caller.forget(made.body().getLong(0), 1);
        }
        return -made.errno();
    }

    int remove(Caller who, String path, int opcode) {
        return -named(who, path, opcode, NOTHING, NOTHING).errno();
    }

    int symlink(Caller who, String target, String path) {
        if (target.indexOf(PathWalk.REPLACEMENT) >= 0) {
            // Bytes that are not UTF-8 have been lost on the way: better none than another target.
            return -Errno.EINVAL;
        }
        byte[] bytes = target.getBytes(StandardCharsets.UTF_8);
        return make(who, path, FuseOpcode.SYMLINK, NOTHING, body -> body.putName(bytes));
    }

    int rename(Caller who, String from, String to) {
        try (PathWalk target = PathWalk.toParent(caller, who, to)) {
            if (target.errno() != 0) {
                return -target.errno();
            }
            return -named(who, from, FuseOpcode.RENAME, body -> body.put(target.node()),
                    body -> body.putName(target.lastName())).errno();
        }
    }

    int link(Caller who, String from, String to) {
        try (PathWalk source = PathWalk.to(caller, who, from)) {
            return source.errno() != 0 ? -source.errno()
                    : make(who, to, FuseOpcode.LINK, body -> body.put(source.node()), NOTHING);
        }
    }

    /** @return the number of the open file, or a negative error number */
    long open(Caller who, String path, int opcode, int flags) {
        try (PathWalk walk = PathWalk.to(caller, who, path)) {
            if (walk.errno() != 0) {
                return -walk.errno();
            }
            Answer opened = caller.call(opcode, walk.node(), who, body -> body.put(flags).put(0));
            if (!opened.isOk()) {
                return -opened.errno();
            }
            return files.add(new OpenFiles.OpenFile(walk.node(), opened.body().getLong(0), walk.keepLast()));
        }
    }

    /** Creates and opens; by MKNOD and OPEN where the handler has no CREATE. @return as {@link #open} */
    long create(Caller who, String path, int mode, int flags, int umask) {
        Answer created = named(who, path, FuseOpcode.CREATE,
                body -> body.put(flags).put(mode).put(umask).put(0), NOTHING);
        if (created.errno() == Errno.ENOSYS) {
            int made = make(who, path, FuseOpcode.MKNOD, body -> body.put(mode).put(0).put(umask).put(0), NOTHING);
            return made != 0 ? made : open(who, path, FuseOpcode.OPEN, flags);
        }
        if (!created.isOk()) {
            return -created.errno();
        }
        long fh = created.body().getLong(Layout.ENTRY_OUT);
        return files.add(new OpenFiles.OpenFile(created.body().getLong(0), fh, true));
    }

    /** A request about an open file, whose handle leads the body. */
    Answer on(Caller who, long number, int opcode, Consumer<RequestWriter> rest) {
        OpenFiles.OpenFile file = files.get(number);
        return file == null ? failed(Errno.EBADF)
                : caller.call(opcode, file.node(), who, body -> rest.accept(body.put(file.fh())));
    }

    Answer read(Caller who, long number, int opcode, long offset, int size, int flags) {
        return on(who, number, opcode, body -> body.put(offset).put(size).put(0).put(0L).put(flags).put(0));
    }

    Answer write(Caller who, long number, long offset, ByteBuffer data, int flags) {
        return on(who, number, FuseOpcode.WRITE,
                body -> body.put(offset).put(data.remaining()).put(0).put(0L).put(flags).put(0).putBytes(data));
    }

    int release(Caller who, long number, int opcode, int flags) {
        int result = -on(who, number, opcode, body -> body.put(flags).put(0).put(0L)).errno();
        files.remove(number);
        return result;
    }

    /** SETATTR with the fields in the struct's order; those that {@code valid} does not name are 0. */
    int setattr(Caller who, String path, Setattr change) {
        return -at(who, path, FuseOpcode.SETATTR, body -> change.putTo(body, 0)).errno();
    }

    int setattr(Caller who, long number, Setattr change) {
        OpenFiles.OpenFile file = files.get(number);
        return file == null ? -Errno.EBADF
                : -caller.call(FuseOpcode.SETATTR, file.node(), who, body -> change.putTo(body, file.fh())).errno();
    }

    Answer getattr(Caller who, long number) {
        OpenFiles.OpenFile file = files.get(number);
        return file == null ? failed(Errno.EBADF)
                : caller.call(FuseOpcode.GETATTR, file.node(), who, body -> body.put(1).put(0).put(file.fh()));
    }

    private static Answer failed(int errno) {
        return new Answer(errno, ByteBuffer.allocate(0));
    }
}
