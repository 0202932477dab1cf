package io.cffs.daemon.cache;

import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.txn.SnapshotMiss.Wanted.DirectoryListing;
import io.cffs.txn.port.DirectoryPage;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Notices programs that go through a directory name by name, as a build, an archiver or {@code git status} does, and
 * has its names fetched together instead of a round trip each; and those that read its small files one after the other,
 * whose contents it has fetched together. A guess: who looks names up in no order is found out after a page or two.
 *
 * <p>Of one attempt, and bounded: the directories used last. Guarded by the session lock.
 */
final class DirectoryScans {
    /** So many names are fetched one by one at first. */
    static final int SINGLE_NAMES = 4;
    /** A page was worth it when it has answered so many look-ups; else the next one takes twice as many misses. */
    private static final int WORTH_ANSWERS = 32;
    private static final int SINGLE_NAMES_MAX = 4096;
    /** Names in the first page; twice as many in each after one that was worth it. */
    static final int PAGE_NAMES = 128;
    private static final int PAGE_NAMES_MAX = DirectoryPage.ENTRIES_MAX / 2;
    private static final int DIRECTORIES_MAX = 32;
    /** Files whose contents are fetched together: a mebibyte at most, as a look-up brings no larger one along. */
    static final int CONTENTS_MAX = 32;
    /** Who reads one file after the other leaves out so many at most. */
    private static final int NEARBY = 4;

    private final Map<Ino, Scan> scans = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Ino, Scan> eldest) {
            return size() > DIRECTORIES_MAX;
        }
    };
    private Ino latest; // the directory that was looked at last; null before the first

    private static final class Scan {
        private int misses;
        private int missesPerPage = SINGLE_NAMES;
        private int pageNames = PAGE_NAMES;
        private int answered;
        private boolean paged;
        private int contents = 1;
        private Name readTo;
    }

    /**
     * Neither a name of the directory nor its absence is known.
     *
     * @param directory its inode; null when that is not at hand
     * @return what to fetch instead of this name alone; null for nothing
     */
    DirectoryListing missed(Ino parent, Name name, Inode directory) {
        Scan scan = at(parent);
        boolean wasWorthIt = scan.paged && scan.answered >= WORTH_ANSWERS;
        if (++scan.misses < scan.missesPerPage && !wasWorthIt) {
            return null;
        }
        if (wasWorthIt) {
            scan.pageNames = Math.min(PAGE_NAMES_MAX, scan.pageNames * 2);
        } else if (scan.paged) {
            scan.missesPerPage = Math.min(SINGLE_NAMES_MAX, scan.missesPerPage * 2);
        }
        scan.paged = true;
        scan.misses = 0;
        scan.answered = 0;
        // The size of a directory is the count of its names.
        boolean small = directory != null && directory.sizeBytes() <= scan.pageNames;
        return new DirectoryListing(parent, small ? null : before(name), scan.pageNames);
    }

    /** A look-up was answered by what is listed of the directory. */
    void answered(Ino parent) {
        at(parent).answered++;
    }

    /** The directory was listed. */
    void listed(Ino directory) {
        at(directory);
    }

    /** The directory that a file which is read now probably is in; null when there is no telling. */
    Ino latest() {
        return latest;
    }

    /**
     * The content of a file in {@link #latest} is not at hand.
     *
     * @param name the file's
     * @param known what is listed of the directory
     * @return the files after it whose contents to fetch along; null for none
     */
    Listing.Run contentsMissed(Name name, Listing known) {
        Scan scan = scans.get(latest);
        boolean goesOn = scan.readTo != null && has(known.after(scan.readTo, NEARBY), name);
        scan.contents = goesOn ? Math.min(CONTENTS_MAX, scan.contents * 2) : 1;
        Listing.Run more = scan.contents > 1 ? known.after(name, scan.contents - 1) : null;
        scan.readTo = more == null || more.size() == 0 ? name : more.name(more.size() - 1);
        return more;
    }

    private static boolean has(Listing.Run run, Name name) {
        for (int i = 0; run != null && i < run.size(); i++) {
            if (run.name(i).equals(name)) {
                return true;
            }
        }
        return false;
    }

    private Scan at(Ino directory) {
        latest = directory;
        return scans.computeIfAbsent(directory, _ -> new Scan());
    }

    /** A name before this one, after which what begins like it comes; null: the start of the directory. */
    private static Name before(Name name) {
        byte[] bytes = name.toBytes();
        try {
            return Name.of(Arrays.copyOf(bytes, bytes.length - 1));
        } catch (FsException tooShort) {
            return null;
        }
    }
}
