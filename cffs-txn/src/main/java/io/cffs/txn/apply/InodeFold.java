package io.cffs.txn.apply;

import io.cffs.model.FileType;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.InodeFlags;
import io.cffs.txn.CommitOutcome.RefusalCause;
import io.cffs.txn.Mutation.SetFlags;
import io.cffs.txn.Mutation.SetIdentity;
import io.cffs.txn.Mutation.SetTimes;
import io.cffs.txn.Mutation.TimeChange;
import io.cffs.txn.validate.WriteFootprint.Field;
import java.util.EnumSet;

/** One inode while a commit is folded. */
final class InodeFold {
    /** Null when the commit creates the inode. */
    final Inode before;
    Inode now;
    /** A directory without a name; such a one dies when the fold ends. */
    boolean detached;
    /** The directory in which the commit has named it last; null when it has not. */
    private Ino namedIn;
    /** Blocks and length; null until they are touched. */
    private FileFold file;

    private InodeFold(Inode before, Inode now, boolean detached) {
        this.before = before;
        this.now = now;
        this.detached = detached;
    }

    static InodeFold existing(Inode inode) {
        return new InodeFold(inode, inode, false);
    }

    static InodeFold created(Inode sent) {
        boolean directory = sent.isDirectory();
        Inode plain = sent.withXattrs(0, 0).withQuotaTree(null).withAllocated(0);
        Inode start = directory ? plain.withLinks(2).withSize(0) : plain.withLinks(0);
        return new InodeFold(null, start, directory);
    }

    Ino ino() {
        return now.ino();
    }

    FileFold file(LatestState state, MergeRoom room) throws MutationRefused {
        if (now.type() != FileType.REGULAR) {
            throw malformed("file data was written to an inode that is no regular file: " + ino());
        }
        if (file == null) {
            file = new FileFold(before, now, state, room);
        }
        return file;
    }

    /** Null when neither blocks nor length were touched. */
    FileFold touchedFile() {
        return file;
    }

    boolean dies() {
        return now.isDirectory() ? detached : now.links() <= 0;
    }

    void nameAdded(Ino parent) throws MutationRefused {
        namedIn = parent;
        if (!now.isDirectory()) {
            now = now.withLinks(now.links() + 1);
            return;
        }
        if (!detached) {
            throw malformed("a directory was given a second name: " + ino());
        }
        detached = false;
        now = now.withParent(parent);
    }

    /** Null when the commit has given it no name. */
    Ino namedIn() {
        return namedIn;
    }

    void countTo(Ino quotaTree) {
        now = now.withQuotaTree(quotaTree);
    }

    void nameRemoved() {
        if (now.isDirectory()) {
            detached = true;
        } else {
            now = now.withLinks(now.links() - 1);
        }
    }

    /** This directory gained (+1) or lost (-1) an entry of this type. */
    void entriesChanged(int delta, FileType type) {
        now = now.withSize(now.sizeBytes() + delta);
        if (type == FileType.DIRECTORY) {
            now = now.withLinks(now.links() + delta);
        }
    }

    /** An attribute came (+1) or went (-1); the flag is that of an ACL, else 0. */
    void xattrsChanged(int delta, int aclFlag) {
        int flags = delta > 0 ? now.aclFlags() | aclFlag : now.aclFlags() & ~aclFlag;
        now = now.withXattrs(now.xattrCount() + delta, flags);
    }

    void set(SetIdentity change) {
        now = now.withIdentity(change.permissions(), change.uid(), change.gid());
    }

    void set(SetFlags change) {
        now = now.withFlags(change.flags());
    }

    void set(SetTimes change) {
        now = now.withTimes(
                merged(now.atimeNanos(), change.atime()),
                merged(now.mtimeNanos(), change.mtime()),
                merged(now.ctimeNanos(), change.ctime()));
    }

    /** An explicit setting and one that nobody came before wins; of two that raced, the later time stays. */
    private static long merged(long storedNanos, TimeChange change) {
        if (change == null) {
            return storedNanos;
        }
        boolean alone = storedNanos == change.fromNanos();
        return alone || change.explicit() ? change.toNanos() : Math.max(storedNanos, change.toNanos());
    }

    /** Length and allocation as the file fold left them. */
    void close() {
        if (file != null && !dies()) {
            now = now.withSize(file.sizeBytes()).withAllocated(file.allocatedBytes());
        }
    }

    /** What may be done to it differs from before. */
    boolean protectionChanged() {
        return before != null && ((before.flags() ^ now.flags()) & InodeFlags.PROTECTING) != 0;
    }

    /** Which groups of fields differ from before; empty for a created inode. */
    EnumSet<Field> changedFields() {
        EnumSet<Field> changed = EnumSet.noneOf(Field.class);
        if (before == null) {
            return changed;
        }
        if (dies()) {
            changed.add(Field.EXISTENCE);
            return changed;
        }
        if (before.mode() != now.mode() || before.uid() != now.uid() || before.gid() != now.gid()
                || before.flagBits() != now.flagBits()) {
            changed.add(Field.IDENTITY);
        }
        if (before.links() != now.links()) {
            changed.add(Field.LINKS);
        }
        if (now.isDirectory() && !before.parent().equals(now.parent())) {
            changed.add(Field.PARENT);
        }
        if (before.atimeNanos() != now.atimeNanos()
                || before.mtimeNanos() != now.mtimeNanos()
                || before.ctimeNanos() != now.ctimeNanos()) {
            changed.add(Field.TIMES);
        }
        return changed;
    }

    static MutationRefused malformed(String sentence) {
        return new MutationRefused(RefusalCause.MALFORMED, sentence);
    }
}
