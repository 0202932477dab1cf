package io.cffs.fuse.mount;

import io.cffs.fuse.FuseHandler;
import io.cffs.fuse.FuseSession;
import io.cffs.fuse.InitFlag;
import io.cffs.fuse.dev.DevSession;
import io.cffs.fuse.dev.MountedDevice;
import io.cffs.fuse.dev.Rings;
import io.cffs.fuse.libfuse.LibfuseSession;
import io.cffs.fuse.serve.Negotiation;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Where mounting starts. */
public final class FuseMount {
    private static final int PAGE_BYTES = 4096;

    private FuseMount() {}

    /**
     * Mounts a file system and begins to serve it. The returned session is starting: {@link FuseSession#awaitReady}
     * says when programs may use it (they may try earlier, and wait).
     *
     * @throws IOException when no way to mount worked; its message has one sentence for each that was tried
     */
    public static FuseSession mount(MountOptions options, FuseHandler handler) throws IOException {
        return switch (options.transport()) {
            case DEVFUSE -> serve(options, handler, device(options));
            case LIBFUSE -> libfuse(options, handler);
        };
    }

    private static FuseSession serve(MountOptions options, FuseHandler handler, MountedDevice device) {
        int transfer = (options.transferBytesMax() + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
        Rings rings = rings(options, device, transfer);
        Set<InitFlag> flags = new HashSet<>(options.flags());
        flags.remove(InitFlag.OVER_IO_URING);
        if (rings != null) {
            flags.add(InitFlag.OVER_IO_URING);
        }
        Negotiation negotiation = new Negotiation(flags, transfer, options.readaheadBytesMax(),
                options.backgroundMax(), options.requestTimeoutSeconds());
        DevSession session = new DevSession(device, handler, negotiation, options.readers(), options.closeAtMost(),
                rings);
        session.start();
        return session;
    }

    private static Rings rings(MountOptions options, MountedDevice device, int transferBytesMax) {
        return options.ioUring() && !device.isInherited() ? Rings.open(transferBytesMax, options.readers()) : null;
    }

    private static FuseSession libfuse(MountOptions options, FuseHandler handler) throws IOException {
        options.requireRights();
        MountPoint.prepare(options.mountPoint());
        List<String> words = new ArrayList<>(options.accessWords());
        words.addAll(List.of("fsname=" + options.fsName(), "subtype=" + options.subtype(), "use_ino", "direct_io",
                "big_writes", "atomic_o_trunc", "entry_timeout=0", "attr_timeout=0", "negative_timeout=0"));
        return LibfuseSession.start(options.mountPoint(), String.join(",", words), handler, Unmount::lazily,
                options.closeAtMost());
    }

    private static MountedDevice device(MountOptions options) throws IOException {
        if (options.descriptor().isPresent()) {
            return InheritedDevice.of(options.descriptor().getAsInt(), options);
        }
        options.requireRights();
        MountPoint.prepare(options.mountPoint());
        List<String> causes = new ArrayList<>();
        for (MountWay way : options.ways()) {
            try {
                OwnedDevice device = switch (way) {
                    case SYSCALL -> SyscallMount.mount(options);
                    case FUSERMOUNT -> Fusermount.mount(options);
                };
                if (options.guarded()) {
                    device.startGuard();
                }
                return device;
            } catch (IOException failed) {
                causes.add(failed.getMessage());
            }
        }
        throw new IOException("cannot mount on " + options.mountPoint() + ": " + String.join("; ", causes));
    }
}
