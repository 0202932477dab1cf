package io.cffs.txn;

import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.Name;
import io.cffs.model.StoredObject.DentryObject;
import io.cffs.txn.port.DirectoryPage;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;

/** A directory as a transaction sees it: the stored names in byte order, merged with the names changed here. */
final class Listings {
    private Listings() {}

    /** As {@link Transaction#list}, recording nothing. */
    static DirectoryPage list(Snapshot snapshot, WriteSet writes, Ino directory, Name after, int limit) {
        InodeOverlay overlay = writes.of(directory);
        NavigableMap<Name, NameChanges.Change> changes = overlay == null ? null : overlay.names();
        if (overlay != null && overlay.isCreated()) {
            return merge(writes, new DirectoryPage(List.of(), true), changes, after, limit);
        }
        Name from = after;
        while (true) {
            DirectoryPage stored = snapshot.list(directory, from, limit);
            DirectoryPage merged = merge(writes, stored, changes, from, limit);
            if (merged.complete() || !merged.entries().isEmpty()) {
                return merged;
            }
            // Every name of this page was removed here: an empty page would look like the end.
            from = stored.entries().getLast().name();
        }
    }

    private static DirectoryPage merge(
            WriteSet writes,
            DirectoryPage stored,
            NavigableMap<Name, NameChanges.Change> changes,
            Name after,
            int limit) {
        List<DirectoryPage.Entry> merged = new ArrayList<>(Math.min(limit, stored.entries().size() + 16));
        Iterator<Map.Entry<Name, NameChanges.Change>> changed = changesIn(stored, changes, after);
        Map.Entry<Name, NameChanges.Change> change = next(changed);
        for (DirectoryPage.Entry entry : stored.entries()) {
            while (change != null && change.getKey().compareTo(entry.name()) < 0) {
                addChanged(writes, change, merged);
                change = next(changed);
            }
            if (change != null && change.getKey().equals(entry.name())) {
                addChanged(writes, change, merged);
                change = next(changed);
            } else {
                merged.add(asSeen(writes, entry));
            }
        }
        while (change != null) {
            addChanged(writes, change, merged);
            change = next(changed);
        }
        boolean cut = merged.size() > limit;
        return new DirectoryPage(cut ? merged.subList(0, limit) : merged, stored.complete() && !cut);
    }

    /** Changes after {@code after}, not beyond the last name of an incomplete page. */
    private static Iterator<Map.Entry<Name, NameChanges.Change>> changesIn(
            DirectoryPage stored, NavigableMap<Name, NameChanges.Change> changes, Name after) {
        if (changes == null) {
            return List.<Map.Entry<Name, NameChanges.Change>>of().iterator();
        }
        NavigableMap<Name, NameChanges.Change> part = after == null ? changes : changes.tailMap(after, false);
        if (!stored.complete()) {
            part = part.headMap(stored.entries().getLast().name(), true);
        }
        return part.entrySet().iterator();
    }

    private static <T> T next(Iterator<T> iterator) {
        return iterator.hasNext() ? iterator.next() : null;
    }

    private static void addChanged(
            WriteSet writes, Map.Entry<Name, NameChanges.Change> change, List<DirectoryPage.Entry> into) {
        DentryObject now = change.getValue().now();
        if (now != null) {
            // Whatever is named here was opened for its link count, so its inode is in the write set.
            Inode inode = writes.of(now.ino()).view();
            into.add(new DirectoryPage.Entry(change.getKey(), now.ino(), now.type(), inode));
        }
    }

    private static DirectoryPage.Entry asSeen(WriteSet writes, DirectoryPage.Entry entry) {
        InodeOverlay overlay = writes.of(entry.ino());
        return overlay == null
                ? entry
                : new DirectoryPage.Entry(entry.name(), entry.ino(), entry.type(), overlay.view());
    }
}
