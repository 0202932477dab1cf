package io.cffs.daemon.fuse;

import io.cffs.daemon.cache.VolumeIdentity;
import io.cffs.daemon.content.ContentBuild;
import io.cffs.daemon.content.ContentFiles;
import io.cffs.daemon.content.ContentKey;
import io.cffs.daemon.session.Attempt;
import io.cffs.daemon.session.Session;
import io.cffs.fuse.BackingFiles;
import io.cffs.model.FileType;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.txn.ops.OpenFlags;
import io.cffs.txn.ops.ReadWhole;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;

/**
 * Large files that the kernel reads by itself, from a content file of the host (passthrough).
 *
 * <p>What the kernel reads this way nobody sees, and once open it cannot be stopped. So a file is opened like that only
 * when nobody has it open otherwise and this transaction has not changed it, and then the whole of it counts as read.
 * From there on:
 * <ul>
 * <li>Whoever opens it to write, or cuts it, while it is open like that would not be seen by those who read. The
 *     attempt runs again, and this mount never opens that file like that again.
 * <li>A process that outlives its attempt may keep one open. The next attempt has read it too if it is the same there;
 *     if it is not, that attempt cannot commit, and says so.
 * </ul>
 * A content is made from what a program reads through the mount, when it has read all of the file.
 *
 * <p>Thread-safe. Fields marked so are guarded by the session's lock; no file is touched under it.
 */
final class WholeFiles {
    /** Smaller files gain nothing over the page cache, and would count as read as a whole. */
    private static final long FILE_BYTES_MIN = 1 << 20;
    /** Registered with the kernel while nobody has them open: each keeps a file open. */
    private static final int IDLE_MAX = 32;
    private static final int BUILDS_MAX = 4;
    /** Closing a file is told some time after close(2). */
    private static final long CLOSE_MILLIS_MAX = 200;

    private final Session session;
    private final ContentFiles files; // null: nothing is served this way
    private final VolumeIdentity identity;
    private final Executor background;
    private final Map<Ino, ContentBuild> builds = new ConcurrentHashMap<>();
    private final Map<Ino, Backed> open = new HashMap<>(); // @GuardedBy(session lock)
    private final Map<Long, Backed> byHandle = new HashMap<>(); // @GuardedBy(session lock)
    private final Map<ContentKey, Integer> registered = new LinkedHashMap<>(); // @GuardedBy(session lock)
    private final Set<ContentKey> absent = new HashSet<>(); // @GuardedBy(session lock): looked for in this attempt
    private final Set<Ino> shunned = new HashSet<>(); // @GuardedBy(session lock)
    private final Object closing = new Object();
    private volatile boolean anyOpen;
    private volatile BackingFiles kernel = BackingFiles.NONE;

    private static final class Backed {
        final ContentKey key;
        final int backingId;
        int opens;

        Backed(ContentKey key, int backingId) {
            this.key = key;
            this.backingId = backingId;
        }
    }

    /** How an open for reading goes on. */
    sealed interface Way {
        /** Through the handler. */
        record Served() implements Way {}

        /** By the kernel itself. */
        record ByKernel(int backingId) implements Way {}

        /** {@link #lookFor} the content, then ask again. */
        record Unknown(ContentKey key) implements Way {}
    }

    private static final Way SERVED = new Way.Served();

    /** @param parts null where no file is served this way */
    WholeFiles(Session session, MountAdapter.WholeFileParts parts) {
        this.session = session;
        this.files = parts == null ? null : parts.files();
        this.identity = parts == null ? null : parts.identity();
        this.background = parts == null ? null : parts.background();
    }

    void connected(BackingFiles backingFiles) {
        kernel = files == null ? BackingFiles.NONE : backingFiles;
    }

    // ------------------------------------------------------------------------------------------------ opening

    /** Inside an operation, with permission checked: how an open goes on. Reads are recorded where that is due. */
    Way wayOf(Attempt at, Inode inode, OpenFlags flags) throws FsException {
        if (!kernel.areSupported() || flags.write() || flags.truncate() || flags.append()
                || inode.type() != FileType.REGULAR || !isWorthIt(at, inode)) {
            return SERVED;
        }
        Ino ino = inode.ino();
        ContentKey key = new ContentKey(identity, ino, at.changedAt(ino), inode.sizeBytes());
        Backed known = open.get(ino);
        if (known != null && known.key.equals(key)) {
            return record(at, known);
        }
        if (known != null || at.nodes().isOpen(ino.value())) {
            return SERVED;
        }
        Integer id = registered.get(key);
        if (id != null) {
            return record(at, new Backed(key, id));
        }
        if (absent.contains(key)) {
            startBuild(key);
            return SERVED;
        }
        return new Way.Unknown(key);
    }

    private boolean isWorthIt(Attempt at, Inode inode) {
        return inode.sizeBytes() >= FILE_BYTES_MIN && files.takes(inode.sizeBytes())
                && !shunned.contains(inode.ino()) && at.transaction().isAsStored(inode.ino());
    }

    private Way record(Attempt at, Backed backed) throws FsException {
        ReadWhole.run(at.transaction(), backed.key.ino());
        open.put(backed.key.ino(), backed);
        return new Way.ByKernel(backed.backingId);
    }

