package io.cffs.txn.codec;

import io.cffs.model.Ino;
import io.cffs.txn.ReadKey;

/** The form of a read key: its tag, its inode, and what its kind needs. */
final class ReadKeyForms {
    /** Fewest bytes of a key: tag and inode. */
    static final int BYTES_MIN = 2;

    private ReadKeyForms() {}

    static void put(ReadKey key, ByteWriter to) {
        to.putByte(tagOf(key));
        ModelForms.putIno(key.ino(), to);
        switch (key) {
            case ReadKey.NamePresent present -> ModelForms.putName(present.name(), to);
            case ReadKey.NameAbsent absent -> ModelForms.putName(absent.name(), to);
            case ReadKey.LengthAtLeast least -> to.putUnsigned(least.bytes());
            case ReadKey.Pages pages -> {
                to.putUnsigned(pages.firstPage());
                to.putUnsigned(pages.lastPage() - pages.firstPage());
            }
            case ReadKey.Xattr xattr -> ModelForms.putName(xattr.name(), to);
            case ReadKey.Listing listing -> { }
            case ReadKey.Emptiness emptiness -> { }
            case ReadKey.Identity identity -> { }
            case ReadKey.LengthExactly exactly -> { }
            case ReadKey.Links links -> { }
            case ReadKey.Parent parent -> { }
            case ReadKey.XattrList list -> { }
            case ReadKey.Times times -> { }
            case ReadKey.AnyChange any -> { }
        }
    }

    private static int tagOf(ReadKey key) {
        return switch (key) {
            case ReadKey.NamePresent present -> 1;
            case ReadKey.NameAbsent absent -> 2;
            case ReadKey.Listing listing -> 3;
            case ReadKey.Emptiness emptiness -> 4;
            case ReadKey.Identity identity -> 5;
            case ReadKey.LengthExactly exactly -> 6;
            case ReadKey.LengthAtLeast least -> 7;
            case ReadKey.Links links -> 8;
            case ReadKey.Parent parent -> 9;
            case ReadKey.Pages pages -> 10;
            case ReadKey.Xattr xattr -> 11;
            case ReadKey.XattrList list -> 12;
            case ReadKey.Times times -> 13;
            case ReadKey.AnyChange any -> 14;
        };
    }

    static ReadKey take(ByteReader from) throws CodecException {
        int tag = from.takeByte();
        Ino ino = from.takeDirectory();
        return switch (tag) {
            case 1 -> new ReadKey.NamePresent(ino, ModelForms.takeName(from));
            case 2 -> new ReadKey.NameAbsent(ino, ModelForms.takeName(from));
            case 3 -> new ReadKey.Listing(ino);
            case 4 -> new ReadKey.Emptiness(ino);
            case 5 -> new ReadKey.Identity(ino);
            case 6 -> new ReadKey.LengthExactly(ino);
            case 7 -> new ReadKey.LengthAtLeast(ino, from.takeUnsigned(Long.MAX_VALUE));
            case 8 -> new ReadKey.Links(ino);
            case 9 -> new ReadKey.Parent(ino);
            case 10 -> {
                long first = from.takeUnsigned(Long.MAX_VALUE);
                yield new ReadKey.Pages(ino, first, first + from.takeUnsigned(Long.MAX_VALUE - first));
            }
            case 11 -> new ReadKey.Xattr(ino, ModelForms.takeXattrName(from));
            case 12 -> new ReadKey.XattrList(ino);
            case 13 -> new ReadKey.Times(ino);
            case 14 -> new ReadKey.AnyChange();
            default -> throw new CodecException("no read key has number " + tag);
        };
    }
}
