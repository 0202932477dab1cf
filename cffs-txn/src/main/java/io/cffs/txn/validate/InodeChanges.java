package io.cffs.txn.validate;

import io.cffs.model.Name;
import io.cffs.txn.ReadKey;
import io.cffs.txn.validate.WriteFootprint.Change;
import io.cffs.txn.validate.WriteFootprint.Field;
import io.cffs.txn.validate.WriteFootprint.NameChange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;

/**
 * When what of one inode was last changed. Timestamps as plain numbers, -1 for never. Changes come in with ascending
 * timestamps, so the last one that is noted is the newest, and the newest decides: a key is stale when the newest
 * change of what it names is after the snapshot.
 */
final class InodeChanges {
    private static final long NEVER = -1;

    // Most inodes of a large commit are changed by it alone, so there is an array only when fields have changed twice.
    private Set<Field> fieldsAtOnce = Set.of();
    private long fieldsAtOnceAt = NEVER;
    private long[] fields; // null while what changed at once says it all
    // Most inodes have few kinds of changes, so the collections are made when they are needed.
    private Map<Name, Long> names = Map.of();
    private Map<Name, Long> xattrs = Map.of();
    /** First page to the run that starts there; runs do not overlap, the newest writer of each page owns it. */
    private NavigableMap<Long, Run> pages = Collections.emptyNavigableMap();
    /**
     * Cuts with ascending timestamps and ascending lengths: an older cut that is not shorter than a younger one
     * decides nothing, because whoever it collides with the younger one collides with too.
     */
    private List<Cut> cuts = List.of();
    private long anyName = NEVER;
    private long nameAddedOrRemoved = NEVER;
    private long xattrAddedOrRemoved = NEVER;
    private long length = NEVER;
    private long anyPage = NEVER;
    private long newest = NEVER;

    private record Run(long lastPage, long at) {}

    private record Cut(long at, long toBytes) {}

    long newest() {
        return newest;
    }

    /** @param at one object for all changes of a commit: there may be a million names, each of which refers to it */
    void add(Change change, Long at) {
        newest = at;
        switch (change) {
            case Change.OfName name -> {
                names = names.isEmpty() ? new HashMap<>(4) : names;
                names.put(name.name(), at);
                anyName = at;
                if (name.kind() != NameChange.REPLACED) {
                    nameAddedOrRemoved = at;
                }
            }
            case Change.OfFields changed -> addFields(changed.fields(), at);
            case Change.OfLength changed -> {
                length = at;
                if (changed.cutToBytes() >= 0) {
                    addCut(new Cut(at, changed.cutToBytes()));
                }
            }
            case Change.OfPages run -> {
                anyPage = at;
                pages = pages.isEmpty() ? new TreeMap<>() : pages;
                free(run.firstPage(), run.lastPage());
                pages.put(run.firstPage(), new Run(run.lastPage(), at));
            }
            case Change.OfXattr xattr -> {
                xattrs = xattrs.isEmpty() ? new HashMap<>(4) : xattrs;
                xattrs.put(xattr.name(), at);
                if (xattr.kind() != NameChange.REPLACED) {
                    xattrAddedOrRemoved = at;
                }
            }
        }
    }

    private void addFields(Set<Field> changed, long at) {
        if (fields == null && fieldsAtOnce.isEmpty()) {
            fieldsAtOnce = changed;
            fieldsAtOnceAt = at;
            return;
        }
        if (fields == null) {
            fields = new long[Field.values().length];
            Arrays.fill(fields, NEVER);
            fieldsAtOnce.forEach(field -> fields[field.ordinal()] = fieldsAtOnceAt);
        }
        changed.forEach(field -> fields[field.ordinal()] = at);
    }

    private long changedAt(Field field) {
        if (fields == null) {
            return fieldsAtOnce.contains(field) ? fieldsAtOnceAt : NEVER;
        }
        return fields[field.ordinal()];
    }

