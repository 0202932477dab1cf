package io.cffs.txn;

import io.cffs.model.Blocks;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an attempt has read, kept small: per inode a word of flags, the longest length relied on, merged page ranges and
 * the names that were asked for. A key that another one implies is not sent: a listing covers the names and the
 * emptiness of its directory, an exact length covers a minimum.
 *
 * <p>Bounded: when it would hold more than {@code keysMax} keys it widens, largest first: the page ranges of a file
 * become one range, the names of a directory become its listing. That invents conflicts but never loses one.
 *
 * <p>Not thread-safe; belongs to one {@link Transaction}.
 */
public final class ReadSet {
    private static final int IDENTITY = 1;
    private static final int LENGTH_EXACTLY = 1 << 1;
    private static final int LINKS = 1 << 2;
    private static final int PARENT = 1 << 3;
    private static final int LISTING = 1 << 4;
    private static final int EMPTINESS = 1 << 5;
    private static final int TIMES = 1 << 6;
    private static final int XATTR_LIST = 1 << 7;

    private final Map<Ino, InodeReads> byIno = new HashMap<>();
    private final int keysMax;
    /** Most requests are about the same inode as the one before. */
    private Ino lastIno;
    private InodeReads lastReads;
    private int keyCount;
    private int widenAbove;

    ReadSet(int keysMax) {
        this.keysMax = keysMax;
        this.widenAbove = keysMax;
    }

    void identity(Ino ino) {
        flag(ino, IDENTITY);
    }

    void lengthExactly(Ino ino) {
        flag(ino, LENGTH_EXACTLY);
    }

    void links(Ino ino) {
        flag(ino, LINKS);
    }

    void parent(Ino ino) {
        flag(ino, PARENT);
    }

    void listing(Ino ino) {
        flag(ino, LISTING);
    }

    void emptiness(Ino ino) {
        flag(ino, EMPTINESS);
    }

    void times(Ino ino) {
        flag(ino, TIMES);
    }

    void xattrList(Ino ino) {
        flag(ino, XATTR_LIST);
    }

    void xattr(Ino ino, Name name) {
        InodeReads reads = of(ino);
        if (reads.xattrs == null) {
            reads.xattrs = new TreeSet<>();
        }
        if (reads.xattrs.add(name)) {
            grown(1);
        }
    }

    /** @param bytes 1 and up */
    void lengthAtLeast(Ino ino, long bytes) {
        InodeReads reads = of(ino);
        if (reads.lengthAtLeast == 0) {
            grown(1);
        }
        reads.lengthAtLeast = Math.max(reads.lengthAtLeast, bytes);
    }

    void pages(Ino ino, long firstPage, long lastPage) {
        InodeReads reads = of(ino);
        if (reads.pages == null) {
            reads.pages = new PageRanges();
        }
        int before = reads.pages.count();
        reads.pages.add(firstPage, lastPage);
        grown(reads.pages.count() - before);
    }

    /** Every byte of a file that {@link Transaction#isAsStored} matters, and that there are no more. */
    public void wholeFile(Inode file) {
        lengthExactly(file.ino());
        if (file.sizeBytes() > 0) {
            pages(file.ino(), 0, Blocks.pageOf(file.sizeBytes() - 1));
        }
    }

    void name(Ino directory, Name name, boolean present) {
        InodeReads reads = of(directory);
        if ((reads.flags & LISTING) != 0) {
            return;
        }
        if (reads.names == null) {
            reads.names = new HashMap<>();
        }
        if (reads.names.put(name, present) == null) {
            grown(1);
        }
    }

    boolean hasLengthExactly(Ino ino) {
        InodeReads reads = byIno.get(ino);
        return reads != null && (reads.flags & LENGTH_EXACTLY) != 0;
    }

