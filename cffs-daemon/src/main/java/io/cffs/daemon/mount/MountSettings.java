package io.cffs.daemon.mount;

import io.cffs.daemon.cache.BlockCache;
import io.cffs.daemon.cache.CacheLimits;
import io.cffs.daemon.cache.KeptFootprints;
import io.cffs.daemon.cache.VolumeIdentity;
import io.cffs.daemon.content.ContentFiles;
import io.cffs.daemon.session.Staging;
import io.cffs.fuse.mount.MountOptions;
import io.cffs.txn.TransactionOptions;
import io.cffs.txn.port.Entropy;
import io.cffs.txn.port.PageFrames;
import io.cffs.txn.port.Ticker;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadFactory;

/**
 * What a mount is made of. Nothing in here is closed by the mount.
 *
 * @param kernel where and how to mount; feature flags and names are set by the mount itself. With {@code
 *     defaultPermissions} the kernel checks permissions, else the mount does, of all users that it is told to let in
 * @param identity names the volume in the host's block cache
 * @param contents what the kernel reads large files from by itself, in mode INVOCATION; null when it never does
 * @param footprints what functions looked at when they ran last; null where nothing is kept
 * @param frames where written pages go
 * @param staging how written bytes get to the backend
 * @param transactions for every attempt
 * @param commitInterval for {@link CommitMode#INTERVAL}; else ignored
 * @param readyAtMost how long the kernel may take to agree on the protocol
 * @param proc /proc, where the groups of callers are looked up
 * @param background runs tasks that may block for a while: virtual threads
 * @param controlThreads makes the one thread that begins and commits; it is never interrupted
 */
public record MountSettings(
        MountOptions kernel,
        VolumeIdentity identity,
        BlockCache blocks,
        ContentFiles contents,
        CacheLimits cacheLimits,
        KeptFootprints footprints,
        PageFrames frames,
        Staging staging,
        TransactionOptions transactions,
        CommitMode commitMode,
        Duration commitInterval,
        Duration readyAtMost,
        Path proc,
        Ticker ticker,
        Entropy entropy,
        Executor background,
        ThreadFactory controlThreads) {}
