package io.cffs.daemon.vfs;

import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.txn.LongTable;
import io.cffs.txn.ReadKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The inodes that the kernel knows, and what it may keep of each: names, absences, attributes, pages. What has not
 * changed stays from one attempt to the next, and counts as read in the next, whether it is used there or not
 * ({@link #assumed}): its uses do not come here.
 *
 * <p>Not safe for use by several threads: guarded by the session's lock.
 */
public final class NodeTable {
    /** Names and attributes that are kept at most: 10 MiB of them. With more, all are let go at the next attempt. */
    public static final int KEPT_MAX = 50_000;

    /** By inode number: {@link #LOOKUPS} and the bits after it. A word and no object, as there may be millions. */
    private final LongTable nodes = new LongTable();
    /** What is known beyond that of inodes that are open, or were. Each of them is among the nodes. */
    private final Map<Long, Opened> opened = new HashMap<>();
    private final GivenNames names = new GivenNames();
    /** Names that the open attempt has changed: what the kernel holds of them is its own idea. */
    private final Set<GivenName> ownNames = new HashSet<>();
    /** Given attributes of inodes that the kernel has forgotten since: it may have used them in the open attempt. */
    private final LongTable used = new LongTable();
    /** Inodes with {@link #OWN} attributes, and open ones: each end of an attempt looks at these, and what changed. */
    private final Set<Long> own = new HashSet<>();
    private final Set<Long> open = new HashSet<>();
    /** Inodes to which the kernel gave its last reference up in the open attempt: names of them may have to go. */
    private final Set<Long> forgotten = new HashSet<>();
    private final StatScan stats = new StatScan();

    /** The kernel cannot expire all names at once, so each has to be remembered. */
    private boolean allNames;
    private boolean overflowing;

    /** A name that the kernel was answered with, or whose absence it was told. */
    public record GivenName(long parent, Name name) {}

    /** References that the kernel holds: one per entry it was answered with. */
    private static final long LOOKUPS = (1L << 40) - 1;
    private static final long KNOWN = 1L << 40;
    /** The kernel may answer stat(2) by itself. */
    private static final long ATTRIBUTES_GIVEN = 1L << 41;
    private static final long DIRECTORY = 1L << 42;
    /** Attributes that the open attempt has changed, or may change yet. */
    private static final long OWN = 1L << 43;
    /** Somebody asks for its attributes, so they are given with its name. */
    private static final long ATTRIBUTES_WANTED = 1L << 44;

    private static final class Opened {
        int files;
        /** Of those that read and write past the page cache: a program may map these and change them so. */
        int mappable;
        /** The last attempt in which its data was opened through the page cache; 0 for none. */
        long pagesOfAttempt;
        /** The pages of that attempt are those of the present snapshot. */
        boolean pagesStand;
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
        names.put(new GivenName(parentNodeId, name), nodeId);
    }

    /** The open attempt has made, moved or removed this name. */
    public void changeName(long parentNodeId, Name name) {
        GivenName changed = new GivenName(parentNodeId, name);
        overflowing |= ownNames.size() >= KEPT_MAX;
        // Beyond, all will expire at once, and only what would else count as read has to be known.
        if (!overflowing || allNames || names.all().contains(changed)) {
            ownNames.add(changed);
        }
    }

    /** How many inodes the table knows. */
    public int size() {
        return nodes.size();
    }

    /** The kernel was, or is about to be, answered with an entry that names the inode. */
    public void countLookup(long nodeId) {
        long word = nodes.get(nodeId) | KNOWN;
        nodes.put(nodeId, lookups(word) == LOOKUPS ? word : word + 1);
    }

    private static long lookups(long word) {
        return word & LOOKUPS;
    }

    private static boolean has(long word, long bit) {
        return (word & bit) != 0;
    }

    /** The kernel gives references up; more than it holds are taken as all. */
    public void forget(long nodeId, long lookups) {
        long word = nodes.get(nodeId);
        if (word == 0) {
            return;
        }
        long left = Math.max(0, lookups(word) - lookups);
        word = word & ~LOOKUPS | left;
        if (left == 0) {
            if (names.knows(nodeId)) {
                forgotten.add(nodeId);
            }
            // The kernel has dropped its inode, and attributes and pages with it.
            if (has(word, ATTRIBUTES_GIVEN) && !has(word, OWN)) {
                used.put(nodeId, word);
            }
            word &= ~ATTRIBUTES_GIVEN;
            if (has(word, OWN)) {
                own.remove(nodeId);
            }
            Opened known = opened.get(nodeId);
            if (known != null) {
                known.pagesStand = false;
                known.pagesOfAttempt = 0;
            }
        }
        nodes.put(nodeId, unlessForgotten(nodeId, word));
    }

    /** References that the kernel holds. */
    public long lookupsOf(long nodeId) {
        return lookups(nodes.get(nodeId));
    }

    /**
     * The kernel was answered with attributes that it may keep, because somebody asked for them.
     *
     * @param changed by the open attempt
     */
    public void giveAttributes(long nodeId, boolean directory, boolean changed) {
        long word = nodes.get(nodeId) & ~(DIRECTORY | OWN | ATTRIBUTES_WANTED);
        nodes.put(nodeId, word | KNOWN | ATTRIBUTES_GIVEN | (directory ? DIRECTORY : 0)
                | (changed ? OWN : ATTRIBUTES_WANTED));
        if (changed) {
            own.add(nodeId);
        }
        stats.attributesGiven(nodeId);
    }

    /** Whether attributes shall be given with a name of this inode, before they are asked for. */
    public boolean wantsAttributes(long nodeId) {
        return has(nodes.get(nodeId), ATTRIBUTES_WANTED);
    }

    /** A name was looked up. @return as {@link #wantsAttributes}, or because a program looks at one after the other */
    public boolean lookedUp(long parentNodeId, long nodeId) {
        return stats.lookedUp(parentNodeId, nodeId) | wantsAttributes(nodeId);
    }

    /**
     * A file is opened.
     *
     * @param attempt counts all attempts of the mount, 1 and up
     * @return whether the kernel may keep the pages that it has: when an open of the same attempt has dropped what
     *     was older, or when they stand since an earlier one; then all of them count as read
     */
    public boolean open(long nodeId, long attempt, boolean writable, boolean direct) {
        Opened known = opened.computeIfAbsent(nodeId, _ -> new Opened());
        known.files++;
        known.mappable += writable && direct ? 1 : 0;
        boolean keep = known.pagesOfAttempt == attempt || known.pagesStand;
        known.pagesOfAttempt = attempt;
        known.pagesStand = true;
        open.add(nodeId);
        stats.opened(nodeId);
        // Whoever writes may append blindly: the length is not to be looked at for it.
        nodes.put(nodeId, (nodes.get(nodeId) | KNOWN) & ~(writable ? ATTRIBUTES_WANTED : 0));
        return keep;
    }

    /** Whether the kernel may hold pages from an earlier attempt that are those of the present snapshot. */
    public boolean pagesStand(long nodeId, long attempt) {
        Opened known = opened.get(nodeId);
        return known != null && known.pagesStand && known.pagesOfAttempt != attempt && known.files == 0;
    }

    /** The kernel is to drop the pages of an inode at its next open. */
    public void dropPages(long nodeId) {
        Opened known = opened.get(nodeId);
        if (known != null && known.files == 0) {
            known.pagesStand = false;
        }
    }

    public void release(long nodeId, boolean writable, boolean direct) {
        Opened known = opened.get(nodeId);
        if (known == null) {
            return;
        }
        known.files = Math.max(0, known.files - 1);
        known.mappable = Math.max(0, known.mappable - (writable && direct ? 1 : 0));
        if (known.files == 0) {
            open.remove(nodeId);
            if (opened.size() > KEPT_MAX) {
                // The kernel drops the pages when the file is opened next.
                opened.remove(nodeId);
            }
        }
        nodes.put(nodeId, unlessForgotten(nodeId, nodes.get(nodeId)));
    }

    public boolean isOpen(long nodeId) {
        return open.contains(nodeId);
    }

    /** Inodes with files that may be mapped for writing: changed pages of theirs may still be on their way. */
    public List<Long> mappable() {
        return open.stream().filter(nodeId -> opened.get(nodeId).mappable > 0).toList();
    }

    /**
     * Takes note that the kernel is about to forget everything, and says what it has to be told.
     *
     * @return inodes whose attributes it may hold, inodes that are open, so that pages may be used or mapped, and names
     */
    public Holdings takeHoldings() {
        List<Long> attributes = new ArrayList<>();
        List<Long> pages = new ArrayList<>();
        nodes.updateAll((nodeId, word) -> letGo(nodeId, word, attributes, pages));
        ownNames.addAll(names.all());
        Holdings holdings = new Holdings(true, attributes, pages, List.copyOf(ownNames));
        names.clear();
        overflowing = false;
        beginAttempt();
        return holdings;
    }

    private void beginAttempt() {
        ownNames.clear();
        used.clear();
        own.clear();
        forgotten.clear();
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
        lost.retainAll(names.all());
        lost.addAll(ownNames);
        boolean withSearch = withNames && !changed.isEmpty();
        // In a mount that keeps thousands of names most attempts lose a few: no walk over all of them for these.
        for (long nodeId : forgotten) {
            if (lookupsOf(nodeId) == 0) {
                names.removeNamesOf(nodeId, lost);
            }
        }
        if (withSearch) {
            names.forEach((name, nodeId) -> {
                if (changed.contains(name.parent())) {
                    lost.add(name);
                }
            });
        }
        names.removeAll(lost);
        List<Long> attributes = new ArrayList<>();
        List<Long> pages = new ArrayList<>();
        changed.addAll(own);
        changed.addAll(open);
        for (long nodeId : changed) {
            long word = nodes.get(nodeId);
            if (word != 0) {
                nodes.put(nodeId, letGo(nodeId, word, attributes, pages));
            }
        }
        beginAttempt();
        return new Holdings(false, attributes, pages, List.copyOf(lost));
    }

    private long letGo(long nodeId, long word, List<Long> attributes, List<Long> pages) {
        Opened known = opened.get(nodeId);
        if (isOpen(nodeId)) {
            pages.add(nodeId);
        } else if (has(word, ATTRIBUTES_GIVEN)) {
            attributes.add(nodeId);
        }
        if (known != null) {
            known.pagesStand = false;
        }
        return unlessForgotten(nodeId, word & ~(ATTRIBUTES_GIVEN | OWN));
    }

    /**
     * What the kernel may have answered by itself in the open attempt, as reads: more than what was given in earlier
     * ones does no harm, since that has been recorded.
     *
     * @param withSearch whether walking over a name depends on who may search its directory
     */
    public List<ReadKey> assumed(boolean withSearch) {
        List<ReadKey> keys = new ArrayList<>(names.size() + 3 * nodes.size());
        Set<Long> searched = new HashSet<>();
        names.forEach((name, nodeId) -> {
            if (ownNames.contains(name)) {
                return;
            }
            Ino parent = new Ino(name.parent());
            keys.add(nodeId == 0
                    ? new ReadKey.NameAbsent(parent, name.name())
                    : new ReadKey.NamePresent(parent, name.name()));
            if (withSearch && searched.add(name.parent())) {
                keys.add(new ReadKey.Identity(parent));
            }
        });
        nodes.forEach((nodeId, word) -> {
            if (has(word, ATTRIBUTES_GIVEN) && !has(word, OWN)) {
                addAttributes(nodeId, has(word, DIRECTORY), keys);
            }
        });
        used.forEach((nodeId, word) -> addAttributes(nodeId, has(word, DIRECTORY), keys));
        return keys;
    }

    /** No fewer than the reads of {@link #assumed}, without a walk over them. */
    public int assumedMost() {
        return 2 * names.size() + 3 * (nodes.size() + used.size());
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
     * @param everything all that it knows; of more than {@link #KEPT_MAX} names not all are among them
     */
    public record Holdings(boolean everything, List<Long> attributes, List<Long> pages, List<GivenName> names) {}

    /** The word, or 0 when there is nothing left to know of the inode. */
    private long unlessForgotten(long nodeId, long word) {
        if (lookups(word) > 0 || has(word, ATTRIBUTES_GIVEN) || isOpen(nodeId)) {
            return word;
        }
        opened.remove(nodeId);
        return 0;
    }
}
