package io.cffs.daemon.fuse;

import io.cffs.daemon.session.KernelCaches;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.vfs.FreshPages;
import io.cffs.daemon.vfs.NodeTable;
import io.cffs.fuse.FuseNotifier;
import io.cffs.model.ObjectKey;
import io.cffs.txn.ReadKey;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Tells the kernel to forget what earlier attempts were answered and what is no longer so. The thread that drives the
 * session sends it, or one in the background, never one that serves a request: the kernel may hold, for a request that
 * waits for us, the very lock that a notice needs. Requests are served meanwhile, because invalidating pages waits for
 * reads under way.
 *
 * <p>Where programs outlive transactions, names go one by one and not all at once with an epoch: the kernel takes names
 * of an older epoch off their path until they have been looked up again, and whoever works in such a directory has no
 * working directory meanwhile. The epoch is for when there is no other way: not all names are known, or a notice would
 * wait for us.
 *
 * <p>Order: names first, so that a path walked from now on comes here; then attributes; then pages of what is open, the
 * slow part. A file that nobody has open needs no notice for its pages: its next open drops them.
 */
final class KernelNotices implements KernelCaches {
    private static final long WHOLE_FILE = 0;
    /** Beyond this one notice for all names is cheaper than one for each, which takes a tenth of a look-up's time. */
    private static final int NAMES_ONE_BY_ONE_MAX = 512;
    /** How long notices may wait for requests that hold the lock of a directory. */
    private static final long ASIDE_MILLIS_MAX = 2_000;
    private static final long LOOK_MILLIS = 5;
    /** How long a write waits for pages to be dropped: the kernel may hold one of them until the write is answered. */
    private static final long PAGES_MILLIS_MAX = 5;

    private final Session session;
    private final NodeTable nodes;
    private final FreshPages fresh;
    private final boolean searchMatters;
    private final boolean longLived;
    private final Executor background;
    private final boolean requestsWait;
    private volatile FuseNotifier notifier;
    /** Requests that hold a directory's lock until the present commit is over, or the next. */
    private final AtomicInteger directorySyncs = new AtomicInteger();
    private NodeTable.Holdings due; // written under the session's lock, by the thread that drives the session

    /**
     * @param nodes guarded by the session's lock
     * @param searchMatters whether some process may be refused to walk through a directory
     * @param longLived programs outlive transactions
     * @param background runs what may wait for an answer to a request
     * @param requestsWait whether requests may wait for a commit: fsync of a directory is answered when its commit is
     *     over, until then the kernel holds the directory's lock, and a notice for a name there waits for it. Where
     *     none does, the notices of a begin are sent without another thread, which is a tenth of a millisecond
     */
    KernelNotices(Session session, NodeTable nodes, FreshPages fresh, boolean searchMatters, boolean longLived,
            Executor background, boolean requestsWait) {
        this.session = session;
        this.nodes = nodes;
        this.fresh = fresh;
        this.searchMatters = searchMatters;
        this.longLived = longLived;
        this.background = background;
        this.requestsWait = requestsWait;
    }

    /** Once, when the kernel has agreed on the protocol. */
    void connected(FuseNotifier connection) {
        this.notifier = connection;
    }

    @Override
    public void prepare(List<ObjectKey> changes) {
        due = changes == null ? nodes.takeHoldings() : nodes.takeChanged(changes, searchMatters);
        fresh.dropped(due.pages());
    }

    @Override
    public List<ReadKey> assumed() {
        return notifier == null ? List.of() : session.locked(() -> nodes.assumed(searchMatters));
    }

    @Override
    public int assumedMost() {
        return notifier == null ? 0 : session.locked(nodes::assumedMost);
    }

    @Override
    public void expire() {
        FuseNotifier to = notifier;
        NodeTable.Holdings holdings = due;
        due = null;
        if (to == null || holdings == null) {
            return;
        }
        expireNames(to, holdings);
        holdings.attributes().forEach(to::invalAttributes);
        for (long nodeId : holdings.pages()) {
            to.invalInode(nodeId, 0, WHOLE_FILE);
        }
    }

    /** fsync of a directory has come. @return to be called when it can be answered */
    Runnable directorySync() {
        directorySyncs.incrementAndGet();
        return directorySyncs::decrementAndGet;
    }

    private void expireNames(FuseNotifier to, NodeTable.Holdings holdings) {
        List<NodeTable.GivenName> names = holdings.names();
        boolean atOnce = longLived
                ? names.size() >= NodeTable.KEPT_MAX || directorySyncs.get() > 0 && !names.isEmpty()
                : holdings.everything() || names.size() > NAMES_ONE_BY_ONE_MAX;
        if (atOnce && to.supportsEpoch()) {
            to.incEpoch();
        } else if (!requestsWait || names.isEmpty()) {
            expireOneByOne(to, names);
        } else {
            expireAside(to, names);
        }
    }

    /** Returns when they have expired, or when that may take until the next commit. */
    private void expireAside(FuseNotifier to, List<NodeTable.GivenName> names) {
        CountDownLatch done = new CountDownLatch(1);
        background.execute(() -> {
            expireOneByOne(to, names);
            done.countDown();
        });
        try {
            long waited = 0;
            while (!done.await(LOOK_MILLIS, TimeUnit.MILLISECONDS)) {
                waited += LOOK_MILLIS;
                if (directorySyncs.get() > 0 || waited >= ASIDE_MILLIS_MAX) {
                    to.incEpoch();
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            to.incEpoch();
        }
    }

    private static void expireOneByOne(FuseNotifier to, List<NodeTable.GivenName> names) {
        for (NodeTable.GivenName given : names) {
            to.expireEntry(given.parent(), given.name().toBytes());
        }
    }

    /** In a request about this inode that changes attributes, when the kernel does not know that it does. */
    void attributesChanged(long nodeId) {
        FuseNotifier to = notifier;
        if (to != null) {
            to.invalAttributes(nodeId);
        }
    }

    /** In an open attempt: a program reads through the page cache. */
    void read(long nodeId, long offset, int bytes) {
        fresh.read(nodeId, offset, offset + bytes);
    }

    /** In an open attempt: whether {@link #dropPages} has to come before the answer to this write. */
    boolean leavesOldPages(long nodeId, long offset, int bytes) {
        return fresh.areOld(nodeId, offset, offset + bytes);
    }

    /** Returns when these pages are gone, or when that takes too long: then a reader sees old bytes for a moment. */
    void dropPages(long nodeId, long offset, int bytes) {
        FuseNotifier to = notifier;
        CountDownLatch done = new CountDownLatch(1);
        background.execute(() -> {
            to.invalInode(nodeId, offset, bytes);
            done.countDown();
        });
        try {
            done.await(PAGES_MILLIS_MAX, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void drain() {
        FuseNotifier to = notifier;
        if (to == null) {
            return;
        }
        for (long nodeId : session.locked(nodes::mappable)) {
            to.invalInode(nodeId, 0, WHOLE_FILE);
        }
    }
}
