package io.cffs.fuse.mem;

import io.cffs.fuse.FuseReply;
import io.cffs.fuse.FuseRequest;
import io.cffs.fuse.FuseSession;
import io.cffs.fuse.mount.FuseMount;
import io.cffs.fuse.mount.MountOptions;
import io.cffs.fuse.mount.MountWay;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * The memory file system as a process: {@code MemFsMain MOUNTPOINT [direct|cached] [valid-nanos[:attr-valid-nanos]]
 * [readers] [devfuse|ring|guarded|stuck|beside|fusermount|libfuse] [inherited-fd]}. Says "ready" on standard output
 * when mounted and ends when unmounted. {@code stuck} is guarded, and never answers to mkdir, of which it tells the
 * kernel that something has changed in the directory. {@code beside} is guarded, and has such a mount, which is not
 * guarded, in {@code MOUNTPOINT.beside}.
 */
public final class MemFsMain {
    private MemFsMain() {}

    public static void main(String[] args) throws Exception {
        boolean direct = args.length > 1 && args[1].equals("direct");
        String[] valid = args.length > 2 ? args[2].split(":") : new String[] {"0"};
        long entryValidNanos = Long.parseLong(valid[0]);
        long attrValidNanos = Long.parseLong(valid[valid.length - 1]);
        int readers = args.length > 3 ? Integer.parseInt(args[3]) : 2;
        MountOptions options = MountOptions.at(Path.of(args[0])).withNames("memfs", "memfs").withReaders(readers);
        if (args.length > 4 && args[4].equals("libfuse")) {
            options = options.withTransport(MountOptions.Transport.LIBFUSE);
        }
        boolean stuck = args.length > 4 && args[4].equals("stuck");
        boolean beside = args.length > 4 && args[4].equals("beside");
        if (stuck || beside || args.length > 4 && args[4].equals("guarded")) {
            options = options.withGuard(true);
        }
        if (args.length > 4 && args[4].equals("fusermount")) {
            options = options.withWays(MountWay.FUSERMOUNT);
        }
        boolean rings = args.length > 4 && args[4].equals("ring");
        options = options.withIoUring(rings);
        if (args.length > 5) {
            options = options.withInheritedFd(Integer.parseInt(args[5]));
        }
        FuseSession session = stuck
                ? serveStuck(options)
                : FuseMount.mount(options, new MemFs(entryValidNanos, attrValidNanos, direct));
        System.out.println("ready " + session.awaitReady(Duration.ofSeconds(20)));
        if (beside) {
            serveStuck(MountOptions.at(Path.of(args[0] + ".beside")));
        }
        session.ended().toCompletableFuture().join();
    }

    private static FuseSession serveStuck(MountOptions options) throws Exception {
        CompletableFuture<Void> made = new CompletableFuture<>();
        FuseSession session = FuseMount.mount(options, silentOnMkdir(made));
        session.awaitReady(Duration.ofSeconds(20));
        made.thenRunAsync(() -> session.notifier().expireEntry(MemFs.ROOT, new byte[] {'f'}));
        return session;
    }

    private static MemFs silentOnMkdir(CompletableFuture<Void> asked) {
        return new MemFs(0, false) {
            @Override
            public void mkdir(FuseRequest in, FuseReply out) {
                out.later(thread -> {});
                asked.complete(null);
            }
        };
    }
}
