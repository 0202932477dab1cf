package io.cffs.txn.codec;

import io.cffs.model.Blocks;
import io.cffs.model.Ino;
import io.cffs.txn.validate.CommittedFootprint;
import io.cffs.txn.validate.WriteFootprint;
import io.cffs.txn.validate.WriteFootprint.Change;
import io.cffs.txn.validate.WriteFootprint.Field;
import io.cffs.txn.validate.WriteFootprint.NameChange;
import java.util.EnumSet;
import java.util.Set;

/** The form of a write footprint: changes, each its tag, its inode and what its kind needs. */
final class FootprintForms {
    /** More than any commit has: a name and the fields of two inodes for each of {@code WRITES_MAX} mutations. */
    private static final int CHANGES_MAX = 4_000_000;
    /** Fewest bytes of a change. */
    private static final int CHANGE_BYTES_MIN = 3;

    private FootprintForms() {}

    static void put(WriteFootprint footprint, ByteWriter to) {
        to.putList(footprint.changes(), FootprintForms::putChange);
    }

    static WriteFootprint take(ByteReader from) throws CodecException {
        return new WriteFootprint(from.takeList(CHANGES_MAX, CHANGE_BYTES_MIN, FootprintForms::takeChange));
    }

    static void putCommitted(CommittedFootprint committed, ByteWriter to) {
        ModelForms.putTs(committed.at(), to);
        ModelForms.putTxn(committed.txn(), to);
        put(committed.footprint(), to);
    }

    static CommittedFootprint takeCommitted(ByteReader from) throws CodecException {
        return new CommittedFootprint(ModelForms.takeTs(from), ModelForms.takeTxn(from), take(from));
    }

    private static void putChange(Change change, ByteWriter to) {
        switch (change) {
            case Change.OfName name -> {
                to.putByte(1);
                ModelForms.putIno(name.ino(), to);
                ModelForms.putName(name.name(), to);
                to.putEnum(name.kind());
            }
            case Change.OfFields fields -> {
                to.putByte(2);
                ModelForms.putIno(fields.ino(), to);
                to.putByte(bitsOf(fields.fields()));
            }
            case Change.OfLength length -> {
                to.putByte(3);
                ModelForms.putIno(length.ino(), to);
                to.putUnsigned(length.cutToBytes() + 1);
            }
            case Change.OfPages pages -> {
                to.putByte(4);
                ModelForms.putIno(pages.ino(), to);
                to.putUnsigned(pages.firstPage());
                to.putUnsigned(pages.lastPage() - pages.firstPage());
            }
            case Change.OfXattr xattr -> {
                to.putByte(5);
                ModelForms.putIno(xattr.ino(), to);
                ModelForms.putName(xattr.name(), to);
                to.putEnum(xattr.kind());
            }
        }
    }

    private static Change takeChange(ByteReader from) throws CodecException {
        int tag = from.takeByte();
        Ino ino = ModelForms.takeIno(from);
        return switch (tag) {
            case 1 -> new Change.OfName(ino, ModelForms.takeName(from), from.takeEnum(NameChange.values()));
            case 2 -> new Change.OfFields(ino, fieldsOf(from.takeByte()));
            case 3 -> new Change.OfLength(ino, from.takeUnsigned(Blocks.FILE_BYTES_MAX + 1) - 1);
            case 4 -> {
                long first = from.takeUnsigned(Long.MAX_VALUE);
                yield new Change.OfPages(ino, first, first + from.takeUnsigned(Long.MAX_VALUE - first));
            }
            case 5 -> new Change.OfXattr(
                    ino, ModelForms.takeXattrName(from), from.takeEnum(NameChange.values()));
            default -> throw new CodecException("no change has number " + tag);
        };
    }

    private static int bitsOf(Set<Field> fields) {
        int bits = 0;
        for (Field field : fields) {
            bits |= 1 << field.ordinal();
        }
        return bits;
    }

    private static Set<Field> fieldsOf(int bits) throws CodecException {
        Set<Field> fields = EnumSet.noneOf(Field.class);
        for (Field field : Field.values()) {
            if ((bits & 1 << field.ordinal()) != 0) {
                fields.add(field);
            }
        }
        if (fields.isEmpty() || bitsOf(fields) != bits) {
            throw new CodecException("no groups of fields have number " + bits);
        }
        return fields;
    }
}
