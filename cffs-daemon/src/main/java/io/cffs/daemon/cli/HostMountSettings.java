package io.cffs.daemon.cli;

import io.cffs.daemon.buffer.FrameBuffer;
import io.cffs.daemon.buffer.MemoryBudget;
import io.cffs.daemon.buffer.WriteHeap;
import io.cffs.daemon.cache.BlockCache;
import io.cffs.daemon.cache.BlockCacheEngine;
import io.cffs.daemon.cache.CacheLimits;
import io.cffs.daemon.cache.KeptFootprints;
import io.cffs.daemon.cache.VolumeIdentity;
import io.cffs.daemon.content.ContentFiles;
import io.cffs.daemon.host.VolumeOpener;
import io.cffs.daemon.mount.CommitMode;
import io.cffs.daemon.mount.MountSettings;
import io.cffs.daemon.mount.MountedVolume;
import io.cffs.daemon.staging.SessionStaging;
import io.cffs.fuse.mount.MountOptions;
import io.cffs.model.VolumeName;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.WriteLimits;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.BackendPort;
import io.cffs.txn.port.BackendPort.VolumeStatus;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the mounts of a host daemon are made of. Backend connection, block cache and write buffer are one for all; what
 * each mount has of its own is bounded so that all of them together fit into the heap.
 *
 * <p>A mount takes at most {@link #HEAP_BYTES_PER_MOUNT} of heap, and {@link #READERS} buffers of
 * {@link #TRANSFER_BYTES} outside of it.
 */
final class HostMountSettings implements VolumeOpener, AutoCloseable {
    /** 2 MiB of metadata and 4 MiB of hot blocks, the least that two operations at a time need. */
    static final long HEAP_BYTES_PER_MOUNT = 6L << 20;
    private static final int READERS = 2;
    private static final int TRANSFER_BYTES = 256 << 10;
    private static final CacheLimits CACHE = new CacheLimits(2 << 20, 4 << 20, 16, 2048);
    private static final long SCRATCH_CACHE_BYTES = 16L << 20;
    private static final Duration READY_AT_MOST = Duration.ofSeconds(20);

    private final Surroundings around;
    private final BackendPort backend;
    private final BlockCache blocks;
    private final ContentFiles contents; // null: none
    private final KeptFootprints footprints;
    private final FrameBuffer frames;
    /** Shared by all mounts: half of what a process with one mount gives to them. */
    private final WriteLimits limits = WriteLimits.within(
            new WriteHeap(MemoryBudget.ofThisProcess().writeHeapBytesMax() / 2));
    /** As they were when the first function of each came. */
    private final Map<VolumeName, VolumeStatus> volumes = new ConcurrentHashMap<>();

    /** @param backend not closed here */
    HostMountSettings(Surroundings around, StoreOptions store, BackendPort backend) {
        this.around = around;
        this.backend = backend;
        this.blocks = HostCache.open(around, store);
        this.contents = HostCache.contents(around, store);
        this.footprints = HostCache.footprints(around, store);
        String temporary = around.variable("TMPDIR");
        this.frames = new FrameBuffer(MemoryBudget.ofThisProcess().frameBytesMax(), Long.MAX_VALUE / 2,
                FrameBuffer.spillDirectory(temporary));
    }

    private HostMountSettings(Surroundings around, BackendPort backend, Path scratch) {
        this.around = around;
        this.backend = backend;
        this.blocks = BlockCacheEngine.SLAB.open(scratch.resolve("cache"), SCRATCH_CACHE_BYTES, around.ticker(),
                Thread::startVirtualThread);
        this.contents = null;
        this.footprints = new KeptFootprints(scratch.resolve("footprints"));
        this.frames = new FrameBuffer(SCRATCH_CACHE_BYTES, 0, scratch);
    }

    /** For volumes that nobody keeps, with all files in one directory. @param backend not closed here */
    static HostMountSettings onScratch(Surroundings around, BackendPort backend, Path directory) {
        return new HostMountSettings(around, backend, directory);
    }

    /** Mounts for which three quarters of the heap are enough. */
    static int mountsMax(long heapBytesMax) {
        return Math.clamp(heapBytesMax * 3 / 4 / HEAP_BYTES_PER_MOUNT, 1, 10_000);
    }

    @Override
    public MountedVolume open(VolumeName volume, int deviceFd, boolean readOnly, boolean allowOther)
            throws IOException {
        boolean opened = false;
        try {
            MountOptions kernel = MountOptions.at(Path.of("/dev/fd/" + deviceFd))
                    .withAllowOther(allowOther)
                    .withReadOnly(readOnly)
                    .withInheritedFd(deviceFd)
                    .withReaders(READERS)
                    .withTransfer(TRANSFER_BYTES, TRANSFER_BYTES, 16);
            VolumeStatus status = status(volume);
            MountSettings settings = new MountSettings(kernel, VolumeIdentity.of(status), blocks, contents, CACHE,
                    footprints, frames,
                    new SessionStaging(backend, volume, Thread::startVirtualThread),
                            new TransactionOptions(readOnly, false, true,
                                    limits.forBackend(status.commitChangesMax())),
                    CommitMode.INVOCATION, Duration.ZERO, READY_AT_MOST, Path.of("/proc"), around.ticker(),
                    around.entropy(), Thread::startVirtualThread, VolumeMounts::controlThread);
            opened = true; // from here on the mount closes it
            return MountedVolume.open(backend, volume, settings);
        } finally {
            if (!opened) {
                io.cffs.fuse.dev.Descriptors.close(deviceFd);
            }
        }
    }

    private VolumeStatus status(VolumeName volume) {
        try {
            return volumes.computeIfAbsent(volume, name -> backend.status(name).join());
        } catch (CompletionException e) {
            throw e.getCause() instanceof BackendException failure ? failure : e;
        }
    }

    BlockCache.Figures cacheFigures() {
        return blocks.figures();
    }

    @Override
    public void close() {
        frames.close();
        blocks.close();
    }
}
