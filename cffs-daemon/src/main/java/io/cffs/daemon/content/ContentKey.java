package io.cffs.daemon.content;

import io.cffs.daemon.cache.VolumeIdentity;
import io.cffs.model.CommitTs;
import io.cffs.model.Ino;

/**
 * Names what a file held at one time, for ever.
 *
 * @param version of the inode: every commit that changes the file's bytes puts the inode too
 * @param sizeBytes 1 and up
 */
public record ContentKey(VolumeIdentity volume, Ino ino, CommitTs version, long sizeBytes) {
    String fileName() {
        return "%016x%016x-%x-%x-%x".formatted(
                volume.high(), volume.low(), ino.value(), version.value(), sizeBytes);
    }
}
