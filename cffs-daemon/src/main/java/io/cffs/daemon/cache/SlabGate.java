package io.cffs.daemon.cache;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Keeps those who send bytes out of a slab's mapping apart from those who are about to overwrite such bytes, in all
 * processes of a host: any number of senders, or one overwriter. Nobody waits: who cannot enter does without.
 *
 * <p>It is a lock on a file that exists for nothing else, because the system gives up a process's locks on a file when
 * any of its descriptors is closed, and when the process dies, which is what makes a killed sender harmless. The file
 * is made with the slab, whose header names it, and never again: with one that was deleted and made anew two processes
 * might each lock their own. Within a process there is one for each file; it counts its senders.
 */
final class SlabGate implements AutoCloseable {
    private static final Map<Path, SlabGate> OPEN = new HashMap<>(); // @GuardedBy("OPEN")

    private final Path path;
    private final FileChannel channel;
    private int users; // @GuardedBy("OPEN")
    private int senders; // @GuardedBy("this")
    private FileLock lock; // @GuardedBy("this"); not null when there are senders

    private SlabGate(Path path, FileChannel channel) {
        this.path = path;
        this.channel = channel;
    }

    /** Of an existing file. @throws IOException when there is none */
    static SlabGate open(Path file) throws IOException {
        Path path = file.toRealPath(LinkOption.NOFOLLOW_LINKS);
        synchronized (OPEN) {
            SlabGate gate = OPEN.get(path);
            if (gate == null) {
                gate = new SlabGate(path, FileChannel.open(
                        path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS));
                OPEN.put(path, gate);
            }
            gate.users++;
            return gate;
        }
    }

    /** A sender comes. False when it may not; else {@link #leave} is due. */
    synchronized boolean enter() {
        if (senders == 0) {
            lock = tryLock(true);
            if (lock == null) {
                return false;
            }
        }
        senders++;
        return true;
    }

    synchronized void leave() {
        senders--;
        if (senders == 0) {
            release(lock);
            lock = null;
        }
    }

    /** Runs an action while there is no sender anywhere; it must not take long. False when there may be one. */
    synchronized boolean whileNobodySends(Runnable action) {
        FileLock alone = senders > 0 ? null : tryLock(false);
        if (alone == null) {
            return false;
        }
        try {
            action.run();
            return true;
        } finally {
            release(alone);
        }
    }

    private FileLock tryLock(boolean shared) {
        try {
            return channel.tryLock(0, 1, shared);
        } catch (IOException | OverlappingFileLockException cannot) {
            return null;
        }
    }

    private static void release(FileLock held) {
        try {
            held.release();
        } catch (IOException closed) {
            // Then nobody holds it any more.
            return;
        }
    }

    /** The last of its users closes the file. */
    @Override
    public void close() {
        synchronized (OPEN) {
            users--;
            if (users > 0) {
                return;
            }
            OPEN.remove(path, this);
            try {
                channel.close();
            } catch (IOException e) {
                // Nothing is buffered in it.
                return;
            }
        }
    }
}