    /** Every key, by ascending inode number. */
    public List<ReadKey> keys() {
        if (keyCount > keysMax) {
            widen();
        }
        List<Ino> order = new ArrayList<>(byIno.keySet());
        order.sort(null);
        List<ReadKey> keys = new ArrayList<>(Math.max(16, keyCount));
        for (Ino ino : order) {
            byIno.get(ino).collect(ino, keys);
        }
        return keys;
    }

    private void flag(Ino ino, int flag) {
        InodeReads reads = of(ino);
        if ((reads.flags & flag) != 0) {
            return;
        }
        reads.flags |= flag;
        int implied = 0;
        if (flag == LISTING && reads.names != null) {
            implied = reads.names.size();
            reads.names = null;
        }
        grown(1 - implied);
    }

    private InodeReads of(Ino ino) {
        if (lastReads == null || !ino.equals(lastIno)) {
            lastIno = ino;
            lastReads = byIno.computeIfAbsent(ino, _ -> new InodeReads());
        }
        return lastReads;
    }

    private void grown(int by) {
        keyCount += by;
        if (by > 0 && keyCount > widenAbove) {
            widen();
            // A set that cannot be narrowed enough is not walked again for every further key.
            widenAbove = Math.max(keysMax, keyCount + keyCount / 4);
        }
    }

    /** Halves the set where it can. */
    private void widen() {
        List<InodeReads> largestFirst = new ArrayList<>(byIno.values());
        largestFirst.sort(Comparator.comparingInt(InodeReads::saving).reversed());
        for (InodeReads reads : largestFirst) {
            int saving = reads.saving();
            if (saving <= 0 || keyCount <= keysMax / 2) {
                return;
            }
            reads.widen();
            keyCount -= saving;
        }
    }

    private static final class InodeReads {
        private int flags;
        private long lengthAtLeast;
        private PageRanges pages;
        private Map<Name, Boolean> names;
        private Set<Name> xattrs;

        /** How many keys widening takes away. */
        int saving() {
            int ranges = pages == null ? 0 : pages.count() - 1;
            int named = names == null ? 0 : names.size() - 1;
            return ranges + named;
        }

        void widen() {
            if (pages != null) {
                pages.widen();
            }
            if (names != null) {
                names = null;
                flags |= LISTING;
            }
        }

        void collect(Ino ino, List<ReadKey> keys) {
            collectNames(ino, keys);
            if ((flags & IDENTITY) != 0) {
                keys.add(new ReadKey.Identity(ino));
            }
            if ((flags & LENGTH_EXACTLY) != 0) {
                keys.add(new ReadKey.LengthExactly(ino));
            } else if (lengthAtLeast > 0) {
                keys.add(new ReadKey.LengthAtLeast(ino, lengthAtLeast));
            }
            if ((flags & LINKS) != 0) {
                keys.add(new ReadKey.Links(ino));
            }
            if ((flags & PARENT) != 0) {
                keys.add(new ReadKey.Parent(ino));
            }
            for (int i = 0; pages != null && i < pages.count(); i++) {
                keys.add(new ReadKey.Pages(ino, pages.first(i), pages.last(i)));
            }
            if ((flags & TIMES) != 0) {
                keys.add(new ReadKey.Times(ino));
            }
            if ((flags & XATTR_LIST) != 0) {
                keys.add(new ReadKey.XattrList(ino));
            }
            if (xattrs != null) {
                xattrs.forEach(name -> keys.add(new ReadKey.Xattr(ino, name)));
            }
        }

        private void collectNames(Ino ino, List<ReadKey> keys) {
            if ((flags & LISTING) != 0) {
                keys.add(new ReadKey.Listing(ino));
                return;
            }
            if (names != null) {
                names.forEach((name, present) -> keys.add(
                        present ? new ReadKey.NamePresent(ino, name) : new ReadKey.NameAbsent(ino, name)));
            }
            if ((flags & EMPTINESS) != 0) {
                keys.add(new ReadKey.Emptiness(ino));
            }
        }
    }
}
