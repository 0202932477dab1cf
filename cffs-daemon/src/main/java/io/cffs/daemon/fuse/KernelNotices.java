package io.cffs.daemon.fuse;

import io.cffs.daemon.session.KernelCaches;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.vfs.NodeTable;
import io.cffs.fuse.FuseNotifier;
import java.util.List;

/**
 * Tells the kernel to forget what earlier attempts were answered. Only the thread that drives the session comes here,
 * never one that serves a request: the kernel may hold, for a request that waits for us, the very lock that a notice
 * needs. Requests are served meanwhile, because invalidating pages waits for reads under way.
 *
 * <p>Order: names first, so that a path walked from now on comes here; then attributes; then pages of what is open, the
 * slow part. A file that nobody has open needs no notice for its pages: its next open drops them.
 */
final class KernelNotices implements KernelCaches {
    private static final long WHOLE_FILE = 0;

    private final Session session;
    private final NodeTable nodes;
    private volatile FuseNotifier notifier;

    /** @param nodes guarded by the session's lock */
    KernelNotices(Session session, NodeTable nodes) {
        this.session = session;
        this.nodes = nodes;
    }

    /** Once, when the kernel has agreed on the protocol. */
    void connected(FuseNotifier connection) {
        this.notifier = connection;
    }

    @Override
    public void expire() {
        FuseNotifier to = notifier;
        if (to == null) {
            return;
        }
        NodeTable.Holdings holdings = session.locked(nodes::takeHoldings);
        expireNames(to, holdings.names());
        holdings.attributes().forEach(to::invalAttributes);
        for (long nodeId : holdings.pages()) {
            to.invalInode(nodeId, 0, WHOLE_FILE);
        }
    }

    private static void expireNames(FuseNotifier to, List<NodeTable.GivenName> names) {
        if (to.supportsEpoch()) {
            to.incEpoch();
            return;
        }
        for (NodeTable.GivenName given : names) {
            to.invalEntry(given.parent(), given.name().toBytes());
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