    private void addCut(Cut cut) {
        while (!cuts.isEmpty() && cuts.getLast().toBytes() >= cut.toBytes()) {
            cuts.removeLast();
        }
        cuts = cuts.isEmpty() ? new ArrayList<>(2) : cuts;
        cuts.add(cut);
    }

    /** Takes pages away from the runs that own them now. */
    private void free(long first, long last) {
        Map.Entry<Long, Run> left = pages.lowerEntry(first);
        if (left != null && left.getValue().lastPage() >= first) {
            Run run = left.getValue();
            pages.put(left.getKey(), new Run(first - 1, run.at()));
            if (run.lastPage() > last) {
                pages.put(last + 1, run);
            }
        }
        var covered = pages.subMap(first, true, last, true);
        if (covered.isEmpty()) {
            return;
        }
        Run lastRun = covered.lastEntry().getValue();
        covered.clear();
        if (lastRun.lastPage() > last) {
            pages.put(last + 1, lastRun);
        }
    }

    /** Forgets a change of a commit that leaves the window, unless a younger commit owns its place. */
    void forget(Change change, long at) {
        switch (change) {
            case Change.OfName name -> names.remove(name.name(), at);
            case Change.OfXattr xattr -> xattrs.remove(xattr.name(), at);
            case Change.OfPages run ->
                    pages.subMap(run.firstPage(), true, run.lastPage(), true).values()
                            .removeIf(owner -> owner.at() == at);
            case Change.OfLength changed -> {
                if (!cuts.isEmpty() && cuts.getFirst().at() <= at) {
                    cuts.removeFirst();
                }
            }
            case Change.OfFields changed -> { }
        }
    }

    /** The timestamp of a change after {@code snapshot} that collides; -1 when there is none. */
    long collisionAfter(ReadKey key, long snapshot) {
        long died = changedAt(Field.EXISTENCE);
        if (died > snapshot) {
            return died;
        }
        long changed = switch (key) {
            case ReadKey.NamePresent present -> names.getOrDefault(present.name(), NEVER);
            case ReadKey.NameAbsent absent -> names.getOrDefault(absent.name(), NEVER);
            case ReadKey.Listing listing -> anyName;
            case ReadKey.Emptiness emptiness -> nameAddedOrRemoved;
            case ReadKey.Identity identity -> changedAt(Field.IDENTITY);
            case ReadKey.Links links -> changedAt(Field.LINKS);
            case ReadKey.Parent parent -> changedAt(Field.PARENT);
            case ReadKey.Times times -> changedAt(Field.TIMES);
            case ReadKey.AnyChange any -> throw new AssertionError("no change of one inode");
            case ReadKey.LengthExactly exactly -> length;
            case ReadKey.LengthAtLeast least -> cutBelow(least.bytes(), snapshot);
            case ReadKey.Pages read -> pageWritten(read, snapshot);
            case ReadKey.Xattr xattr -> xattrs.getOrDefault(xattr.name(), NEVER);
            case ReadKey.XattrList list -> xattrAddedOrRemoved;
        };
        return changed > snapshot ? changed : NEVER;
    }

    private long cutBelow(long bytes, long snapshot) {
        // Lengths ascend: of the cuts after the snapshot the first is the shortest.
        int low = 0;
        int high = cuts.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cuts.get(middle).at() > snapshot) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low < cuts.size() && cuts.get(low).toBytes() < bytes ? cuts.get(low).at() : NEVER;
    }

    private long pageWritten(ReadKey.Pages read, long snapshot) {
        if (anyPage <= snapshot) {
            return NEVER;
        }
        Map.Entry<Long, Run> left = pages.lowerEntry(read.firstPage());
        if (left != null && left.getValue().lastPage() >= read.firstPage() && left.getValue().at() > snapshot) {
            return left.getValue().at();
        }
        for (Run run : pages.subMap(read.firstPage(), true, read.lastPage(), true).values()) {
            if (run.at() > snapshot) {
                return run.at();
            }
        }
        return NEVER;
    }

    long heldEntries() {
        return names.size() + xattrs.size() + pages.size() + cuts.size();
    }
}
