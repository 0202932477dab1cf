package io.cffs.txn.codec;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.InodeFlags;
import io.cffs.model.StoredObject.InodeObject;
import org.junit.jupiter.api.Test;

/** The flags of an inode share a byte with those of its ACLs: forms from before there were any stay what they were. */
class FlagsFormTest {
    private static final Inode PLAIN =
            new Inode(new Ino(5), FileType.REGULAR, 0644, 1, 2, 1, 10, 3, 4, 5, 6, 0, null, null);

    @Test
    void flagsTravelAndTakeNoRoom() throws CodecException {
        byte[] plain = Codecs.STORED_OBJECT.encode(new InodeObject(PLAIN));
        for (int flags = 0; flags <= InodeFlags.ALL; flags += InodeFlags.IMMUTABLE) {
            for (int acls = 0; acls <= Inode.ACL_FLAGS; acls++) {
                InodeObject flagged = new InodeObject(PLAIN.withXattrs(2, acls).withFlags(flags));
                byte[] form = Codecs.STORED_OBJECT.encode(flagged);
                assertEquals(flagged, Codecs.STORED_OBJECT.decode(form));
                assertEquals(plain.length, form.length);
            }
        }
    }

    @Test
    void bitsWithoutAMeaningAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> PLAIN.withFlags(8));
        byte[] form = Codecs.STORED_OBJECT.encode(new InodeObject(PLAIN.withFlags(InodeFlags.ALL)));
        int at = 0;
        while ((form[at] & 0xff) != InodeFlags.ALL) {
            at++;
        }
        form[at] |= 8;
        assertThrows(CodecException.class, () -> Codecs.STORED_OBJECT.decode(form));
    }
}
