package io.cffs.backend.store;

import io.cffs.model.CommitTs;

/**
 * How far a store has come. All of it changes with the batch that it belongs to, so after a crash it is as true as
 * the rest.
 *
 * @param position the last log record that is in the store; 0 for none
 * @param applied the last commit that is in the store
 * @param horizon the oldest snapshot that can be read
 * @param inoCeiling inode numbers below this may have been handed out
 * @param inodeCount inodes at {@code applied}
 * @param fileBytes sum of the lengths of regular files at {@code applied}
 */
public record Progress(long position, CommitTs applied, CommitTs horizon, long inoCeiling, long inodeCount,
        long fileBytes) {
    Progress atPosition(long newPosition) {
        return new Progress(newPosition, applied, horizon, inoCeiling, inodeCount, fileBytes);
    }

    Progress withHorizon(CommitTs newHorizon) {
        return new Progress(position, applied, newHorizon, inoCeiling, inodeCount, fileBytes);
    }

    Progress withInoCeiling(long ceiling) {
        return new Progress(position, applied, horizon, Math.max(inoCeiling, ceiling), inodeCount, fileBytes);
    }

    Progress withCommit(CommitTs at, long inodeDelta, long bytesDelta) {
        return new Progress(position, at, horizon, inoCeiling, inodeCount + inodeDelta, fileBytes + bytesDelta);
    }
}
