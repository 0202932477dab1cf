package io.cffs.daemon.vfs;

/**
 * Notices a program that looks at the attributes of one file of a directory after the other, as {@code git status} and
 * {@code make} do: from then on they come along with the names, which saves every second request. They are in the read
 * set of files that were looked up and not looked at, too, so it takes a row of {@value #ROW} in one directory, and one
 * file that is opened ends it. Guarded by the session's lock.
 */
final class StatScan {
    static final int ROW = 8;

    private long directory;
    private long latest;
    private boolean lookedAt;
    private int row;

    /** @return whether the attributes will probably be asked for next */
    boolean lookedUp(long parentNodeId, long nodeId) {
        if (parentNodeId != directory || !lookedAt) {
            row = 0;
        }
        directory = parentNodeId;
        latest = nodeId;
        lookedAt = false;
        return row >= ROW;
    }

    /** The attributes were asked for, or given unasked. */
    void attributesGiven(long nodeId) {
        if (nodeId == latest && !lookedAt) {
            lookedAt = true;
            row++;
        }
    }

    void opened(long nodeId) {
        if (nodeId == latest) {
            row = 0;
        }
    }
}
