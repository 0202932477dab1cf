package io.cffs.daemon.vfs;

import io.cffs.daemon.vfs.NodeTable.GivenName;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/** Names that the kernel was answered with, found by their inode too. Not safe for use by several threads. */
final class GivenNames {
    /** Inode by name; 0 for an absence. */
    private final Map<GivenName, Long> nodes = new HashMap<>();
    /** The name of each inode that was given last. */
    private final Map<Long, GivenName> last = new HashMap<>();
    /** Inodes that may have other names than that: hard links, and what was moved. */
    private final Set<Long> several = new HashSet<>();

    void put(GivenName name, long nodeId) {
        Long other = nodes.put(name, nodeId);
        if (other != null && other != nodeId) {
            last.remove(other, name);
        }
        if (nodeId != 0) {
            GivenName before = last.put(nodeId, name);
            if (before != null && !before.equals(name)) {
                several.add(nodeId);
            }
        }
    }

    int size() {
        return nodes.size();
    }

    /** Whether some name here may be one of the inode. */
    boolean knows(long nodeId) {
        return last.containsKey(nodeId) || several.contains(nodeId);
    }

    /** A view; not to be changed. */
    Set<GivenName> all() {
        return nodes.keySet();
    }

    void forEach(BiConsumer<GivenName, Long> action) {
        nodes.forEach(action);
    }

    /** Takes the names of an inode out, and adds them to {@code gone}. */
    void removeNamesOf(long nodeId, Set<GivenName> gone) {
        GivenName name = last.remove(nodeId);
        if (several.remove(nodeId)) {
            nodes.forEach((each, node) -> {
                if (node == nodeId) {
                    gone.add(each);
                }
            });
            nodes.keySet().removeAll(gone);
        } else if (name != null && nodes.remove(name, nodeId)) {
            gone.add(name);
        }
    }

    void removeAll(Set<GivenName> gone) {
        for (GivenName name : gone) {
            Long nodeId = nodes.remove(name);
            if (nodeId != null) {
                last.remove(nodeId, name);
            }
        }
    }

    void clear() {
        nodes.clear();
        last.clear();
        several.clear();
    }
}
