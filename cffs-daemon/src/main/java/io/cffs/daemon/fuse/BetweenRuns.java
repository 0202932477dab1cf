package io.cffs.daemon.fuse;

import io.cffs.daemon.session.Operation;
import io.cffs.daemon.session.Session;
import io.cffs.daemon.session.SessionState;
import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import java.util.function.Function;

/**
 * What a mount that is used run by run answers of its root while no run is open, so that mountpoint(1), df(1) and those
 * who wait for it see a mount: the attributes that it had when somebody last looked. The kernel keeps nothing of it, so
 * the next run asks for itself, and has read nothing. Safe for use by many threads.
 */
final class BetweenRuns {
    private final Session session;
    private final boolean answers;
    private volatile Inode root; // null before the first look

    /** @param answers false where a program that asks between two transactions is to be told STALE */
    BetweenRuns(Session session, boolean answers) {
        this.session = session;
        this.answers = answers;
    }

    /** In a run. */
    Inode seen(Inode inode) {
        if (answers && inode.ino().equals(Ino.ROOT)) {
            root = inode;
        }
        return inode;
    }

    /**
     * As {@link Session#perform}.
     *
     * @param otherwise what is answered of the root when no run is open
     */
    <T> T perform(Ino ino, Operation<T> operation, Function<Inode, T> otherwise) throws FsException {
        try {
            return session.perform(operation);
        } catch (FsException refusal) {
            Inode known = ino.equals(Ino.ROOT) ? root : null;
            boolean idle = refusal.error() == FsError.STALE && session.state() == SessionState.IDLE;
            if (known == null || !idle) {
                throw refusal;
            }
            return otherwise.apply(known);
        }
    }
}
