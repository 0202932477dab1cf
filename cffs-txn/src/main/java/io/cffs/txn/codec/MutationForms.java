package io.cffs.txn.codec;

import io.cffs.model.Blocks;
import io.cffs.model.Bytes;
import io.cffs.model.Ino;
import io.cffs.model.Inode;
import io.cffs.model.InodeFlags;
import io.cffs.txn.CommitRequest;
import io.cffs.txn.Mutation;
import io.cffs.txn.Mutation.FileBytes;
import io.cffs.txn.Mutation.TimeChange;
import io.cffs.txn.StagedId;

/** The form of a mutation: its tag, then its fields in order. */
final class MutationForms {
    /** Fewest bytes of a mutation: tag and inode. */
    static final int BYTES_MIN = 2;
    private static final int ATIME = 1;
    private static final int MTIME = 2;
    private static final int CTIME = 4;

    private MutationForms() {}

    static void put(Mutation mutation, ByteWriter to) {
        switch (mutation) {
            case Mutation.CreateInode create -> {
                to.putByte(1);
                ModelForms.putInode(create.inode(), to);
            }
            case Mutation.PutDentry put -> {
                tagged(2, put.parent(), to);
                ModelForms.putName(put.name(), to);
                ModelForms.putIno(put.ino(), to);
                ModelForms.putType(put.type(), to);
            }
            case Mutation.RemoveDentry remove -> {
                tagged(3, remove.parent(), to);
                ModelForms.putName(remove.name(), to);
                ModelForms.putIno(remove.ino(), to);
                ModelForms.putType(remove.type(), to);
            }
            case Mutation.SetIdentity set -> {
                tagged(4, set.ino(), to);
                to.putUnsigned(set.permissions());
                to.putUnsigned(Integer.toUnsignedLong(set.uid()));
                to.putUnsigned(Integer.toUnsignedLong(set.gid()));
            }
            case Mutation.SetFlags set -> putFlags(set, to);
            case Mutation.SetTimes set -> {
                tagged(5, set.ino(), to);
                putTimes(set, to);
            }
            case Mutation.SetLength set -> {
                tagged(6, set.ino(), to);
                to.putUnsigned(set.cutToBytes() + 1);
                to.putUnsigned(set.extendToBytes() + 1);
            }
            case Mutation.WriteBytes write -> {
                tagged(7, write.ino(), to);
                to.putUnsigned(write.offset());
                putFileBytes(write.data(), to);
            }
            case Mutation.PunchHole punch -> putHole(punch, to);
            case Mutation.Append append -> {
                tagged(9, append.ino(), to);
                putFileBytes(append.data(), to);
            }
            case Mutation.CloneRange clone -> putClone(clone, to);
            case Mutation.SetXattr set -> putXattr(set, to);
            case Mutation.RemoveXattr remove -> {
                tagged(11, remove.ino(), to);
                ModelForms.putName(remove.name(), to);
            }
            case Mutation.SetQuota set -> putQuota(set, to);
            case Mutation.RemoveQuota remove -> tagged(21, remove.tree(), to);
            case Mutation.SetQuotaTree set -> putQuotaTree(set, to);
        }
    }

    private static void putFlags(Mutation.SetFlags set, ByteWriter to) {
        tagged(23, set.ino(), to);
        to.putByte(set.flags());
    }

    private static void putHole(Mutation.PunchHole punch, ByteWriter to) {
        tagged(8, punch.ino(), to);
        to.putUnsigned(punch.offset());
        to.putUnsigned(punch.lengthBytes());
    }

    private static void putQuotaTree(Mutation.SetQuotaTree set, ByteWriter to) {
        tagged(22, set.ino(), to);
        to.putUnsigned(set.tree() == null ? 0 : set.tree().value());
    }

    private static void putClone(Mutation.CloneRange clone, ByteWriter to) {
        tagged(12, clone.ino(), to);
        to.putUnsigned(clone.offset());
        ModelForms.putIno(clone.source(), to);
        to.putUnsigned(clone.sourceOffset());
        to.putUnsigned(clone.lengthBytes());
    }

    private static void putXattr(Mutation.SetXattr set, ByteWriter to) {
        tagged(10, set.ino(), to);
        ModelForms.putName(set.name(), to);
        ModelForms.putBytes(set.value(), to);
    }

    private static void putQuota(Mutation.SetQuota set, ByteWriter to) {
        tagged(20, set.tree(), to);
        to.putUnsigned(set.bytesMax());
        to.putUnsigned(set.inodesMax());
        to.putByte(set.phase().ordinal());
    }

    private static void tagged(int tag, Ino ino, ByteWriter to) {
        to.putByte(tag);
        ModelForms.putIno(ino, to);
    }

