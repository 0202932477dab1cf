package io.cffs.daemon.cache;

import io.cffs.model.CommitTs;
import io.cffs.model.ObjectKey.BlockKey;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** Which versions of which blocks a cache holds. Not safe for use by many threads. */
final class BlockVersions {
    private final Map<Block, TreeSet<CommitTs>> versions = new HashMap<>();

    void add(VolumeIdentity volume, BlockKey key, CommitTs version) {
        versions.computeIfAbsent(new Block(volume, key), block -> new TreeSet<>()).add(version);
    }

    void remove(VolumeIdentity volume, BlockKey key, CommitTs version) {
        versions.computeIfPresent(new Block(volume, key), (block, held) -> {
            held.remove(version);
            return held.isEmpty() ? null : held;
        });
    }

    /** Null when there is none. */
    CommitTs newest(VolumeIdentity volume, BlockKey key, CommitTs atMost) {
        TreeSet<CommitTs> held = versions.get(new Block(volume, key));
        return held == null ? null : held.floor(atMost);
    }

    void clear() {
        versions.clear();
    }

    private record Block(VolumeIdentity volume, BlockKey key) {}
}
