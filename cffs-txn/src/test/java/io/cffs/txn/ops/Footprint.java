package io.cffs.txn.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.cffs.model.FsError;
import io.cffs.model.FsException;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.InodeFlags;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.ReadKey;
import io.cffs.txn.Transaction;
import io.cffs.txn.TransactionOptions;
import java.util.Set;
import java.util.TreeSet;

/**
 * What an operation reads and writes, for exact comparison. Read keys and mutations are spelled as short text: {@code
 * "present /dir/a"}, {@code "pages /big 0-1"}, {@code "put /x = new"}, {@code "times / mc"} (an exclamation mark after
 * a time that was set explicitly).
 */
final class Footprint {
    private static final ReadKey PROTECTION = new ReadKey.Xattr(Ino.ROOT, InodeFlags.PROTECTION);

    private final Volume volume;
    private final FsError refusal;
    private final CommitRequest request;

    private Footprint(Volume volume, FsError refusal, CommitRequest request) {
        this.volume = volume;
        this.refusal = refusal;
        this.request = request;
    }

    /** Runs the body on the sample tree. */
    static Footprint footprintOf(Volume.Body body) {
        return footprintOf(TransactionOptions.DEFAULT, body);
    }

    static Footprint footprintOf(TransactionOptions options, Volume.Body body) {
        return footprintOf(Volume.sample(), options, body);
    }

    static Footprint footprintOf(Volume volume, TransactionOptions options, Volume.Body body) {
        Transaction tx = volume.begin(options);
        FsError refusal = null;
        try {
            volume.ticker.now += 1_000_000;
            body.in(tx);
        } catch (FsException e) {
            refusal = e.error();
        }
        try {
            CommitRequest request = Volume.request(tx);
            tx.discard();
            assertEquals(0, volume.frames.inUse(), "frames that nobody freed");
            return new Footprint(volume, refusal, request);
        } catch (FsException e) {
            throw new AssertionError(e.toString(), e);
        }
    }

    Footprint refused(FsError error) {
        assertEquals(error, refusal, "the refusal");
        assertEquals(Set.of(), spelledWrites(), "a refused operation writes");
        return this;
    }

    /** All that was read, but for the one key of {@link #dependsOnProtection}. */
    Footprint reads(String... keys) {
        Set<String> seen = new TreeSet<>();
        request.reads().stream().filter(key -> !key.equals(PROTECTION)).forEach(key -> seen.add(spell(key)));
        assertEquals(new TreeSet<>(Set.of(keys)), seen, "the read set");
        return this;
    }

    /** Whether a chattr of another function, of any inode, makes this one run again. */
    Footprint dependsOnProtection(boolean depends) {
        assertEquals(depends ? 1 : 0, request.reads().stream().filter(PROTECTION::equals).count(), "protection");
        return this;
    }

    Footprint writes(String... mutations) {
        assertEquals(null, refusal, "the refusal");
        assertEquals(new TreeSet<>(Set.of(mutations)), spelledWrites(), "the write set");
        return this;
    }

    private Set<String> spelledWrites() {
        Set<String> seen = new TreeSet<>();
        request.writes().forEach(mutation -> seen.add(spell(mutation)));
        return seen;
    }

    private String spell(ReadKey key) {
        String ino = volume.label(key.ino());
        return switch (key) {
            case ReadKey.NamePresent present -> "present " + volume.label(present.parent(), present.name());
            case ReadKey.NameAbsent absent -> "absent " + volume.label(absent.parent(), absent.name());
            case ReadKey.Listing listing -> "listing " + ino;
            case ReadKey.Emptiness emptiness -> "emptiness " + ino;
            case ReadKey.Identity identity -> "identity " + ino;
            case ReadKey.LengthExactly exactly -> "length " + ino;
            case ReadKey.LengthAtLeast least -> "length>=" + least.bytes() + " " + ino;
            case ReadKey.Links links -> "links " + ino;
            case ReadKey.Parent parent -> "parent " + ino;
            case ReadKey.Pages pages -> "pages " + ino + " " + pages.firstPage() + "-" + pages.lastPage();
            case ReadKey.Times times -> "times " + ino;
            case ReadKey.AnyChange any -> "any change";
            case ReadKey.Xattr xattr -> "xattr " + ino + " " + xattr.name();
            case ReadKey.XattrList list -> "xattrs " + ino;
        };
    }

    private String spell(Mutation mutation) {
        return switch (mutation) {
            case Mutation.CreateInode create -> spell(create.inode());
            case Mutation.PutDentry put ->
                    "put " + volume.label(put.parent(), put.name()) + " = " + volume.label(put.ino());
            case Mutation.RemoveDentry remove -> "remove " + volume.label(remove.parent(), remove.name());
            case Mutation.SetIdentity set -> "identity " + volume.label(set.ino()) + " "
                    + identity(set.permissions(), set.uid(), set.gid());
            case Mutation.SetFlags set ->
                    "flags " + volume.label(set.ino()) + " 0x" + Integer.toHexString(set.flags());
            case Mutation.SetTimes set -> "times " + volume.label(set.ino()) + " "
                    + time("a", set.atime()) + time("m", set.mtime()) + time("c", set.ctime());
            case Mutation.SetLength set -> "length " + volume.label(set.ino()) + " cut " + set.cutToBytes()
                    + " extend " + set.extendToBytes();
            case Mutation.WriteBytes write -> "write " + volume.label(write.ino()) + " " + write.offset() + "+"
                    + write.data().lengthBytes();
            case Mutation.PunchHole punch -> "punch " + volume.label(punch.ino()) + " " + punch.offset() + "+"
                    + punch.lengthBytes();
            case Mutation.CloneRange clone -> "clone " + volume.label(clone.source()) + " " + clone.sourceOffset()
                    + "+" + clone.lengthBytes() + " to " + volume.label(clone.ino()) + " " + clone.offset();
            case Mutation.Append append ->
                    "append " + volume.label(append.ino()) + " " + append.data().lengthBytes();
            case Mutation.SetXattr set -> "xattr " + volume.label(set.ino()) + " " + set.name();
            case Mutation.RemoveXattr remove -> "no xattr " + volume.label(remove.ino()) + " " + remove.name();
            case Mutation.SetQuota set -> "quota " + volume.label(set.tree());
            case Mutation.RemoveQuota remove -> "no quota " + volume.label(remove.tree());
            case Mutation.SetQuotaTree set -> "quota tree of " + volume.label(set.ino());
        };
    }

    private String spell(Inode inode) {
        return "create " + volume.label(inode.ino()) + " " + inode.type() + " "
                + identity(inode.permissions(), inode.uid(), inode.gid());
    }

    private static String identity(int permissions, int uid, int gid) {
        return "0" + Integer.toOctalString(permissions) + " " + uid + ":" + gid;
    }

    private static String time(String letter, Mutation.TimeChange change) {
        return change == null ? "" : change.explicit() ? letter + "!" : letter;
    }
}
