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
 * What an attempt has read, kept small: per inode a word of flags, and only where they are needed the longest length
 * relied on, merged page ranges and the names that were asked for. So an inode that was only looked at costs 32 to 64
 * bytes: the reads of {@code ls -l} of a million names stay below 64 MiB. A key that another one implies is not sent: a
 * listing covers the names and the emptiness of its directory, an exact length covers a minimum.
 *
 * <p>Bounded: when it would hold more than {@code keysMax} keys it widens, largest first: the page ranges of a file
 * become one range, the names of a directory become its listing. That invents conflicts but never loses one.
 *
 * <p>Not thread-safe; belongs to one {@link Transaction}.
 */
public final class ReadSet {
    private static final long IDENTITY = 1;
    private static final long LENGTH_EXACTLY = 1 << 1;
    private static final long LINKS = 1 << 2;
    private static final long PARENT = 1 << 3;
    private static final long LISTING = 1 << 4;
    private static final long EMPTINESS = 1 << 5;
    private static final long TIMES = 1 << 6;
    private static final long XATTR_LIST = 1 << 7;
    /** The bit of the first of {@link #commonXattrs}. */
    private static final int COMMON_XATTRS_SHIFT = 8;
    /** As many as there are bits left. Programs ask every file for the same few. */
    private static final int COMMON_XATTRS_MAX = 48;
    private static final int KEY_REQUEST_BYTES = 8;
    private static final int KEY_HEAP_BYTES = 104;
    /** Of inodes of which something beyond flags was read. */
    private static final long PRESENT = 1L << 63;

    private final LongTable flags = new LongTable();
    private final List<Name> commonXattrs = new ArrayList<>();
    private final Map<Ino, InodeReads> byIno = new HashMap<>();
    private final int keysMax;
    /** Most requests are about the same inode as the one before. */
    private Ino lastIno;
    private InodeReads lastReads;
    private int keyCount;
    private long nameBytes;
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
        int common = commonXattrs.indexOf(name);
        if (common < 0 && commonXattrs.size() < COMMON_XATTRS_MAX) {
            common = commonXattrs.size();
            commonXattrs.add(name);
        }
        if (common >= 0) {
            flag(ino, 1L << COMMON_XATTRS_SHIFT + common);
            return;
        }
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
        if ((flags.get(directory.value()) & LISTING) != 0) {
            return;
        }
        InodeReads reads = of(directory);
        if (reads.names == null) {
            reads.names = new HashMap<>();
        }
        if (reads.names.put(name, present) == null) {
            reads.nameBytes += name.lengthBytes();
            nameBytes += name.lengthBytes();
            grown(1);
        }
    }

    boolean hasLengthExactly(Ino ino) {
        return (flags.get(ino.value()) & LENGTH_EXACTLY) != 0;
    }

    /** Every key, by ascending inode number. */
    public List<ReadKey> keys() {
        if (keyCount > keysMax) {
            widen();
        }
        byIno.keySet().forEach(ino -> flags.put(ino.value(), flags.get(ino.value()) | PRESENT));
        List<ReadKey> keys = new ArrayList<>(Math.max(16, keyCount));
        for (long number : flags.sortedKeys()) {
            Ino ino = new Ino(number);
            InodeReads reads = byIno.getOrDefault(ino, InodeReads.NONE);
            reads.collect(ino, flags.get(number), keys);
            for (int i = 0; i < commonXattrs.size(); i++) {
                if ((flags.get(number) & 1L << COMMON_XATTRS_SHIFT + i) != 0) {
                    keys.add(new ReadKey.Xattr(ino, commonXattrs.get(i)));
                }
            }
        }
        return keys;
    }

    private void flag(Ino ino, long flag) {
        long before = flags.get(ino.value());
        if ((before & flag) != 0) {
            return;
        }
        flags.put(ino.value(), before | flag);
        int implied = 0;
        if (flag == LISTING && byIno.get(ino) instanceof InodeReads reads && reads.names != null) {
            implied = reads.names.size();
            nameBytes -= reads.nameBytes;
            reads.forgetNames();
        }
        grown(1 - implied);
    }

    private InodeReads of(Ino ino) {
        if (lastReads == null || !ino.equals(lastIno)) {
            lastIno = ino;
            lastReads = byIno.computeIfAbsent(ino, InodeReads::new);
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
            nameBytes -= reads.nameBytes;
            if (reads.widen()) {
                flags.put(reads.ino.value(), flags.get(reads.ino.value()) | LISTING);
            }
            keyCount -= saving;
        }
    }

    /** What the keys take in a request, roughly. */
    long requestBytes() {
        return (long) KEY_REQUEST_BYTES * keyCount + nameBytes;
    }

    /** What the keys take on the heap, here and in a request, roughly. */
    long heapBytes() {
        return (long) KEY_HEAP_BYTES * keyCount + 2 * nameBytes;
    }

    private static final class InodeReads {
        private static final InodeReads NONE = new InodeReads(null);

        private final Ino ino; // null for none
        private long lengthAtLeast;
        private PageRanges pages;
        private Map<Name, Boolean> names;
        private long nameBytes;
        private Set<Name> xattrs;

        InodeReads(Ino ino) {
            this.ino = ino;
        }

        void forgetNames() {
            names = null;
            nameBytes = 0;
        }

        /** How many keys widening takes away. */
        int saving() {
            int ranges = pages == null ? 0 : pages.count() - 1;
            int named = names == null ? 0 : names.size() - 1;
            return ranges + named;
        }

        /** Whether the listing stands for the names now. */
        boolean widen() {
            if (pages != null) {
                pages.widen();
            }
            boolean hadNames = names != null;
            forgetNames();
            return hadNames;
        }

        void collect(Ino ino, long flags, List<ReadKey> keys) {
            collectNames(ino, flags, keys);
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
            if (pages != null) {
                pages.forEach((first, last) -> keys.add(new ReadKey.Pages(ino, first, last)));
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

        private void collectNames(Ino ino, long flags, List<ReadKey> keys) {
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
