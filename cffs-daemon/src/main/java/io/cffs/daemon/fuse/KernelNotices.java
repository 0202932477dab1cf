package io.cffs.daemon.fuse;

import io.cffs.daemon.session.KernelCaches;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.vfs.NodeTable;
import io.cffs.fuse.FuseNotifier;
import io.cffs.model.ObjectKey;
import io.cffs.txn.ReadKey;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;

/**
 * Tells the kernel to forget what earlier attempts were answered and what is no longer so. Only the thread that
 * drives the session comes here,
 * never one that serves a request: the kernel may hold, for a request that waits for us, the very lock that a notice
 * needs. Requests are served meanwhile, because invalidating pages waits for reads under way.
 *
 * <p>Names go one by one, not all at once with an epoch: the kernel takes names of an older epoch off their path until
 * they have been looked up again, and whoever works in such a directory has no working directory meanwhile. The epoch
 * is for when there is no other way.
 *
 * <p>Order: names first, so that a path walked from now on comes here; then attributes; then pages of what is open, the
 * slow part. A file that nobody has open needs no notice for its pages: its next open drops them.
 */
final class KernelNotices implements KernelCaches {
    private static final long WHOLE_FILE = 0;
    /** A notice takes a tenth of the time of the look-up that gave the name. Beyond this they would delay a commit. */
    private static final int NAMES_ONE_BY_ONE_MAX = 16_384;
    /** Notices that take longer wait for a directory's lock. */
    private static final long ASIDE_MILLIS_MAX = 20;

    private final Session session;
    private final NodeTable nodes;
    private final boolean searchMatters;
    private final Executor aside; // null where no request waits for a commit
    private volatile FuseNotifier notifier;
    private volatile boolean directoryIsSynced; // since names were last expired
    private NodeTable.Holdings due; // written under the session's lock, by the thread that drives the session

    /**
     * @param nodes guarded by the session's lock
     * @param searchMatters whether some process may be refused to walk through a directory
     * @param aside runs what may wait for an answer that comes after the next attempt has begun: fsync of a directory
     *     is answered when its commit is over, until then the kernel holds the directory's lock, and a notice for a
     *     name there waits for it. Null where no request waits for a commit
     */
    KernelNotices(Session session, NodeTable nodes, boolean searchMatters, Executor aside) {
        this.session = session;
        this.nodes = nodes;
        this.searchMatters = searchMatters;
        this.aside = aside;
    }

    /** Once, when the kernel has agreed on the protocol. */
    void connected(FuseNotifier connection) {
        this.notifier = connection;
    }

    @Override
    public void prepare(List<ObjectKey> changes) {
        due = changes == null ? nodes.takeHoldings() : nodes.takeChanged(changes, searchMatters);
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
        directoryIsSynced = false;
        holdings.attributes().forEach(to::invalAttributes);
        for (long nodeId : holdings.pages()) {
            to.invalInode(nodeId, 0, WHOLE_FILE);
        }
    }

    /** fsync of a directory has come; where that commits, it is answered when the commit is over. */
    void directorySynced() {
        directoryIsSynced = true;
    }

    private void expireNames(FuseNotifier to, NodeTable.Holdings holdings) {
        List<NodeTable.GivenName> names = holdings.names();
        boolean all = holdings.namesMissing() || names.size() > NAMES_ONE_BY_ONE_MAX;
        boolean waits = aside != null && directoryIsSynced && !names.isEmpty();
        if ((all || waits) && to.supportsEpoch()) {
            to.incEpoch();
        } else if (aside == null) {
            expireOneByOne(to, names);
        } else if (!names.isEmpty()) {
            expireAside(to, names);
        }
    }

    private void expireAside(FuseNotifier to, List<NodeTable.GivenName> names) {
        CountDownLatch done = new CountDownLatch(1);
        aside.execute(() -> {
            expireOneByOne(to, names);
            done.countDown();
        });
        try {
            if (!done.await(ASIDE_MILLIS_MAX + names.size() / 100, TimeUnit.MILLISECONDS)) {
                to.incEpoch();
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

    @Override
    public void drain() {
        FuseNotifier to = notifier;
        if (to == null) {
            return;
        }
        for (long nodeId : session.locked(nodes::openForWriting)) {
            to.invalInode(nodeId, 0, WHOLE_FILE);
        }
    }
}
