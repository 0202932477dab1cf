package io.cffs.backend;

import io.cffs.backend.commit.CommitLog;
import io.cffs.backend.commit.FileCommitLog;
import io.cffs.backend.commit.SoleLeader;
import io.cffs.backend.disk.DiskDirectory;
import io.cffs.backend.store.BlockStore;
import io.cffs.backend.store.FileBlockStore;
import io.cffs.backend.store.OrderedVersionedStore;
import io.cffs.backend.store.StagedObjects;
import io.cffs.backend.store.StoreDirectory;
import io.cffs.backend.store.VersionedStore;
import io.cffs.backend.store.VolumeIdentityFile;
import io.cffs.model.VolumeName;
import io.cffs.txn.port.BackendException;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/** Puts a {@link LocalBackend} together: on a directory, or in memory. */
public final class EmbeddedStore {
    private EmbeddedStore() {}

    /**
     * Opens or creates the store in a directory, for this process alone; closing the backend gives it back.
     *
     * @param threads makes the threads of each volume
     * @param readers runs reads that had to wait for their snapshot
     * @throws BackendException as {@link StoreDirectory#open}
     */
    public static LocalBackend open(
            Path path, Ticker ticker, BackendSettings settings, ThreadFactory threads, Executor readers) {
        StoreDirectory directory = StoreDirectory.open(path);
        return new LocalBackend(name -> openVolume(directory, name, ticker), new SoleLeader(), ticker, settings,
                threads,
                readers, directory::close);
    }

    /** Volumes in memory, which are gone when the backend is closed. */
    public static LocalBackend inMemory(
            Ticker ticker, BackendSettings settings, ThreadFactory threads, Executor readers) {
        return new LocalBackend(name -> VolumeParts.inMemory(ticker.wallNanos()), new SoleLeader(), ticker, settings,
                threads, readers, () -> { });
    }

    private static VolumeParts openVolume(StoreDirectory directory, VolumeName name, Ticker ticker) {
        Path path = directory.volume(name);
        CommitLog log = null;
        BlockStore blocks = null;
        try {
            blocks = FileBlockStore.open(
                    DiskDirectory.at(path.resolve("blocks")), path.resolve("laid").toAbsolutePath());
            UUID identity = VolumeIdentityFile.readOrMake(path);
            log = FileCommitLog.open(DiskDirectory.at(path.resolve("log")), identity.getLeastSignificantBits());
            VersionedStore store = OrderedVersionedStore.openRocks(path.resolve("state"), new StagedObjects(blocks),
                    rootOf(directory.path(), ticker.wallNanos()),
                    log.first());
            StoreDirectory.sync(path);
            StoreDirectory.sync(path.getParent());
            // Found once: to find it the JDK reads all mounts of the host, and commits ask ten times a second.
            FileStore disk = Files.getFileStore(path);
            return new VolumeParts(identity, log, store, blocks,
                    () -> bytesOf(disk, FileStore::getUsableSpace), () -> bytesOf(disk, FileStore::getTotalSpace));
        } catch (IOException | RuntimeException failed) {
            if (log != null) {
                log.close();
            }
            if (blocks != null) {
                blocks.close();
            }
            if (failed instanceof BackendException known) {
                throw known;
            }
            throw new BackendException(BackendException.Cause.STORE_FAILED,
                    "volume " + name + " in " + path + " cannot be opened: " + failed.getMessage(), failed);
        }
    }

    /** The root of a new volume belongs to whom the store belongs, who could not write to it otherwise. */
    private static VersionedStore.RootDirectory rootOf(Path store, long nowNanos) throws IOException {
        int uid = (Integer) Files.getAttribute(store, "unix:uid");
        int gid = (Integer) Files.getAttribute(store, "unix:gid");
        return new VersionedStore.RootDirectory(VolumeParts.ROOT_PERMISSIONS, uid, gid, nowNanos);
    }

    private interface DiskFigure {
        long of(FileStore disk) throws IOException;
    }

    private static long bytesOf(FileStore disk, DiskFigure figure) {
        try {
            return figure.of(disk);
        } catch (IOException failed) {
            // Not known is no reason to refuse: the writes themselves will show it.
            return Long.MAX_VALUE / 2;
        }
    }
}
