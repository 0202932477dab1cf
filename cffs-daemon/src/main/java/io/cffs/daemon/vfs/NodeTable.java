package io.cffs.daemon.vfs;

import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.txn.ReadKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The inodes that the kernel knows, and what it may keep of each: names, absences, attributes, pages. What has not
 * changed
 * stays from one attempt to the next, and counts as read in the next, whether it is used there or not
 * ({@link #assumed}): its uses do not come here.
 *
 * <p>Not safe for use by several threads: guarded by the session's lock.
 */
public final class NodeTable {
    /** Names and attributes that are kept at most: 10 MiB of them. With more, all are let go at the next attempt. */
    static final int KEPT_MAX = 50_000;

    private final Map<Long, Node> nodes = new HashMap<>();
    private final Map<GivenName, Given> names = new HashMap<>();
    /** Names that the open attempt has changed: what the kernel holds of them is its own idea. */
    private final Set<GivenName> ownNames = new HashSet<>();
    /** Given attributes of inodes that the kernel has forgotten since: it may have used them in the open attempt. */
    private final Map<Long, Boolean> used = new HashMap<>();

    /** The kernel cannot expire all names at once, so each has to be remembered. */
    private boolean allNames;
    private boolean overflowing;

    /** A name that the kernel was answered with, or whose absence it was told. */
    public record GivenName(long parent, Name name) {}

    /** @param nodeId 0 for an absence */
    private record Given(long nodeId) {}

    /** What is known of one inode. */
    private static final class Node {
        /** References that the kernel holds: one per entry it was answered with. */
        long lookups;
        int openFiles;
        int openWritable;
        int openDirect;
        /** The kernel may answer stat(2) by itself. */
        boolean attributesGiven;
        boolean directory;
        /** Attributes that the open attempt has changed, or may change yet. */
        boolean own;
        /** Somebody asks for its attributes, so they are given with its name. */
        boolean attributesWanted;
        /** The last attempt in which its data was opened through the page cache; 0 for none. */
        long pagesOfAttempt;
        /** The pages of that attempt are those of the present snapshot. */
        boolean pagesStand;

        boolean isForgotten() {
            return lookups == 0 && openFiles == 0 && !attributesGiven;
        }
    }

    /** From now on every name is remembered, because the kernel cannot expire all of them at once. */
    public void keepAllNames() {
        allNames = true;
    }

    /** The kernel was, or is about to be, told what a name names; 0: that it names nothing. */
    public void giveName(long parentNodeId, Name name, long nodeId) {
        overflowing |= names.size() >= KEPT_MAX;
        if (overflowing && !allNames) {
            // All will expire at once. This attempt has recorded them, and those of earlier ones are in the table.
            return;
        }
        names.put(new GivenName(parentNodeId, name), new Given(nodeId));
    }

    /** The open attempt has made, moved or removed this name. */
    public void changeName(long parentNodeId, Name name) {
        ownNames.add(new GivenName(parentNodeId, name));
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
            // The kernel has dropped its inode, and attributes and pages with it.
            if (node.attributesGiven && !node.own) {
                used.put(nodeId, node.directory);
            }
            node.attributesGiven = false;
            node.pagesStand = false;
            node.pagesOfAttempt = 0;
        }
        dropIfForgotten(nodeId, node);
    }

    /** References that the kernel holds. */
    public long lookupsOf(long nodeId) {
        Node node = nodes.get(nodeId);
        return node == null ? 0 : node.lookups;
    }

    /**
     * The kernel was answered with attributes that it may keep, because somebody asked for them.
     *
     * @param own the open attempt has changed them
     */
    public void giveAttributes(long nodeId, boolean directory, boolean own) {
        Node node = node(nodeId);
        node.attributesGiven = true;
        node.directory = directory;
        node.own = own;
        node.attributesWanted = !own;
    }

    /** Whether attributes shall be given with a name of this inode, before they are asked for. */
    public boolean wantsAttributes(long nodeId) {
        Node node = nodes.get(nodeId);
        return node != null && node.attributesWanted;
    }

    /**
     * A file is opened.
     *
     * @param attempt counts all attempts of the mount, 1 and up
     * @return whether the kernel may keep the pages that it has: when an open of the same attempt has dropped what
     *     was older, or when they stand since an earlier one; then all of them count as read
     */
    public boolean open(long nodeId, long attempt, boolean writable, boolean direct) {
        Node node = node(nodeId);
        node.openFiles++;
        node.openWritable += writable ? 1 : 0;
        node.openDirect += direct ? 1 : 0;
        boolean keep = node.pagesOfAttempt == attempt || node.pagesStand;
        node.pagesOfAttempt = attempt;
        node.pagesStand = true;
        if (writable) {
            // Whoever writes may append blindly: the length is not to be looked at for it.
            node.attributesWanted = false;
        }
        return keep;
    }

    /** Whether the kernel may hold pages from an earlier attempt that are those of the present snapshot. */
    public boolean pagesStand(long nodeId, long attempt) {
        Node node = nodes.get(nodeId);
        return node != null && node.pagesStand && node.pagesOfAttempt != attempt && node.openFiles == 0;
    }

    /** The kernel is to drop the pages of an inode at its next open. */
    public void dropPages(long nodeId) {
        Node node = nodes.get(nodeId);
        if (node != null && node.openFiles == 0) {
            node.pagesStand = false;
        }
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
        nodes.forEach((nodeId, node) -> letGo(nodeId, node, attributes, pages));
        nodes.values().removeIf(Node::isForgotten);
        Holdings holdings = new Holdings(true, attributes, pages, List.copyOf(names.keySet()));
        names.clear();
        ownNames.clear();
        used.clear();
        overflowing = false;
        return holdings;
    }

    /**
     * Takes note that the kernel is about to forget what has changed, and says what that is. The rest stays.
     *
     * @param changes keys of all objects that differ from what the kernel was answered
     * @param withNames whether a change of a directory's inode may be one of who may search it: its names go too then
     */
    public Holdings takeChanged(List<ObjectKey> changes, boolean withNames) {
        if (overflowing || names.size() + nodes.size() > KEPT_MAX) {
            return takeHoldings();
        }
        Set<GivenName> lost = new HashSet<>();
        Set<Long> changed = new HashSet<>();
        for (ObjectKey key : changes) {
            switch (key) {
                case ObjectKey.DentryKey dentry -> lost.add(new GivenName(dentry.parent().value(), dentry.name()));
                case ObjectKey.InodeKey inode -> changed.add(inode.ino().value());
                case ObjectKey.BlockKey block -> changed.add(block.ino().value());
                case ObjectKey.XattrKey xattr -> changed.add(xattr.ino().value());
                case ObjectKey.QuotaKey quota -> { }
            }
        }
        lost.retainAll(names.keySet());
        lost.addAll(ownNames);
        names.forEach((name, given) -> {
            Node named = given.nodeId() == 0 ? null : nodes.get(given.nodeId());
            boolean forgotten = given.nodeId() != 0 && (named == null || named.lookups == 0);
            if (forgotten || withNames && changed.contains(name.parent())) {
                lost.add(name);
            }
        });
        names.keySet().removeAll(lost);
        List<Long> attributes = new ArrayList<>();
        List<Long> pages = new ArrayList<>();
        nodes.forEach((nodeId, node) -> {
            if (node.own || node.openFiles > 0 || changed.contains(nodeId)) {
                letGo(nodeId, node, attributes, pages);
            }
        });
        nodes.values().removeIf(Node::isForgotten);
        ownNames.clear();
        used.clear();
        return new Holdings(false, attributes, pages, List.copyOf(lost));
    }

    private static void letGo(long nodeId, Node node, List<Long> attributes, List<Long> pages) {
        if (node.openFiles > 0) {
            pages.add(nodeId);
        } else if (node.attributesGiven) {
            attributes.add(nodeId);
        }
        node.attributesGiven = false;
        node.own = false;
        node.pagesStand = false;
    }

    /**
     * What the kernel may have answered by itself in the open attempt, as reads: more than what was given in earlier
     * ones
     * does no harm, since that has been recorded.
     *
     * @param withSearch whether walking over a name depends on who may search its directory
     */
    public List<ReadKey> assumed(boolean withSearch) {
        List<ReadKey> keys = new ArrayList<>(names.size() + 3 * nodes.size());
        Set<Long> searched = new HashSet<>();
        names.forEach((name, given) -> {
            if (ownNames.contains(name)) {
                return;
            }
            Ino parent = new Ino(name.parent());
            keys.add(given.nodeId() == 0
                    ? new ReadKey.NameAbsent(parent, name.name())
                    : new ReadKey.NamePresent(parent, name.name()));
            if (withSearch && searched.add(name.parent())) {
                keys.add(new ReadKey.Identity(parent));
            }
        });
        nodes.forEach((nodeId, node) -> {
            if (node.attributesGiven && !node.own) {
                addAttributes(nodeId, node.directory, keys);
            }
        });
        used.forEach((nodeId, directory) -> addAttributes(nodeId, directory, keys));
        return keys;
    }

    private static void addAttributes(long nodeId, boolean directory, List<ReadKey> keys) {
        Ino ino = new Ino(nodeId);
        keys.add(new ReadKey.Identity(ino));
        if (!directory) {
            keys.add(new ReadKey.LengthExactly(ino));
            keys.add(new ReadKey.Links(ino));
        }
    }

    /**
     * What the kernel is to forget: node numbers ({@code pages} includes their attributes), and names.
     *
     * @param everything all names at once, if that is possible
     */
    public record Holdings(boolean everything, List<Long> attributes, List<Long> pages, List<GivenName> names) {}

    private Node node(long nodeId) {
        return nodes.computeIfAbsent(nodeId, key -> new Node());
    }

    private void dropIfForgotten(long nodeId, Node node) {
        if (node.isForgotten()) {
            nodes.remove(nodeId);
        }
    }
}
