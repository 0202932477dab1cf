package io.cffs.backend.store;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.InodeFlags;
import io.cffs.model.StoredObject;
import org.junit.jupiter.api.Test;

/** Inodes as they are stored. */
class StoreFormsTest {
    @Test
    void flagsShareTheByteOfTheAcls() {
        Ino ino = new Ino(5);
        Inode plain = new Inode(ino, FileType.REGULAR, 0644, 1, 2, 1, 10, 3, 4, 5, 6, 0, null, null);
        int length = StoreForms.value(new StoredObject.InodeObject(plain)).length;
        for (int flags = 0; flags <= InodeFlags.ALL; flags += InodeFlags.IMMUTABLE) {
            for (int acls = 0; acls <= Inode.ACL_FLAGS; acls++) {
                Inode flagged = plain.withXattrs(2, acls).withFlags(flags);
                byte[] form = StoreForms.value(new StoredObject.InodeObject(flagged));
                assertEquals(flagged, StoreForms.inodeOf(ino, form));
                assertEquals(length, form.length);
            }
        }
    }
}
