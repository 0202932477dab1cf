package io.cffs.txn.validate;

import io.cffs.model.CommitTs;
import io.cffs.model.Ino;
import io.cffs.model.Name;
import io.cffs.model.TxnId;
import io.cffs.txn.ReadKey;
import io.cffs.txn.validate.WriteFootprint.Change;
import io.cffs.txn.validate.WriteFootprint.Field;
import io.cffs.txn.validate.WriteFootprint.NameChange;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.SplittableRandom;

/** Random footprints and keys over few inodes, names and pages, so that they meet often. */
final class Histories {
    private final SplittableRandom random;

    Histories(long seed) {
        this.random = new SplittableRandom(seed);
    }

    private Ino ino() {
        return new Ino(1 + random.nextInt(4));
    }

    private Name name() {
        return Name.of("n" + random.nextInt(5));
    }

    CommittedFootprint commit(long at) {
        List<Change> changes = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            changes.add(change());
        }
        return new CommittedFootprint(new CommitTs(at), new TxnId(7, at), new WriteFootprint(changes));
    }

    Change change() {
        return switch (random.nextInt(12)) {
            case 0, 1 -> new Change.OfName(ino(), name(), NameChange.values()[random.nextInt(3)]);
            case 2 -> new Change.OfFields(ino(), EnumSet.of(Field.values()[random.nextInt(4)], Field.TIMES));
            case 3 -> random.nextInt(6) == 0
                    ? new Change.OfFields(ino(), EnumSet.of(Field.EXISTENCE))
                    : new Change.OfFields(ino(), EnumSet.of(Field.values()[random.nextInt(4)]));
            case 4, 5 -> new Change.OfLength(ino(), random.nextInt(-1, 20));
            case 6 -> new Change.OfXattr(ino(), name(), NameChange.values()[random.nextInt(3)]);
            default -> {
                long first = random.nextInt(40);
                yield new Change.OfPages(ino(), first, first + random.nextInt(random.nextInt(1, 20)));
            }
        };
    }

    List<ReadKey> keys(int count) {
        List<ReadKey> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            keys.add(key());
        }
        return keys;
    }

    ReadKey key() {
        Ino ino = ino();
        return switch (random.nextInt(14)) {
            case 0 -> new ReadKey.NamePresent(ino, name());
            case 1 -> new ReadKey.NameAbsent(ino, name());
            case 2 -> new ReadKey.Listing(ino);
            case 3 -> new ReadKey.Emptiness(ino);
            case 4 -> new ReadKey.Identity(ino);
            case 5 -> new ReadKey.LengthExactly(ino);
            case 6 -> new ReadKey.LengthAtLeast(ino, 1 + random.nextInt(20));
            case 7 -> new ReadKey.Links(ino);
            case 8 -> new ReadKey.Parent(ino);
            case 9 -> new ReadKey.Xattr(ino, name());
            case 10 -> new ReadKey.XattrList(ino);
            case 11 -> new ReadKey.Times(ino);
            default -> {
                long first = random.nextInt(45);
                yield new ReadKey.Pages(ino, first, first + random.nextInt(6));
            }
        };
    }

    int below(int bound) {
        return random.nextInt(bound);
    }
}
