package io.cffs.backend;

import io.cffs.backend.store.VersionedStore;
import io.cffs.model.CommitTs;
import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.ObjectKey;
import io.cffs.model.StoredObject;
import io.cffs.txn.port.BackendPort.FetchItem;
import io.cffs.txn.port.BackendPort.Fetched;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What a fetch answers: the objects that were asked for, and those that whoever asks will want next. A name brings its
 * inode, a small file its content, an inode the quota under which it is written, the root that of the volume.
 */
final class FetchAnswer {
    /** A look-up brings the content of files up to this size along. */
    private static final long SMALL_FILE_BYTES = 32 * 1024;

    private final VersionedStore store;
    private final CommitTs snapshot;
    private final List<Fetched> found;
    private final Set<Ino> quotas = new HashSet<>();

    private FetchAnswer(VersionedStore store, CommitTs snapshot, int items) {
        this.store = store;
        this.snapshot = snapshot;
        this.found = new ArrayList<>(items + 4);
    }

    static List<Fetched> of(VersionedStore store, CommitTs snapshot, List<FetchItem> items) {
        FetchAnswer answer = new FetchAnswer(store, snapshot, items.size());
        items.forEach(answer::add);
        return answer.found;
    }

    private void add(FetchItem item) {
        VersionedStore.Version version = store.get(item.key(), snapshot);
        if (version == null) {
            found.add(new Fetched.Absent(item.key()));
        } else if (version.at().equals(item.known())) {
            found.add(new Fetched.Unchanged(item.key(), version.at()));
        } else {
            found.add(new Fetched.Found(item.key(), version.at(), version.object()));
            addRelated(version.object());
        }
    }

    private void addRelated(StoredObject object) {
        switch (object) {
            case StoredObject.DentryObject dentry -> addInode(dentry.ino());
            case StoredObject.InodeObject inode -> addQuota(inode.inode());
            case StoredObject.BlockObject block -> { }
            case StoredObject.XattrObject xattr -> { }
            case StoredObject.QuotaObject quota -> { }
        }
    }

    /** Who looks a name up wants to know what it is, and of a small file what is in it. */
    private void addInode(Ino ino) {
        ObjectKey.InodeKey key = new ObjectKey.InodeKey(ino);
        VersionedStore.Version version = store.get(key, snapshot);
        if (version == null) {
            return;
        }
        found.add(new Fetched.Found(key, version.at(), version.object()));
        Inode inode = ((StoredObject.InodeObject) version.object()).inode();
        if (inode.type() == FileType.REGULAR && inode.sizeBytes() > 0 && inode.sizeBytes() <= SMALL_FILE_BYTES) {
            addObject(new ObjectKey.BlockKey(ino, 0));
        }
        addQuota(inode);
    }

    private void addQuota(Inode inode) {
        Ino tree = inode.ino().equals(Ino.ROOT) ? Ino.ROOT : inode.quotaTree();
        if (tree != null && quotas.add(tree)) {
            addObject(new ObjectKey.QuotaKey(tree));
        }
    }

    private void addObject(ObjectKey key) {
        VersionedStore.Version version = store.get(key, snapshot);
        found.add(version == null
                ? new Fetched.Absent(key)
                : new Fetched.Found(key, version.at(), version.object()));
    }
}