    /** In the same operation as {@link #wayOf}: the open has got a handle. */
    void opened(Ino ino, long handle) {
        Backed backed = open.get(ino);
        backed.opens++;
        byHandle.put(handle, backed);
        anyOpen = true;
    }

    /** Outside of any operation. */
    void lookFor(ContentKey key) {
        Path file = files.find(key);
        int id = file == null ? 0 : kernel.register(file);
        List<Integer> useless = session.locked(() -> {
            List<Integer> ids = new ArrayList<>();
            if (id == 0) {
                absent.add(key);
            } else {
                Integer twin = registered.put(key, id);
                if (twin != null && open.get(key.ino()) != null) {
                    // Opened meanwhile: the kernel wants one identifier for all opens.
                    registered.put(key, twin);
                    ids.add(id);
                } else if (twin != null) {
                    ids.add(twin);
                }
                dropIdle(ids);
            }
            return ids;
        });
        useless.forEach(kernel::forget);
    }

    private void dropIdle(List<Integer> into) {
        var each = registered.entrySet().iterator();
        while (registered.size() > IDLE_MAX + open.size() && each.hasNext()) {
            var oldest = each.next();
            Backed used = open.get(oldest.getKey().ino());
            if (used == null || used.backingId != oldest.getValue()) {
                into.add(oldest.getValue());
                each.remove();
            }
        }
    }

    /** With the session's lock held: a handle is closed. */
    void released(long handle) {
        Backed backed = byHandle.remove(handle);
        if (backed == null || --backed.opens > 0) {
            return;
        }
        open.remove(backed.key.ino(), backed);
        anyOpen = !open.isEmpty();
        synchronized (closing) {
            closing.notifyAll();
        }
    }

    // ------------------------------------------------------------------------------------------------ changing

    /** Before an operation that may change bytes of a file: a close that is on its way is waited for. */
    void beforeChange(Ino ino) {
        if (anyOpen && session.locked(() -> open.containsKey(ino))) {
            awaitClosed(ino);
        }
    }

    /** Inside an operation that is about to change bytes of the file, or to open it for that. */
    void requireUnseen(Attempt at, Ino ino) throws FsException {
        if (anyOpen && open.containsKey(ino)) {
            shunned.add(ino);
            at.runAgain("a large file was written while it was open for reading");
            throw new FsException(FsError.STALE);
        }
    }

    private void awaitClosed(Ino ino) {
        synchronized (closing) {
            for (int round = 0; round < CLOSE_MILLIS_MAX && session.locked(() -> open.containsKey(ino)); round++) {
                try {
                    closing.wait(1);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }

    // ------------------------------------------------------------------------------------------------ attempts

    /** An attempt has begun, on the thread that drives the session; its function has not. */
    void attemptBegan() {
        List<Ino> kept = session.locked(() -> {
            absent.clear();
            return List.copyOf(open.keySet());
        });
        for (Ino ino : kept) {
            try {
                if (!isSame(ino)) {
                    awaitClosed(ino);
                }
                isSameOrFails(ino);
            } catch (FsException e) {
                // The attempt is not sound already, and its function will be told.
                return;
            }
        }
    }

    private boolean isSame(Ino ino) throws FsException {
        return session.perform(at -> {
            Backed backed = open.get(ino);
            return backed == null || backed.key.version().equals(versionIn(at, ino));
        });
    }

    private void isSameOrFails(Ino ino) throws FsException {
        session.perform(at -> {
            Backed backed = open.get(ino);
            if (backed == null) {
                return null;
            }
            if (backed.key.version().equals(versionIn(at, ino))) {
                return ReadWhole.run(at.transaction(), ino);
            }
            at.cannotGoOn("a process that outlived its attempt keeps a large file open that has changed since: end it");
            return null;
        });
    }

    /** Null when the file is gone. */
    private static Object versionIn(Attempt at, Ino ino) throws FsException {
        try {
            at.transaction().inode(ino);
        } catch (FsException gone) {
            return null;
        }
        return at.changedAt(ino);
    }

    // ------------------------------------------------------------------------------------------------ building

    private void startBuild(ContentKey key) {
        ContentBuild before = builds.get(key.ino());
        if (before != null && before.key().equals(key) || before == null && builds.size() >= BUILDS_MAX) {
            return;
        }
        builds.put(key.ino(), files.build(key));
        if (before != null) {
            background.execute(before::abandon);
        }
    }

    /** What wants to have the bytes of a file that are read; null for nearly all files. */
    ContentBuild buildOf(Ino ino) {
        return builds.isEmpty() ? null : builds.get(ino);
    }

    /** Inside an operation: whether what it reads is what the build is about. */
    boolean isRight(Attempt at, ContentBuild build) {
        ContentKey key = build.key();
        return at.transaction().isAsStored(key.ino()) && at.changedAt(key.ino()).equals(key.version());
    }

    /** Outside of any operation: bytes that were read while {@link #isRight}. */
    void keep(ContentBuild build, long offset, ByteBuffer bytes) {
        if (build.offer(offset, bytes)) {
            background.execute(() -> {
                build.finish();
                builds.remove(build.key().ino(), build);
                session.locked(() -> absent.remove(build.key()));
            });
        }
    }

    /** The mount has ended. */
    void ended() {
        builds.values().forEach(ContentBuild::abandon);
        builds.clear();
    }
}
