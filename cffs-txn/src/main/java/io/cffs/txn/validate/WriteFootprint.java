package io.cffs.txn.validate;

import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.txn.ReadKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * What one commit has changed, in the grain of {@link ReadKey}: all that validation of older snapshots needs of it.
 * Inodes that the commit created are not in it: nobody can have read them before. Immutable.
 */
public record WriteFootprint(List<Change> changes) {
    public static final WriteFootprint EMPTY = new WriteFootprint(List.of());

    public WriteFootprint {
        changes = List.copyOf(changes);
    }

    /** How a name, or a named attribute, changed between the state before the commit and the state after it. */
    public enum NameChange { ADDED, REMOVED, REPLACED }

    /** Groups of an inode's fields. {@code EXISTENCE}: it died, which every key of the inode depends on. */
    public enum Field { IDENTITY, LINKS, PARENT, TIMES, EXISTENCE }

    /** One thing that changed. */
    public sealed interface Change {
        Ino ino();

        /** {@code ino} is the directory. */
        record OfName(Ino ino, Name name, NameChange kind) implements Change {}

        record OfFields(Ino ino, Set<Field> fields) implements Change {
            /** All that there are, by the sum of their bits: one for each inode of a large commit would be much. */
            private static final List<Set<Field>> SETS = sets();

            public OfFields {
                int bits = 0;
                for (Field field : fields) {
                    bits |= 1 << field.ordinal();
                }
                fields = SETS.get(bits);
            }

            private static List<Set<Field>> sets() {
                List<Set<Field>> sets = new ArrayList<>();
                for (int bits = 0; bits < 1 << Field.values().length; bits++) {
                    Set<Field> set = EnumSet.noneOf(Field.class);
                    for (Field field : Field.values()) {
                        if ((bits & 1 << field.ordinal()) != 0) {
                            set.add(field);
                        }
                    }
                    sets.add(Collections.unmodifiableSet(set));
                }
                return List.copyOf(sets);
            }
        }

        /**
         * The length was changed.
         *
         * @param cutToBytes the smallest length that the file had on the way, when that was less than the length
         *     before; -1 when the file only grew
         */
        record OfLength(Ino ino, long cutToBytes) implements Change {}

        /** Bytes of these pages were written, punched or cut off. Both ends inclusive. */
        record OfPages(Ino ino, long firstPage, long lastPage) implements Change {
            public OfPages {
                if (firstPage < 0 || lastPage < firstPage) {
                    throw new IllegalArgumentException("no page range: " + firstPage + ".." + lastPage);
                }
            }
        }

        /** An extended attribute was added, removed, or got another value (REPLACED). */
        record OfXattr(Ino ino, Name name, NameChange kind) implements Change {}
    }

    /** Whether a read that was right before this commit may be wrong after it. */
    public boolean collidesWith(ReadKey key) {
        for (Change change : changes) {
            if (collides(change, key)) {
                return true;
            }
        }
        return false;
    }

    /** The table of design section 4. */
    static boolean collides(Change change, ReadKey key) {
        if (key instanceof ReadKey.AnyChange) {
            return true;
        }
        if (!change.ino().equals(key.ino())) {
            return false;
        }
        return switch (change) {
            case Change.OfName name -> switch (key) {
                case ReadKey.NamePresent present -> present.name().equals(name.name());
                case ReadKey.NameAbsent absent -> absent.name().equals(name.name());
                case ReadKey.Listing listing -> true;
                case ReadKey.Emptiness emptiness -> name.kind() != NameChange.REPLACED;
                default -> false;
            };
            case Change.OfFields fields -> fields.fields().contains(Field.EXISTENCE)
                    || fieldOf(key) != null && fields.fields().contains(fieldOf(key));
            case Change.OfLength length -> key instanceof ReadKey.LengthExactly
                    || key instanceof ReadKey.LengthAtLeast least
                            && length.cutToBytes() >= 0 && length.cutToBytes() < least.bytes();
            case Change.OfPages pages -> key instanceof ReadKey.Pages read
                    && read.firstPage() <= pages.lastPage() && pages.firstPage() <= read.lastPage();
            case Change.OfXattr xattr -> key instanceof ReadKey.XattrList && xattr.kind() != NameChange.REPLACED
                    || key instanceof ReadKey.Xattr read && read.name().equals(xattr.name());
        };
    }

    private static Field fieldOf(ReadKey key) {
        return switch (key) {
            case ReadKey.Identity identity -> Field.IDENTITY;
            case ReadKey.Links links -> Field.LINKS;
            case ReadKey.Parent parent -> Field.PARENT;
            case ReadKey.Times times -> Field.TIMES;
            default -> null;
        };
    }
}
