package io.cffs.daemon.host;

import io.cffs.daemon.mount.MountedVolume;
import io.cffs.daemon.session.SessionState;
import io.cffs.fuse.mount.PrivateMounts;
import io.cffs.model.VolumeName;
import io.cffs.txn.port.Ticker;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mounts of this host daemon: made when a function needs one, kept for its next run when it asked for that by name,
 * never more than the limit. Functions that run at the same time under one name have a mount each.
 *
 * <p>A kept mount is lent again only to the same user, for the same volume, in the same mode: what the kernel and the
 * session remember of it is for whoever may read it. Safe for use by many threads; nothing is mounted under the lock.
 */
final class HostMounts implements AutoCloseable {
    /** A client is answered before its mount is given back: 20 turns of 100 ms wait for those that are about to be. */
    private static final int ROOM_TURNS_MAX = 20;
    private static final long ROOM_TURN_MILLIS = 100;
    private static final Logger LOG = LoggerFactory.getLogger(HostMounts.class);

    private final PrivateMounts room;
    private final VolumeOpener opener;
    private final HostLimits limits;
    private final Ticker ticker;
    /** Oldest first. */
    private final List<Mount> idle = new ArrayList<>(); // @GuardedBy("this")
    private int count; // @GuardedBy("this"): idle ones included
    private boolean closed; // @GuardedBy("this")

    HostMounts(PrivateMounts room, VolumeOpener opener, HostLimits limits, Ticker ticker) {
        this.room = room;
        this.opener = opener;
        this.limits = limits;
        this.ticker = ticker;
    }

    /**
     * Who may have a kept mount. {@code name} is null for a mount that is not kept; {@code alone}: nobody else sees it.
     */
    record Key(VolumeName volume, boolean readOnly, int uid, int gid, boolean alone, String name) {}

    /** One mount, lent to one client at a time. */
    final class Mount {
        private final Key key;
        private final PrivateMounts.Made made;
        private final MountedVolume volume;
        private long idleSinceNanos;

        Mount(Key key, PrivateMounts.Made made, MountedVolume volume) {
            this.key = key;
            this.made = made;
            this.volume = volume;
        }

        MountedVolume volume() {
            return volume;
        }

        PrivateMounts.Made made() {
            return made;
        }

        /** Once per {@link #take}. @param sound nothing of the client that had it is left */
        void giveBack(boolean sound) {
            boolean keep = sound && key.name() != null && volume.status().state() == SessionState.IDLE;
            if (!keep || !shelve(this)) {
                end(this);
            }
        }
    }

    /** A kept mount of this key, or a new one. */
    Mount take(Key key) throws HostRefusal {
        Mount kept = key.name() == null ? null : unshelve(key);
        if (kept != null) {
            return kept;
        }
        Mount crowded = reserve();
        if (crowded != null) {
            close(crowded);
        }
        boolean made = false;
        try {
            Mount mount = make(key);
            made = true;
            return mount;
        } catch (IOException e) {
            throw HostRefusal.unavailable(e.getMessage());
        } finally {
            if (!made) {
                unreserve();
            }
        }
    }

    private Mount make(Key key) throws IOException {
        PrivateMounts.Made made =
                room.mount("cffs:" + key.volume(), "cffs", key.readOnly(), key.uid(), key.gid(), key.alone());
        boolean complete = false;
        try {
            Mount mount = new Mount(key, made, opener.open(key.volume(), made.deviceFd(), key.readOnly(), key.alone()));
            complete = true;
            return mount;
        } finally {
            if (!complete) {
                room.unmount(made);
            }
        }
    }

    private synchronized Mount unshelve(Key key) {
        for (int i = idle.size() - 1; i >= 0; i--) {
            if (idle.get(i).key.equals(key)) {
                return idle.remove(i);
            }
        }
        return null;
    }

    private synchronized boolean shelve(Mount mount) {
        if (!closed) {
            mount.idleSinceNanos = ticker.monotonicNanos();
            idle.add(mount);
            notifyAll();
        }
        return !closed;
    }

    /** Counts one more. Returns the kept mount that has to go for it; null when there is room. */
    private synchronized Mount reserve() throws HostRefusal {
        for (int turn = 0; turn < ROOM_TURNS_MAX && !closed && isCrowded(); turn++) {
            awaitTurn();
        }
        if (closed) {
            throw HostRefusal.unavailable("the host daemon is ending");
        }
        if (count < limits.mountsMax()) {
            count++;
            return null;
        }
        if (isCrowded()) {
            throw HostRefusal.unavailable("the host daemon has its " + limits.mountsMax()
                    + " mounts in use: run it later, or start the daemon with a larger --mounts");
        }
        return idle.removeFirst();
    }

    private boolean isCrowded() {
        return count >= limits.mountsMax() && idle.isEmpty();
    }

    /** With the monitor held: until something has changed, at most {@link #ROOM_TURN_MILLIS}. */
    private void awaitTurn() throws HostRefusal {
        try {
            wait(ROOM_TURN_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw HostRefusal.unavailable("the host daemon is ending");
        }
    }

    private synchronized void unreserve() {
        count--;
        notifyAll();
    }

    private void end(Mount mount) {
        close(mount);
        unreserve();
    }

    private void close(Mount mount) {
        try {
            room.unmount(mount.made);
        } catch (IOException e) {
            LOG.atWarn().setMessage("a mount could not be unmounted").addKeyValue("why", e.getMessage()).log();
        }
        mount.volume.close();
    }

    /** Ends kept mounts that nobody has wanted for long enough. To be called now and then. */
    void endIdle() {
        long now = ticker.monotonicNanos();
        for (;;) {
            Mount old;
            synchronized (this) {
                if (idle.isEmpty() || now - idle.getFirst().idleSinceNanos < limits.idleNanosMax()) {
                    return;
                }
                old = idle.removeFirst();
            }
            end(old);
        }
    }

    synchronized Map<String, Object> facts() {
        Map<String, Object> facts = new LinkedHashMap<>();
        facts.put("mountsInUse", count - idle.size());
        facts.put("mountsKept", idle.size());
        facts.put("mountsMax", limits.mountsMax());
        return facts;
    }

    /** Ends the kept mounts; those in use end when they are given back. */
    @Override
    public void close() {
        List<Mount> last;
        synchronized (this) {
            closed = true;
            notifyAll();
            last = List.copyOf(idle);
            idle.clear();
        }
        last.forEach(this::end);
    }
}
