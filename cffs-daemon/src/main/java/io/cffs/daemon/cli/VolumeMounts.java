package io.cffs.daemon.cli;

import io.cffs.backend.commit.StepThread;
import io.cffs.daemon.buffer.FrameBuffer;
import io.cffs.daemon.buffer.MemoryBudget;
import io.cffs.daemon.buffer.WriteHeap;
import io.cffs.daemon.cache.BlockCache;
import io.cffs.daemon.cache.CacheLimits;
import io.cffs.daemon.cache.VolumeIdentity;
import io.cffs.daemon.mount.CommitMode;
import io.cffs.daemon.mount.MountSettings;
import io.cffs.daemon.mount.MountedVolume;
import io.cffs.daemon.session.Invocation;
import io.cffs.daemon.session.InvocationBody;
import io.cffs.daemon.session.InvocationResult;
import io.cffs.daemon.session.RetryPolicy;
import io.cffs.daemon.staging.SessionStaging;
import io.cffs.fuse.mount.MountFlag;
import io.cffs.fuse.mount.MountOptions;
import io.cffs.fuse.mount.MountPointException;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.WriteLimits;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.BackendPort.VolumeStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionException;

/** Puts a mount together from the command's options: backend, buffers, caches, kernel. */
final class VolumeMounts implements FunctionHost.Opener {
    private static final Duration READY_AT_MOST = Duration.ofSeconds(20);

    private final Surroundings around;
    private final Backends backends;

    VolumeMounts(Surroundings around, Backends backends) {
        this.around = around;
        this.backends = backends;
    }

    /** Where the store is in this process, a commit sequences itself when nobody else does. */
    static Thread controlThread(Runnable task) {
        Thread thread = new StepThread("cffs-control", task);
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public FunctionHost open(StoreOptions store, Path at, boolean readOnly) {
        InheritedMount inherited = InheritedMount.from(around);
        Path root = inherited == null ? mountPoint(at) : inherited.directory();
        MountOptions kernel = MountOptions.at(root).withReadOnly(readOnly);
        if (inherited != null) {
            kernel = kernel.withAllowOther(true).withInheritedFd(inherited.descriptor());
        }
        boolean temporary = inherited == null && at == null;
        boolean mounted = false;
        try {
            Parts parts = new Parts(store, CommitMode.INVOCATION, Duration.ZERO, 1);
            FunctionHost host = new Host(root, parts, parts.mount(kernel), temporary);
            mounted = true;
            return host;
        } finally {
            if (temporary && !mounted) {
                removeEmpty(root);
            }
        }
    }

    /** One that is still busy stays, empty, in the runtime directory. */
    private static void removeEmpty(Path directory) {
        directory.toFile().delete();
    }

    /** For a function that nobody told where: a directory of its own, because other functions may see it. */
    private Path mountPoint(Path at) {
        try {
            return at == null
                    ? Files.createTempDirectory(new RuntimeDirectory(around).path(), "mount-")
                    : existing(at.toAbsolutePath().normalize());
        } catch (IOException e) {
            throw new Failure(Exit.UNAVAILABLE, "no directory to mount on: " + Sentences.sentenceOf(e), e);
        }
    }

    /** @throws Failure when nothing can be mounted there */
    static Path existing(Path at) {
        if (!Files.exists(at)) {
            throw new Failure(Exit.USAGE, at + " does not exist: make the directory to mount on first");
        }
        if (!Files.isDirectory(at)) {
            throw new Failure(Exit.USAGE, at + " is not a directory: name a directory to mount on");
        }
        return at;
    }

    /** What the mounts of a process own, closed in the opposite order of opening. */
    final class Parts implements AutoCloseable {
        private final StoreOptions store;
        private final CommitMode mode;
        private final Duration interval;
        private final int mounts;
        private final BackendPort backend;
        private final FrameBuffer frames;
        private final WriteLimits limits;
        private final BlockCache blocks;

        /** @param mounts how many there will be */
        Parts(StoreOptions store, CommitMode mode, Duration interval, int mounts) {
            this.store = store;
            this.mode = mode;
            this.interval = interval;
            this.mounts = mounts;
            this.backend = backends.open(store);
            String temporary = around.variable("TMPDIR");
            this.frames = new FrameBuffer(MemoryBudget.ofThisProcess().frameBytesMax(), Long.MAX_VALUE / 2,
                    FrameBuffer.spillDirectory(temporary));
            this.blocks = HostCache.open(around, store);
            long heapBytes = MemoryBudget.ofThisProcess().writeHeapBytesMax();
            this.limits = WriteLimits.within(new WriteHeap(store.inProcess ? heapBytes / 3 : heapBytes));
        }

        MountedVolume mount(MountOptions kernel) {
            VolumeStatus volumeStatus = status();
            boolean relatime = !kernel.mountFlags().contains(MountFlag.NOATIME);
            MountSettings settings = new MountSettings(kernel,
                    VolumeIdentity.of(volumeStatus), blocks, HostCache.contents(around, store),
                    CacheLimits.forHeap(Runtime.getRuntime().maxMemory() / mounts),
                    HostCache.footprints(around, store), frames,
                    new SessionStaging(backend, store.volume, Thread::startVirtualThread),
                    new TransactionOptions(kernel.readOnly(), false, relatime,
                            limits.forBackend(volumeStatus.commitChangesMax())), mode, interval, READY_AT_MOST,
                    Path.of("/proc"), around.ticker(), around.entropy(), Thread::startVirtualThread,
                    VolumeMounts::controlThread);
            boolean mounted = false;
            try {
                MountedVolume volume = MountedVolume.open(backend, store.volume, settings);
                mounted = true;
                return volume;
            } catch (MountPointException e) {
                throw new Failure(Exit.UNAVAILABLE, Sentences.sentenceOf(e), e);
            } catch (IOException e) {
                throw new Failure(Exit.UNAVAILABLE, Sentences.sentenceOf(e) + mountRemedy(), e);
            } finally {
                if (!mounted) {
                    close();
                }
            }
        }

        private VolumeStatus status() {
            try {
                return backend.status(store.volume).join();
            } catch (CompletionException e) {
                throw e.getCause() instanceof BackendException failure ? failure : e;
            }
        }

        @Override
        public void close() {
            frames.close();
            blocks.close();
            backend.close();
        }
    }

    private static String mountRemedy() {
        Path device = Path.of("/dev/fuse");
        if (!Files.exists(device)) {
            return ": there is no /dev/fuse; load the kernel module fuse, or give the container --device /dev/fuse";
        }
        return Files.isReadable(device) && Files.isWritable(device)
                ? ": run as root, give the container CAP_SYS_ADMIN, or install fuse3"
                : ": no permission for /dev/fuse; run as root or make it readable and writable for you";
    }

    /** The mount as the run command sees it. */
    private final class Host implements FunctionHost {
        private final Path root;
        private final Parts parts;
        private final MountedVolume volume;
        private final boolean temporary;

        /** @param temporary the directory was made for this mount */
        Host(Path root, Parts parts, MountedVolume volume, boolean temporary) {
            this.root = root;
            this.parts = parts;
            this.volume = volume;
            this.temporary = temporary;
        }

        @Override
        public Path root() {
            return root;
        }

        @Override
        public InvocationResult invoke(String function, Invocation invocation, InvocationBody body, RetryPolicy policy)
                throws InterruptedException {
            return volume.run(function, invocation, body, policy, around.pause());
        }

        @Override
        public void close() {
            volume.close();
            parts.close();
            if (temporary) {
                removeEmpty(root);
            }
        }
    }
}
