package io.cffs.daemon.cache;

import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.StoredObject.DentryObject;
import io.cffs.txn.port.DirectoryPage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The parts of one directory that have been listed, each a run of names without gaps. So it also answers whether a name
 * exists, without having been asked for it before. Immutable.
 */
final class Listing {
    /** A directory that grows beyond this keeps its newest part only. */
    private static final int WEIGHT_BYTES_MAX = 4 * 1024 * 1024;

    static final Listing EMPTY = new Listing(List.of());

    private final List<Part> parts;
    private final int weightBytes;

    private Listing(List<Part> parts) {
        this.parts = parts;
        this.weightBytes = parts.stream().mapToInt(Part::weightBytes).sum();
    }

    int weightBytes() {
        return weightBytes;
    }

    boolean isEmpty() {
        return parts.isEmpty();
    }

    /** This and a page that was asked for with {@code after} (null: from the start). */
    Listing with(Name after, DirectoryPage page) {
        Part added = Part.of(after, page);
        List<Part> merged = new ArrayList<>(parts.size() + 1);
        if (weightBytes + added.weightBytes() <= WEIGHT_BYTES_MAX) {
            parts.stream().filter(part -> compareStarts(part.after, after) != 0).forEach(merged::add);
        }
        merged.add(added);
        merged.sort(Comparator.comparing(part -> part.after, Listing::compareStarts));
        return new Listing(List.copyOf(merged));
    }

    /** This without the parts that say anything about {@code name}. */
    Listing without(Name name) {
        List<Part> kept = parts.stream().filter(part -> !part.covers(name)).toList();
        return kept.size() == parts.size() ? this : new Listing(kept);
    }

    /** Whether the name is there; null when this does not know. */
    Answer lookup(Name name) {
        Part part = lastStartingBefore(name);
        if (part == null || !part.covers(name)) {
            return null;
        }
        int index = Arrays.binarySearch(part.names, name);
        return new Answer(index < 0 ? null : new DentryObject(part.inos[index], part.types[index]));
    }

    /** A name of the inode; null when no part that is listed has one. */
    Name nameOf(Ino ino) {
        for (Part part : parts) {
            int index = Arrays.asList(part.inos).indexOf(ino);
            if (index >= 0) {
                return part.names[index];
            }
        }
        return null;
    }

    /** At least one name after {@code after} or the knowledge that there is none; at most {@code limit}. Else null. */
    Run after(Name after, int limit) {
        Part part = lastStartingAtOrBefore(after);
        if (part == null || !part.reachesBeyond(after)) {
            return null;
        }
        int from = 0;
        if (after != null) {
            int index = Arrays.binarySearch(part.names, after);
            from = index < 0 ? -index - 1 : index + 1;
        }
        int to = Math.min(part.names.length, from + limit);
        return new Run(part, from, to);
    }

    private Part lastStartingBefore(Name name) {
        Part best = null;
        for (Part part : parts) {
            if (part.after != null && part.after.compareTo(name) >= 0) {
                break;
            }
            best = part;
        }
        return best;
    }

    private Part lastStartingAtOrBefore(Name after) {
        Part best = null;
        for (Part part : parts) {
            if (compareStarts(part.after, after) > 0) {
                break;
            }
            best = part;
        }
        return best;
    }

    private static int compareStarts(Name left, Name right) {
        if (left == null || right == null) {
            return Boolean.compare(left != null, right != null);
        }
        return left.compareTo(right);
    }

    /** {@code dentry} is null when there is no such name. */
    record Answer(DentryObject dentry) {}

    /** Entries {@code from} (inclusive) to {@code to} (exclusive) of a part. */
    record Run(Part part, int from, int to) {
        int size() {
            return to - from;
        }

        Name name(int index) {
            return part.names[from + index];
        }

        Ino ino(int index) {
            return part.inos[from + index];
        }

        FileType type(int index) {
            return part.types[from + index];
        }

        boolean complete() {
            return part.complete && to == part.names.length;
        }
    }

    /** All names after {@code after} up to the last one here, and up to the end if {@code complete}. */
    private static final class Part {
        private final Name after;
        private final Name[] names;
        private final Ino[] inos;
        private final FileType[] types;
        private final boolean complete;

        private Part(Name after, Name[] names, Ino[] inos, FileType[] types, boolean complete) {
            this.after = after;
            this.names = names;
            this.inos = inos;
            this.types = types;
            this.complete = complete;
        }

        static Part of(Name after, DirectoryPage page) {
            List<DirectoryPage.Entry> entries = page.entries();
            return new Part(
                    after,
                    entries.stream().map(DirectoryPage.Entry::name).toArray(Name[]::new),
                    entries.stream().map(DirectoryPage.Entry::ino).toArray(Ino[]::new),
                    entries.stream().map(DirectoryPage.Entry::type).toArray(FileType[]::new),
                    page.complete());
        }

        boolean covers(Name name) {
            return (after == null || after.compareTo(name) < 0) && (complete || name.compareTo(last()) <= 0);
        }

        boolean reachesBeyond(Name start) {
            return complete || start == null || start.compareTo(last()) < 0;
        }

        private Name last() {
            return names[names.length - 1];
        }

        int weightBytes() {
            int sum = 128;
            for (Name name : names) {
                sum += 72 + name.lengthBytes();
            }
            return sum;
        }
    }
}