    static Mutation take(ByteReader from) throws CodecException {
        int tag = from.takeByte();
        if (tag == 1) {
            return new Mutation.CreateInode(ModelForms.takeInode(from));
        }
        Ino ino = from.takeDirectory();
        return switch (tag) {
            case 2 -> new Mutation.PutDentry(
                    ino, ModelForms.takeName(from), ModelForms.takeIno(from), ModelForms.takeType(from));
            case 3 -> new Mutation.RemoveDentry(
                    ino, ModelForms.takeName(from), ModelForms.takeIno(from), ModelForms.takeType(from));
            case 4 -> new Mutation.SetIdentity(ino, from.takeInt(Inode.PERMISSION_BITS),
                    (int) from.takeUnsigned(0xFFFF_FFFFL), (int) from.takeUnsigned(0xFFFF_FFFFL));
            case 5 -> takeTimes(ino, from);
            case 6 -> new Mutation.SetLength(ino, takeLength(from) - 1, takeLength(from) - 1);
            case 7 -> new Mutation.WriteBytes(ino, from.takeUnsigned(Blocks.FILE_BYTES_MAX), takeFileBytes(from));
            case 8 -> new Mutation.PunchHole(ino, from.takeUnsigned(Blocks.FILE_BYTES_MAX),
                    from.takeUnsigned(Blocks.FILE_BYTES_MAX));
            case 9 -> new Mutation.Append(ino, takeFileBytes(from));
            case 10 -> new Mutation.SetXattr(ino, ModelForms.takeXattrName(from),
                    ModelForms.takeBytes(from, ModelForms.XATTR_BYTES_MAX));
            case 11 -> new Mutation.RemoveXattr(ino, ModelForms.takeXattrName(from));
            case 12 -> new Mutation.CloneRange(ino, from.takeUnsigned(Blocks.FILE_BYTES_MAX),
                    ModelForms.takeIno(from), from.takeUnsigned(Blocks.FILE_BYTES_MAX),
                    from.takeUnsigned(Blocks.FILE_BYTES_MAX));
            case 20 -> new Mutation.SetQuota(ino, from.takeUnsigned(Long.MAX_VALUE),
                    from.takeUnsigned(Long.MAX_VALUE), ModelForms.takePhase(from));
            case 21 -> new Mutation.RemoveQuota(ino);
            case 22 -> new Mutation.SetQuotaTree(ino, ModelForms.takeInoOrNull(from));
            case 23 -> takeFlags(ino, from);
            default -> throw new CodecException("no mutation has number " + tag);
        };
    }

    private static Mutation.SetFlags takeFlags(Ino ino, ByteReader from) throws CodecException {
        int flags = from.takeByte();
        if ((flags & ~InodeFlags.ALL) != 0) {
            throw new CodecException("flags that no inode has: " + flags);
        }
        return new Mutation.SetFlags(ino, flags);
    }

    private static long takeLength(ByteReader from) throws CodecException {
        return from.takeUnsigned(Blocks.FILE_BYTES_MAX + 1);
    }

    private static void putTimes(Mutation.SetTimes set, ByteWriter to) {
        to.putByte((set.atime() == null ? 0 : ATIME)
                | (set.mtime() == null ? 0 : MTIME)
                | (set.ctime() == null ? 0 : CTIME));
        for (TimeChange change : new TimeChange[] {set.atime(), set.mtime(), set.ctime()}) {
            if (change != null) {
                to.putFixed(change.fromNanos());
                to.putFixed(change.toNanos());
                to.putBoolean(change.explicit());
            }
        }
    }

    private static Mutation.SetTimes takeTimes(Ino ino, ByteReader from) throws CodecException {
        int which = from.takeByte();
        if (which > (ATIME | MTIME | CTIME)) {
            throw new CodecException("more than three times are set");
        }
        return new Mutation.SetTimes(ino, takeTime(which & ATIME, from), takeTime(which & MTIME, from),
                takeTime(which & CTIME, from));
    }

    private static TimeChange takeTime(int present, ByteReader from) throws CodecException {
        return present == 0 ? null : new TimeChange(from.takeFixed(), from.takeFixed(), from.takeBoolean());
    }

    private static void putFileBytes(FileBytes data, ByteWriter to) {
        switch (data) {
            case FileBytes.Inline inline -> {
                to.putByte(0);
                ModelForms.putBytes(inline.bytes(), to);
            }
            case FileBytes.Staged staged -> {
                to.putByte(1);
                ModelForms.putStaged(staged.object(), to);
                to.putUnsigned(staged.offsetBytes());
                to.putUnsigned(staged.lengthBytes());
            }
        }
    }

    private static FileBytes takeFileBytes(ByteReader from) throws CodecException {
        if (!from.takeBoolean()) {
            Bytes bytes = ModelForms.takeBytes(from, CommitRequest.INLINE_BYTES_MAX);
            return new FileBytes.Inline(bytes);
        }
        return new FileBytes.Staged(ModelForms.takeStaged(from), from.takeUnsigned(StagedId.BYTES_MAX),
                from.takeUnsigned(StagedId.BYTES_MAX));
    }
}
