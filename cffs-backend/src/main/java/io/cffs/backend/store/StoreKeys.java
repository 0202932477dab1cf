package io.cffs.backend.store;

import io.cffs.model.CommitTs;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.ObjectKey;
import io.cffs.model.TxnId;
import io.cffs.txn.StagedId;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The byte form of keys: a table byte, big-endian fields, and for versioned objects the complement of the commit
 * timestamp, so that a seek to (object, snapshot) finds the newest version that the snapshot sees. Names end with a
 * NUL, which no name holds, so that no object's key is a prefix of another one's.
 *
 * <pre>
 *   01 META      text                            20 COMMIT      ts
 *   10 INODE     ino, ~ts                        21 CHANGES     ts
 *   11 DENTRY    parent, name, 00, ~ts           22 OUTCOME     transaction id
 *   12 BLOCK     ino, index, ~ts                 23 INVOCATION  UTF-8
 *   13 XATTR     ino, name, 00, ~ts              24 STAGED_REF  transaction id, sequence, ino, index, ts
 *   14 DATA      ino, index, ~ts                 25 REFUSED     wall nanoseconds, transaction id
 *   15 QUOTA     tree, ~ts                       26 DATA_REF    ino, index, ~ts of the data, ino, index, ts
 * </pre>
 */
final class StoreKeys {
    static final byte META = 0x01;
    static final byte INODE = 0x10;
    static final byte DENTRY = 0x11;
    static final byte BLOCK = 0x12;
    static final byte XATTR = 0x13;
    static final byte DATA = 0x14;
    static final byte QUOTA = 0x15;
    static final byte COMMIT = 0x20;
    static final byte CHANGES = 0x21;
    static final byte OUTCOME = 0x22;
    static final byte INVOCATION = 0x23;
    static final byte STAGED_REF = 0x24;
    static final byte REFUSED = 0x25;
    static final byte DATA_REF = 0x26;
    /** The tables of versioned objects; all their keys begin with the number of the inode that the object is of. */
    static final List<Byte> VERSIONED = List.of(INODE, DENTRY, BLOCK, XATTR, QUOTA);
    /** Length of a key in the DATA table. */
    static final int DATA_KEY_BYTES = 1 + 3 * 8;

    private StoreKeys() {}

    /** The key without its version. */
    static byte[] object(ObjectKey key) {
        return switch (key) {
            case ObjectKey.InodeKey inode -> numbers(INODE, inode.ino().value());
            case ObjectKey.DentryKey dentry -> named(DENTRY, dentry.parent(), dentry.name());
            case ObjectKey.BlockKey block -> numbers(BLOCK, block.ino().value(), block.index());
            case ObjectKey.XattrKey xattr -> named(XATTR, xattr.ino(), xattr.name());
            case ObjectKey.QuotaKey quota -> numbers(QUOTA, quota.tree().value());
        };
    }

    /** Reads what {@link #object} or {@link #version} wrote. */
    static ObjectKey objectOf(byte[] key, int objectLength) {
        ByteBuffer fields = ByteBuffer.wrap(key, 1, objectLength - 1);
        Ino ino = new Ino(fields.getLong());
        return switch (key[0]) {
            case INODE -> new ObjectKey.InodeKey(ino);
            case DENTRY -> new ObjectKey.DentryKey(ino, nameOf(key, objectLength));
            case BLOCK -> new ObjectKey.BlockKey(ino, fields.getLong());
            case XATTR -> new ObjectKey.XattrKey(ino, xattrNameOf(key, objectLength));
            case QUOTA -> new ObjectKey.QuotaKey(ino);
            default -> throw new IllegalArgumentException("no versioned table: " + key[0]);
        };
    }

    /** The name in an extended attribute's key. */
    static Name xattrNameOf(byte[] key, int objectLength) {
        try {
            return Name.ofXattr(Arrays.copyOfRange(key, 9, objectLength - 1));
        } catch (FsException illegal) {
            throw new IllegalArgumentException("a stored name of an attribute is not legal", illegal);
        }
    }

    /** The name in a dentry's key. */
    static Name nameOf(byte[] key, int objectLength) {
        try {
            return Name.of(Arrays.copyOfRange(key, 9, objectLength - 1));
        } catch (FsException illegal) {
            throw new IllegalArgumentException("a stored name is not legal", illegal);
        }
    }

    static byte[] version(byte[] object, long ts) {
        byte[] key = Arrays.copyOf(object, object.length + 8);
        ByteBuffer.wrap(key).putLong(object.length, ~ts);
        return key;
    }

    static CommitTs tsOf(byte[] versionKey) {
        return new CommitTs(~ByteBuffer.wrap(versionKey).getLong(versionKey.length - 8));
    }

    /** Whether this is a version of that object. */
    static boolean isVersionOf(byte[] versionKey, byte[] object) {
        return versionKey.length == object.length + 8 && startsWith(versionKey, object);
    }

    static boolean startsWith(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    /** The first key after everything that starts with this one, which does not end with FF. */
    static byte[] after(byte[] prefix) {
        byte[] next = prefix.clone();
        for (int i = next.length - 1; i >= 0; i--) {
            if (++next[i] != 0) {
                return Arrays.copyOf(next, i + 1);
            }
        }
        throw new IllegalArgumentException("nothing comes after this prefix");
    }

    /** Where an object's encoded bytes are: the block's key in another table. */
    static byte[] data(byte[] blockObject, long ts) {
        byte[] key = version(blockObject, ts);
        key[0] = DATA;
        return key;
    }

    static byte[] numbers(byte table, long... fields) {
        ByteBuffer key = ByteBuffer.allocate(1 + fields.length * 8).put(table);
        for (long field : fields) {
            key.putLong(field);
        }
        return key.array();
    }

    private static byte[] named(byte table, Ino ino, Name name) {
        ByteBuffer key = ByteBuffer.allocate(1 + 8 + name.lengthBytes() + 1).put(table).putLong(ino.value());
        return key.put(name.toBytes()).put((byte) 0).array();
    }

    static byte[] outcome(TxnId txn) {
        return numbers(OUTCOME, txn.high(), txn.low());
    }

    static byte[] text(byte table, String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(1 + utf8.length).put(table).put(utf8).array();
    }

    /** All references to one staged object start with this. */
    static byte[] stagedRefs(StagedId id) {
        return ByteBuffer.allocate(21).put(STAGED_REF)
                .putLong(id.txn().high()).putLong(id.txn().low()).putInt(id.sequence()).array();
    }

    static byte[] stagedRef(StagedId id, ObjectKey.BlockKey block, long ts) {
        return ByteBuffer.allocate(45).put(stagedRefs(id))
                .putLong(block.ino().value()).putLong(block.index()).putLong(ts).array();
    }

    /** All references of other blocks to a record of the DATA table start with this. */
    static byte[] dataRefs(byte[] data) {
        byte[] key = data.clone();
        key[0] = DATA_REF;
        return key;
    }

    /** That the version of this block which a commit wrote refers to the record. */
    static byte[] dataRef(byte[] data, ObjectKey.BlockKey block, long ts) {
        return ByteBuffer.allocate(DATA_KEY_BYTES + 24).put(dataRefs(data))
                .putLong(block.ino().value()).putLong(block.index()).putLong(ts).array();
    }
}
