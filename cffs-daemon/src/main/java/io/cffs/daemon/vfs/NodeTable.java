package io.cffs.daemon.vfs;

import io.cffs.model.Name;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The inodes that the kernel knows, and what it may keep of each until the attempt ends.
 *
 * <p>Not safe for use by several threads: guarded by the session's lock.
 */
public final class NodeTable {
    private final Map<Long, Node> nodes = new HashMap<>();
    private final Set<GivenName> names = new HashSet<>();
    private boolean namesAreKept;

    /** A name that the kernel was answered with, or whose absence it was told. */
    public record GivenName(long parent, Name name) {}

    /** What is known of one inode. */
    private static final class Node {
        /** References that the kernel holds: one per entry it was answered with. */
        long lookups;
        int openFiles;
        int openWritable;
        int openDirect;
        /** The kernel may answer stat(2) by itself. */
        boolean attributesGiven;
        /** The last attempt in which its data was opened through the page cache; 0 for none. */
        long pagesOfAttempt;

        boolean isForgotten() {
            return lookups == 0 && openFiles == 0 && !attributesGiven;
        }
    }

    /** From now on names are to be remembered one by one, because the kernel cannot expire all of them at once. */
    public void keepNames() {
        namesAreKept = true;
    }

    /** The kernel was, or is about to be, told what a name names, or that it names nothing. */
    public void giveName(long parentNodeId, Name name) {
        if (namesAreKept) {
            names.add(new GivenName(parentNodeId, name));
        }
    }

    /** How many inodes the table knows. */
    public int size() {
        return nodes.size();
    }

    /** The kernel was, or is about to be, answered with an entry that names the inode. */
    public void countLookup(long nodeId) {
        node(nodeId).lookups++;
    }

    /** The kernel gives references up; more than it holds are taken as all. */
    public void forget(long nodeId, long lookups) {
        Node node = nodes.get(nodeId);
        if (node == null) {
            return;
        }
        node.lookups = Math.max(0, node.lookups - lookups);
        if (node.lookups == 0) {
            // The kernel has dropped its inode, and the attributes with it.
            node.attributesGiven = false;
        }
        dropIfForgotten(nodeId, node);
    }

    /** References that the kernel holds. */
    public long lookupsOf(long nodeId) {
        Node node = nodes.get(nodeId);
        return node == null ? 0 : node.lookups;
    }

    /** The kernel was answered with attributes that it may keep. */
    public void giveAttributes(long nodeId) {
        node(nodeId).attributesGiven = true;
    }

    /**
     * A file is opened.
     *
     * @param attempt counts all attempts of the mount, 1 and up
     * @return whether the kernel may keep the pages that it has: only when an open of the same attempt has dropped
     *     what was older
     */
    public boolean open(long nodeId, long attempt, boolean writable, boolean direct) {
        Node node = node(nodeId);
        node.openFiles++;
        node.openWritable += writable ? 1 : 0;
        node.openDirect += direct ? 1 : 0;
        boolean keep = node.pagesOfAttempt == attempt;
        node.pagesOfAttempt = attempt;
        return keep;
    }

    public void release(long nodeId, boolean writable, boolean direct) {
        Node node = nodes.get(nodeId);
        if (node == null) {
            return;
        }
        node.openFiles = Math.max(0, node.openFiles - 1);
        node.openWritable = Math.max(0, node.openWritable - (writable ? 1 : 0));
        node.openDirect = Math.max(0, node.openDirect - (direct ? 1 : 0));
        dropIfForgotten(nodeId, node);
    }

    public boolean isOpen(long nodeId) {
        Node node = nodes.get(nodeId);
        return node != null && node.openFiles > 0;
    }

    /** Whether some open of the inode bypasses the page cache. */
    public boolean isOpenDirect(long nodeId) {
        Node node = nodes.get(nodeId);
        return node != null && node.openDirect > 0;
    }

    /** Inodes with files open for writing: pages that a program has mapped and changed may still be on their way. */
    public List<Long> openForWriting() {
        List<Long> found = new ArrayList<>();
        nodes.forEach((nodeId, node) -> {
            if (node.openWritable > 0) {
                found.add(nodeId);
            }
        });
        return found;
    }

    /**
     * Takes note that the kernel is about to forget everything, and says what it has to be told.
     *
     * @return inodes whose attributes it may hold, inodes that are open, so that pages may be used or mapped, and names
     */
    public Holdings takeHoldings() {
        List<Long> attributes = new ArrayList<>();
        List<Long> pages = new ArrayList<>();
        nodes.forEach((nodeId, node) -> {
            if (node.openFiles > 0) {
                pages.add(nodeId);
            } else if (node.attributesGiven) {
                attributes.add(nodeId);
            }
            node.attributesGiven = false;
        });
        nodes.values().removeIf(Node::isForgotten);
        Holdings holdings = new Holdings(attributes, pages, List.copyOf(names));
        names.clear();
        return holdings;
    }

    /**
     * What the kernel may hold of the attempts before: node numbers ({@code pages} includes their attributes), and
     * names as far as {@link #keepNames} was asked for.
     */
    public record Holdings(List<Long> attributes, List<Long> pages, List<GivenName> names) {}

    private Node node(long nodeId) {
        return nodes.computeIfAbsent(nodeId, key -> new Node());
    }

    private void dropIfForgotten(long nodeId, Node node) {
        if (node.isForgotten()) {
            nodes.remove(nodeId);
        }
    }
}
