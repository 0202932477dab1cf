package io.cffs.daemon.session;

import io.cffs.model.FsException;

/**
 * What a request does with the attempt. Runs under the session's lock, and again from its start after a
 * {@link io.cffs.txn.SnapshotMiss}: it reads before it writes, and changes tables last.
 */
@FunctionalInterface
public interface Operation<T> {
    T run(Attempt attempt) throws FsException;
}
